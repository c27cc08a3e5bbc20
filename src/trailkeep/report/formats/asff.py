"""ASFF: findings as BatchImportFindings takes them, up to 100 a call.

Source: botocore model securityhub AwsSecurityFinding.
"""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from trailkeep.audit.audit import Audited
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
MARK = "trailkeep/subject"
"""The product field that every finding of ours has."""


def pieces(report: Report) -> Iterator[str]:
    """An array of findings, one a line. They are imported by the account they are reported from."""
    yield "[\n"
    yield from array(finding(report, f) for f in report.audited.findings)
    yield "]\n"


def prefix(audited: Audited) -> str:
    """What the ids of all findings of an organization begin with."""
    return safe(f"{audited.organization}/", 500)


def product(audited: Audited) -> str:
    """The ARN of the default product of the account that reports, in the home Region."""
    reporter = safe(audited.reporter)
    return f"arn:{audited.partition}:securityhub:{audited.home}:{reporter}:product/{reporter}/default"


def finding(report: Report, f: Finding) -> dict[str, Any]:
    """One finding. Severity and types stand where readers look, and where providers are asked to put them.

    Source: botocore model securityhub BatchImportFindings, FindingProviderFields.
    """
    audited = report.audited
    when = moment(audited)
    severity = {"Label": "INFORMATIONAL" if f.status is Status.PASS else f.check.severity.value.upper()}
    told: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": finding_id(audited, f),
        "ProductArn": product(audited),
        "ProductName": "trailkeep",
        "GeneratorId": f.check.id,
        "AwsAccountId": safe(audited.reporter),
        "Types": _TYPES,
        "CreatedAt": when,
        "UpdatedAt": when,
        "Severity": severity,
        "FindingProviderFields": {"Severity": severity, "Types": _TYPES},
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
    return {**told, "ProductFields": _fields(report, f)}


def _fields(report: Report, f: Finding) -> dict[str, str]:
    told = {MARK: safe(f.subject.name, 1000) or "-", "trailkeep/organization": safe(report.audited.organization)}
    if f.subject.account:
        told["trailkeep/account"] = safe(f.subject.account)
    if f.muted:
        told["trailkeep/muted"] = safe(f"{f.muted.owner} until {f.muted.until}: {f.muted.reason}", 1000)
    return told


def finding_id(audited: Audited, f: Finding) -> str:
    """The same in every run, so that a finding sent again is updated."""
    return safe(f"{audited.organization}/{f.id}", 500)


def moment(audited: Audited) -> str:
    """When the organization was as the audit says, as ASFF writes it."""
    return audited.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
