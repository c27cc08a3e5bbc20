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
    return [*lines, *(_line(report, f) for f in worst), *_rest(len(failing) - len(worst))]


def _line(report: Report, f: Finding) -> str:
    mark = "new, " if is_new(report, f) else ""
    return f"- {mark}{f.check.severity}: {_said(f.id, 300)}: {_said(f.evidence, 300)}"


def _rest(number: int) -> list[str]:
    return [f"and {number:,} more"] if number > 0 else []


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
            }
            for f in _worst(report, failing)
        ],
    }


def _grades(failing: list[Finding]) -> dict[str, int]:
    """How many of each severity, the gravest first."""
    found = Counter(f.check.severity for f in failing)
    return {s.value: found[s] for s in sorted(Severity, key=lambda s: -s.rank)}


def _worst(report: Report, failing: list[Finding]) -> list[Finding]:
    return nsmallest(WORST, failing, key=lambda f: (-f.check.severity.rank, not is_new(report, f), f.id))


def _said(text: str, limit: int = 2000) -> str:
    """Text of unknown origin that no chat takes for a link, a mention of everybody (`<!channel>`) or markup."""
    return _LINK.sub(r"\1: //", safe(text, limit).translate(_MARKUP))
