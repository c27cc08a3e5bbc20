"""An audit for people: what fails and what is unknown, grouped by what is the same, with what to do about it."""

from collections import defaultdict
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from trailkeep.audit.check import Check
from trailkeep.audit.finding import Finding, Severity, Status
from trailkeep.audit.frameworks import Framework
from trailkeep.report.findings import MEANING, Report, safe, where, worst_first
from trailkeep.report.words import count

SHOWN = 6
"""So many different pieces of evidence of a check are printed, and so many names beside each."""

_STYLE = {Status.PASS: "green", Status.FAIL: "bold red", Status.UNKNOWN: "yellow"}
_SEVERITY = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFORMATIONAL: "dim",
}
_NOUN = {
    "cell": ("account and Region", "accounts and Regions"),
    "policy": ("policy", "policies"),
    "key": ("key", "keys"),
}


def render_audit(report: Report) -> RenderableType:
    """Check by check, the gravest first; then frameworks, what is new since a baseline, and the totals."""
    parts: list[RenderableType] = []
    for check, findings in worst_first(report.audited):
        parts += _check(report, check, findings)
    parts += [_framework(report, f) for f in report.frameworks]
    parts += [Text(MEANING, style="dim")] if report.frameworks else []
    return Group(*parts, *_comparison(report), *_total(report))


def _check(report: Report, check: Check, findings: list[Finding]) -> Iterator[Text]:
    status = Status.FAIL if any(f.status is Status.FAIL for f in findings) else Status.UNKNOWN
    head = Text(f"{status}  ", style=_STYLE[status]) + Text(check.severity, style=_SEVERITY[check.severity])
    yield head + Text(f"  {check.claim}", style="default not dim") + Text(f"  {check.id}", style="dim")
    groups: defaultdict[tuple[Status, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.status, finding.evidence].append(finding)
    for number, ((verdict, said), alike) in enumerate(sorted(groups.items(), key=_largest)):
        if number == SHOWN:
            yield Text(f"      and {count(len(groups) - SHOWN, 'more reason')}: -o json has them all", style="dim")
            break
        mark = "" if verdict is status else f"{verdict}: "
        yield Text(f"      {mark}{safe(said, 600)}")
        yield Text(f"        {_names(report, alike)}", style="dim")
    if status is Status.FAIL:
        yield Text(f"      → {check.fix.trailkeep}", style="green")


def _largest(group: tuple[tuple[Status, str], list[Finding]]) -> tuple[bool, int, str]:
    (status, said), alike = group
    return (status is not Status.FAIL, -len(alike), said)


def _names(report: Report, findings: list[Finding]) -> str:
    shown = ", ".join(f"{where(f)}{_mark(report, f)}" for f in findings[:SHOWN])
    if len(findings) <= SHOWN:
        return shown
    kind = findings[0].subject.kind
    return f"{count(len(findings), *_NOUN.get(kind, (kind,)))}: {shown}, …"


def _mark(report: Report, finding: Finding) -> str:
    return " (new)" if report.change(finding) == "new" else ""


def _framework(report: Report, framework: Framework) -> RenderableType:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", title_justify="left")
    table.title = framework.name
    for column in ("requirement", "", "status", "evidence"):
        table.add_column(column, overflow="fold")
    for e in report.evidence(framework):
        tally = {s: sum(f.status is s for f in e.findings) for s in Status}
        said = ", ".join(f"{n:,} {s}" for s, n in tally.items() if n)
        muted = sum(f.muted is not None for f in e.findings)
        checks = f"{count(len(e.checks), 'check')}: {said}" if e.checks else "no check speaks to it"
        status = Text(e.status, style=_STYLE[e.status]) if e.status else Text("not assessed", style="dim")
        partly = "; part of it is not asked about" if e.checks and e.unasked else ""
        shown = checks + (f" ({muted} muted)" if muted else "") + partly
        table.add_row(Text(e.requirement.id), Text(e.requirement.title), status, Text(shown, style="dim"))
    return table


def _comparison(report: Report) -> Iterator[Text]:
    beside = report.audited.comparison
    if beside is None:
        return
    yield Text(f"\nSince {safe(beside.since)}", style="bold")
    sets = {"new": beside.new, "fixed": beside.fixed, "unclear now": beside.unclear, "gone": beside.gone}
    for word, ids in sets.items():
        for id_ in sorted(ids)[:SHOWN]:
            yield Text(f"  {word}: {safe(id_)}")
        if len(ids) > SHOWN:
            yield Text(f"  {word}: {len(ids) - SHOWN:,} more")
    yield Text(f"  unchanged: {len(beside.unchanged):,}")


def _total(report: Report) -> Iterator[Text]:
    audited = report.audited
    tally = audited.tally()
    muted = sum(f.muted is not None for f in audited.findings)
    said = ", ".join(f"{tally[s]:,} {s}" for s in Status)
    worst = next((s for s in (Status.FAIL, Status.UNKNOWN) if tally[s]), Status.PASS)
    yield Text(f"\n{len(audited.checks)} checks, {said}" + (f", {muted:,} muted" if muted else ""), style=_STYLE[worst])
    if not audited.specified:
        yield Text("No specification: the archive is where the trail delivers, logs are to be kept a year.", "dim")
    if audited.idle:
        yield Text(f"Not asked: {', '.join(c.id for c in audited.idle)}", style="dim")
