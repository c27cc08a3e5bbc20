"""JUnit XML: a suite a check, a case a subject; FAIL is a failure, UNKNOWN an error, a muted finding is skipped."""

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator

from trailkeep.audit.check import Check
from trailkeep.audit.finding import Finding, Status
from trailkeep.report.findings import Report, remedy, safe, where


def pieces(report: Report) -> Iterator[str]:
    """Written suite by suite."""
    tally = report.audited.tally()
    muted = sum(f.muted is not None for f in report.audited.findings)
    by_check: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.audited.findings:
        by_check[finding.check.id].append(finding)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="trailkeep audit" tests="{len(report.audited.findings)}" failures="{tally[Status.FAIL]}"'
    yield f' errors="{tally[Status.UNKNOWN]}" skipped="{muted}">\n'
    for check in report.audited.checks:
        yield ET.tostring(_suite(check, by_check[check.id]), encoding="unicode") + "\n"
    yield "</testsuites>\n"


def _suite(check: Check, findings: list[Finding]) -> ET.Element:
    open_ = [f.status for f in findings if f.muted is None]
    suite = ET.Element(
        "testsuite",
        name=check.id,
        tests=str(len(findings)),
        failures=str(open_.count(Status.FAIL)),
        errors=str(open_.count(Status.UNKNOWN)),
        skipped=str(len(findings) - len(open_)),
    )
    for finding in findings:
        suite.append(_case(finding))
    return suite


def _case(finding: Finding) -> ET.Element:
    case = ET.Element("testcase", classname=finding.check.id, name=where(finding))
    mute = finding.muted
    if mute is not None:
        ET.SubElement(case, "skipped", message=safe(f"muted by {mute.owner} until {mute.until}: {mute.reason}"))
    elif finding.status is not Status.PASS:
        tag = "failure" if finding.status is Status.FAIL else "error"
        told = ET.SubElement(case, tag, message=safe(finding.evidence), type=finding.check.severity.value)
        told.text = f"{finding.check.claim}: {safe(finding.evidence)}\nremedy: {remedy(finding)['trailkeep']}"
    return case
