"""Markdown for a ticket or a wiki: totals, what fails, frameworks; nothing a name holds is taken for markup."""

import re
from collections.abc import Iterator

from trailkeep.audit.check import Check
from trailkeep.audit.finding import Finding, Status
from trailkeep.audit.frameworks import Framework
from trailkeep.report.findings import MEANING, Report, safe, where, worst_first
from trailkeep.report.words import count

SHOWN = 50
"""So many subjects of a check are listed; JSON and CSV have them all."""

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!~&@])")
_LINK = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)")


def plain(text: str) -> str:
    """Text that means nothing to Markdown or HTML: no markup, no link, no cell or line of its own."""
    return _LINK.sub(lambda found: f"\\{found.group()}", _MARKUP.sub(r"\\\1", safe(text)))


def pieces(report: Report) -> Iterator[str]:
    """Written check by check."""
    audited = report.audited
    tally = audited.tally()
    yield f"# Audit of the central logging of {plain(audited.organization)}\n\n"
    yield f"As it was on {audited.taken:%Y-%m-%d %H:%M} UTC, by {len(audited.checks)} checks: "
    muted = sum(f.muted is not None for f in audited.findings)
    yield ", ".join(f"{tally[s]:,} {s}" for s in Status) + f", {muted:,} muted.\n\n"
    yield from _comparison(report)
    for check, findings in worst_first(audited):
        yield from _check(report, check, findings)
    if report.frameworks:
        yield f"{MEANING}\n\n"
    for framework in report.frameworks:
        yield from _framework(report, framework)


def _comparison(report: Report) -> Iterator[str]:
    beside = report.audited.comparison
    if beside is not None:
        said = f"{len(beside.new)} new, {len(beside.fixed)} fixed, {len(beside.unchanged)} unchanged"
        yield f"Since {plain(beside.since)}: {said}, {len(beside.unclear)} unclear now, {len(beside.gone)} gone.\n\n"


def _check(report: Report, check: Check, findings: list[Finding]) -> Iterator[str]:
    yield f"## {plain(check.claim)}\n\n`{check.id}`, {check.severity}. {plain(check.why)}\n\n"
    yield "| status | subject | evidence | |\n| --- | --- | --- | --- |\n"
    for finding in findings[:SHOWN]:
        cells = (finding.status, plain(where(finding)), plain(finding.evidence), report.change(finding))
        yield f"| {' | '.join(cells)} |\n"
    if len(findings) > SHOWN:
        yield f"\nand {count(len(findings) - SHOWN, 'more subject')}\n"
    yield f"\nRemedy: {plain(check.fix.trailkeep)}\n\n"


def _framework(report: Report, framework: Framework) -> Iterator[str]:
    yield f"## {plain(framework.name)}\n\n| requirement | | status | evidence |\n| --- | --- | --- | --- |\n"
    for e in report.evidence(framework):
        checks = ", ".join(f"`{c.id}`" for c in e.checks) or "no check speaks to it"
        checks += "; part of it is not asked about" if e.checks and e.unasked else ""
        title = plain(e.requirement.title)
        yield f"| {plain(e.requirement.id)} | {title} | {e.status or 'not assessed'} | {checks} |\n"
    yield "\n"
