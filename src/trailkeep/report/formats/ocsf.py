"""OCSF 1.5: Compliance Findings, class 2003 (https://schema.ocsf.io/1.5.0/classes/compliance_finding)."""

from collections.abc import Iterator
from typing import Any

from trailkeep.audit.finding import Finding, Severity, Status, Subject
from trailkeep.report.findings import Report, array, remedy, requirements, safe

_SEVERITY = {
    Severity.INFORMATIONAL: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
_COMPLIANCE = {Status.PASS: (1, "Pass"), Status.FAIL: (3, "Fail"), Status.UNKNOWN: (0, "Unknown")}
_NEW, _SUPPRESSED = (1, "New"), (3, "Suppressed")


def pieces(report: Report) -> Iterator[str]:
    """An array of events, one a line."""
    yield "[\n"
    yield from array(_event(report, f) for f in report.audited.findings)
    yield "]\n"


def _event(report: Report, f: Finding) -> dict[str, Any]:
    audited = report.audited
    moment = int(audited.now.timestamp() * 1000)
    severity_id, severity = _SEVERITY[Severity.INFORMATIONAL if f.status is Status.PASS else f.check.severity]
    status_id, status = _SUPPRESSED if f.muted else _NEW
    return {
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "category_uid": 2,
        "category_name": "Findings",
        "activity_id": 1,
        "activity_name": "Create",
        "type_uid": 200301,
        "type_name": "Compliance Finding: Create",
        "time": moment,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": safe(f"{f.check.claim}: {f.evidence}"),
        "metadata": {
            "version": "1.5.0",
            "profiles": ["cloud"],
            "product": {"name": "trailkeep", "vendor_name": "trailkeep", "version": report.version},
            "event_code": f.check.id,
        },
        "cloud": _cloud(report, f.subject),
        "compliance": _compliance(f),
        "finding_info": {
            "uid": safe(f"{audited.organization}/{f.id}"),
            "title": f.check.claim,
            "desc": f.check.why,
            "created_time": moment,
            "types": ["Central logging"],
            "product_uid": "trailkeep",
        },
        "remediation": {
            "desc": remedy(f).get("trailkeep", f.check.fix.trailkeep),
            "references": list(f.check.sources),
        },
        "resources": [_resource(f.subject)],
    }


def _compliance(f: Finding) -> dict[str, Any]:
    status_id, status = _COMPLIANCE[f.status]
    return {
        "control": f.check.id,
        "standards": ["trailkeep"],
        "requirements": list(requirements(f.check)),
        "status_id": status_id,
        "status": status,
        "status_detail": safe(f.evidence),
    }


def _cloud(report: Report, subject: Subject) -> dict[str, Any]:
    told: dict[str, Any] = {
        "provider": "AWS",
        "account": {"uid": safe(subject.account), "type": "AWS Account", "type_id": 10},
        "org": {"uid": safe(report.audited.organization)},
        "cloud_partition": report.audited.partition,
    }
    return {**told, "region": safe(subject.region)} if subject.region else told


def _resource(subject: Subject) -> dict[str, Any]:
    resource = {"uid": safe(subject.id), "name": safe(subject.name), "type": subject.kind}
    return {**resource, "region": safe(subject.region)} if subject.region else resource
