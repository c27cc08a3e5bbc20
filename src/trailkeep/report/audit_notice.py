"""An audit in a few lines, for a topic or a chat: how much fails, what is new, the worst findings."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from trailkeep.audit.finding import Finding, Severity, Status
from trailkeep.errors import ExitCode
from trailkeep.report.findings import Report, safe, where
from trailkeep.report.words import count

WORST = 5
"""So many checks are named, each with the first of what fails it: thousands may fail the same one."""
LONGEST_SUBJECT = 99
"""Characters; SNS takes less than 100, without control characters (botocore model sns Publish)."""

_LINK = re.compile(r"(?i)\b(https?)://")
_MARKUP = str.maketrans("<>[]`", "‹›()'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice, three ways: an e-mail's subject, plain text, and a JSON object whose `text` chats show."""

    subject: str
    text: str
    body: str


def notice(report: Report, code: ExitCode) -> Notice:
    """What an audit that ends with `code` is worth a message for. A few KB, however large the organization."""
    failing = failures(report)
    subject = f"trailkeep: {count(len(failing), 'finding')} failing in {report.audited.organization}"
    text = "\n".join(_lines(report, failing, code))
    body = {"text": text, "trailkeep_notice": 1, **_facts(report, failing, code)}
    return Notice(
        subject=safe(subject).encode("ascii", "replace").decode()[:LONGEST_SUBJECT],
        text=text,
        body=json.dumps(body),
    )


def failures(report: Report) -> list[Finding]:
    """What fails, and nobody answers for."""
    return [f for f in report.audited.findings if f.status is Status.FAIL and f.counts]


def is_new(report: Report, finding: Finding) -> bool:
    """Whether a failing finding did not fail in the baseline; False without a baseline."""
    return report.change(finding) == "new"


def _lines(report: Report, failing: list[Finding], code: ExitCode) -> list[str]:
    audited = report.audited
    new = sum(is_new(report, f) for f in failing)
    since = f", {new:,} of them new" if audited.comparison else ""
    tally = audited.tally()
    graded = ", ".join(f"{n:,} {grade}" for grade, n in _grades(failing).items() if n)
    lines = [
        f"trailkeep audit of {_said(audited.organization)}: {count(len(failing), 'finding')} failing{since}",
        f"{graded or 'none of any severity'}; {tally[Status.UNKNOWN]:,} unknown, {tally[Status.PASS]:,} passing",
        f"as of {audited.now:%Y-%m-%d %H:%M} UTC; exit code {int(code)}",
    ]
    worst = _worst(report, failing)
    rest = len(failing) - sum(number for _, number in worst)
    return [*lines, *(_line(report, f, number) for f, number in worst), *([f"and {rest:,} more"] if rest else [])]


def _line(report: Report, f: Finding, number: int) -> str:
    mark = "new, " if is_new(report, f) else ""
    alike = f" (and {number - 1:,} more of this check)" if number > 1 else ""
    return f"- {mark}{f.check.severity}: {_said(f.id, 300)}: {_said(f.evidence, 300)}{alike}"


def _facts(report: Report, failing: list[Finding], code: ExitCode) -> dict[str, Any]:
    audited = report.audited
    tally = audited.tally()
    return {
        "organization": _said(audited.organization),
        "audited": audited.now.isoformat(),
        "exit_code": int(code),
        "totals": {s.value: tally[s] for s in Status},
        "failing": _grades(failing),
        "new": sum(is_new(report, f) for f in failing) if audited.comparison else None,
        "worst": [
            {
                "id": _said(f.id),
                "severity": f.check.severity.value,
                "claim": f.check.claim,
                "subject": _said(where(f), 400),
                "evidence": _said(f.evidence),
                "new": is_new(report, f),
                "failing": number,
            }
            for f, number in _worst(report, failing)
        ],
    }


def _grades(failing: list[Finding]) -> dict[str, int]:
    """How many of each severity, the gravest first."""
    found = Counter(f.check.severity for f in failing)
    return {s.value: found[s] for s in sorted(Severity, key=lambda s: -s.rank)}


def _worst(report: Report, failing: list[Finding]) -> list[tuple[Finding, int]]:
    """The worst finding of each of the worst checks, what is new first, with how many fail that check."""
    numbers = Counter(f.check.id for f in failing)
    found: dict[str, Finding] = {}
    for f in sorted(failing, key=lambda f: (not is_new(report, f), f.id)):
        found.setdefault(f.check.id, f)
    worst = nsmallest(WORST, found.values(), key=lambda f: (-f.check.severity.rank, not is_new(report, f), f.id))
    return [(f, numbers[f.check.id]) for f in worst]


def _said(text: str, limit: int = 2000) -> str:
    """Text of unknown origin that no chat takes for a link, a mention of everybody (`<!channel>`) or markup."""
    return _LINK.sub(r"\1: //", safe(text, limit).translate(_MARKUP))
