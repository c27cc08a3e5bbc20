"""What every format says of a finding, made safe: no control characters, whatever an account or policy is called."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trailkeep.audit.audit import Audited
from trailkeep.audit.check import Check, filled
from trailkeep.audit.finding import Finding, Status
from trailkeep.audit.frameworks import Evidence, Framework, evidence, requirements_of
from trailkeep.report.words import printable

LONGEST = 2000
MEANING = (
    "PASS says that every check behind a requirement passes, for the central logging; "
    "whether that is all it asks is for its auditor to judge."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An audit with the frameworks that were asked for, and the version that says it."""

    audited: Audited
    frameworks: tuple[Framework, ...]
    version: str

    def change(self, finding: Finding) -> str:
        """What it is beside a baseline, "new" or "unchanged"; "" without one, and for what does not fail."""
        beside = self.audited.comparison
        if beside is None or finding.status is not Status.FAIL:
            return ""
        return "new" if finding.id in beside.new else "unchanged"

    def evidence(self, framework: Framework) -> tuple[Evidence, ...]:
        """The requirements of a framework with what was found."""
        audited = self.audited
        return tuple(evidence(framework, audited.checks, audited.findings, audited.idle))


def safe(text: str, limit: int = LONGEST) -> str:
    """Text of unknown origin for any format; most of it is plain, and is not looked at letter by letter."""
    return text if len(text) <= limit and text.isascii() and text.isprintable() else printable(text, limit)


def where(finding: Finding) -> str:
    """The subject as a person knows it, with its id."""
    subject = finding.subject
    return safe(subject.name if subject.name == subject.id else f"{subject.name} ({subject.id})", 400)


def remedy(finding: Finding) -> Mapping[str, str]:
    """How to put it right, with the subject's names; nothing for what passes."""
    if finding.status is Status.PASS:
        return {}
    fix = finding.check.fix
    return {"trailkeep": fix.trailkeep, "cli": safe(filled(fix.cli, finding.subject))}


def finding_json(report: Report, finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON values."""
    subject, mute = finding.subject, finding.muted
    return {
        "id": safe(finding.id),
        "check": finding.check.id,
        "claim": finding.check.claim,
        "status": finding.status.value,
        "severity": finding.check.severity.value,
        "subject": {
            "kind": subject.kind,
            "id": safe(subject.id),
            "name": safe(subject.name),
            "account": safe(subject.account),
            "region": safe(subject.region),
        },
        "evidence": safe(finding.evidence),
        "remedy": remedy(finding),
        "muted": {"owner": safe(mute.owner), "reason": safe(mute.reason), "until": mute.until.isoformat()}
        if mute
        else None,
        "change": report.change(finding),
    }


def requirements(check: Check) -> tuple[str, ...]:
    """The requirements a check gives evidence for, as "CIS Amazon … 4.1"."""
    return tuple(f"{framework.name} {requirement.id}" for framework, requirement in requirements_of(check))


def array(items: Iterable[Any]) -> Iterator[str]:
    """A JSON array, an item a line; escapes keep it harmless on a terminal."""
    before = ""
    for item in items:
        if before:
            yield before + ",\n"
        before = json.dumps(item)
    yield before + "\n" if before else ""


def worst_first(audited: Audited) -> list[tuple[Check, list[Finding]]]:
    """The checks with what they found, muted findings left out: those that fail first, the gravest of them first."""
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in audited.findings:
        if finding.counts:
            found[finding.check.id].append(finding)
    ranked = [(check, found[check.id]) for check in audited.checks if found[check.id]]
    return sorted(ranked, key=lambda r: (all(f.status is Status.UNKNOWN for f in r[1]), -r[0].severity.rank))
