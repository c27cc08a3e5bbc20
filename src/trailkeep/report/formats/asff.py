"""ASFF: findings as BatchImportFindings takes them, up to 100 a call.

Source: botocore model securityhub AwsSecurityFinding.
"""

from collections.abc import Iterator
from typing import Any

from trailkeep.audit.finding import Finding, Status, Subject
from trailkeep.report.findings import Report, array, requirements, safe

_STATUS = {Status.PASS: "PASSED", Status.FAIL: "FAILED", Status.UNKNOWN: "NOT_AVAILABLE"}
_TYPES = ["Software and Configuration Checks/AWS Security Best Practices/Central Logging"]
_RESOURCES = {
    "trail": "AwsCloudTrailTrail",
    "bucket": "AwsS3Bucket",
    "key": "AwsKmsKey",
    "account": "AwsAccount",
    "cell": "AwsAccount",
}
MOST_REQUIREMENTS = 32


def pieces(report: Report) -> Iterator[str]:
    """An array of findings, one a line. They are imported by the account they are reported from."""
    yield "[\n"
    yield from array(_finding(report, f) for f in report.audited.findings)
    yield "]\n"


def _finding(report: Report, f: Finding) -> dict[str, Any]:
    audited = report.audited
    partition, home, reporter = audited.partition, audited.home, safe(audited.reporter)
    when = audited.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": safe(f"{audited.organization}/{f.id}", 500),
        "ProductArn": f"arn:{partition}:securityhub:{home}:{reporter}:product/{reporter}/default",
        "ProductName": "trailkeep",
        "GeneratorId": f.check.id,
        "AwsAccountId": reporter,
        "Types": _TYPES,
        "CreatedAt": when,
        "UpdatedAt": when,
        "Severity": {"Label": "INFORMATIONAL" if f.status is Status.PASS else f.check.severity.value.upper()},
        "Title": safe(f.check.claim, 250),
        "Description": safe(f"{f.evidence}. {f.check.why}", 1000),
        "Remediation": {
            "Recommendation": {
                "Text": safe(f.check.fix.trailkeep, 500),
                "Url": f.check.sources[0],
            }
        },
        "Resources": [_resource(report, f.subject)],
        "Compliance": {
            "Status": _STATUS[f.status],
            "RelatedRequirements": list(requirements(f.check)[:MOST_REQUIREMENTS]),
        },
        "RecordState": "ACTIVE",
    }
    fields = {"trailkeep/subject": safe(f.subject.name, 1000) or "-"}
    if f.muted:
        fields["trailkeep/muted"] = safe(f"{f.muted.owner} until {f.muted.until}: {f.muted.reason}", 1000)
    return {**told, "ProductFields": fields}


def _resource(report: Report, subject: Subject) -> dict[str, Any]:
    partition = report.audited.partition
    ids = {
        "bucket": f"arn:{partition}:s3:::{subject.id}",
        "account": f"AWS::::Account:{subject.id}",
        "cell": f"AWS::::Account:{subject.account}",
    }
    resource = {
        "Type": _RESOURCES.get(subject.kind, "Other"),
        "Id": safe(ids.get(subject.kind, subject.id), 500),
        "Partition": partition,
    }
    return {**resource, "Region": safe(subject.region)} if subject.region else resource
