"""CSV as RFC 4180 has it, with cells that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterator

from trailkeep.audit.finding import Finding
from trailkeep.report.findings import Report, remedy, safe

COLUMNS = (
    "status", "severity", "check", "claim", "kind", "subject", "name", "account", "region", "evidence", "remedy",
    "muted", "change", "id",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")


def pieces(report: Report) -> Iterator[str]:
    """A header and a line a finding, each ended by CRLF."""
    yield _line(COLUMNS)
    for finding in report.audited.findings:
        yield _line(_cells(report, finding))


def _cells(report: Report, f: Finding) -> tuple[str, ...]:
    subject = f.subject
    muted = f"{f.muted.owner} until {f.muted.until}: {f.muted.reason}" if f.muted else ""
    return (
        f.status, f.check.severity, f.check.id, f.check.claim, subject.kind, subject.id, subject.name, subject.account,
        subject.region, f.evidence, remedy(f).get("trailkeep", ""), muted, report.change(f), f.id,
    )  # fmt: skip


def _line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_harmless(safe(c)) for c in cells])
    return line.getvalue()


def _harmless(text: str) -> str:
    """A leading quote keeps a spreadsheet from running a cell; leading blanks do not protect it."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text
