"""SARIF 2.1.0: a rule a check, a result for what fails or is unknown; mutes are suppressions.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
from collections.abc import Iterator
from typing import Any

from trailkeep.audit.check import Check, on_page
from trailkeep.audit.finding import Finding, Severity, Status
from trailkeep.report.findings import Report, array, remedy, safe, where

_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFORMATIONAL: "note",
}
_SCORE = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFORMATIONAL: "0.0",
}
"""What code-scanning services sort by: CVSS-like numbers, in the middle of each class."""


def pieces(report: Report) -> Iterator[str]:
    """One run, written result by result."""
    driver = {
        "name": "trailkeep audit",
        "version": report.version,
        "rules": [_rule(c) for c in report.audited.checks],
    }
    yield '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",\n"runs": [{"tool": '
    yield json.dumps({"driver": driver}) + ',\n"results": [\n'
    yield from array(_result(report, f) for f in report.audited.findings if f.status is not Status.PASS)
    yield "]}]}\n"


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "shortDescription": {"text": check.claim},
        "fullDescription": {"text": check.why},
        "helpUri": check.sources[0],
        "help": {"text": f"{check.decided}\n{check.fix.trailkeep}\n{on_page(check.fix.cli)}"},
        "defaultConfiguration": {"level": _LEVEL[check.severity]},
        "properties": {"security-severity": _SCORE[check.severity], "tags": ["security"]},
    }


def _result(report: Report, finding: Finding) -> dict[str, Any]:
    fails = finding.status is Status.FAIL
    told: dict[str, Any] = {
        "ruleId": finding.check.id,
        "kind": "fail" if fails else "open",
        "level": _LEVEL[finding.check.severity] if fails else "none",
        "message": {"text": f"{where(finding)}: {safe(finding.evidence)}. {remedy(finding)['trailkeep']}"},
        "locations": [_location(finding)],
        "partialFingerprints": {"trailkeepFinding/v1": safe(finding.id)},
    }
    if change := report.change(finding):
        told["baselineState"] = change
    if finding.muted:
        told["suppressions"] = [
            {"kind": "external", "justification": safe(f"{finding.muted.owner}: {finding.muted.reason}")}
        ]
    return told


def _location(finding: Finding) -> dict[str, Any]:
    """AWS resources have no file: the address is made of the subject, the name is what a person knows."""
    subject = finding.subject
    uri = f"{subject.kind}/{_quoted(safe(subject.id))}"
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}},
        "logicalLocations": [{"name": safe(subject.name), "kind": "resource"}],
    }


def _quoted(text: str) -> str:
    """As a URI has it (RFC 3986): unreserved characters and slashes, everything else by its bytes."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._~/") else _bytes(c) for c in text)


def _bytes(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())
