"""What a verification found, for people: totals, a row for each thing that is not VALID, the chains."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from trailkeep.report.verify_lines import what
from trailkeep.report.words import count, printable
from trailkeep.verify.summary import ChainSum, Summary
from trailkeep.verify.verdict import Finding, Kind, Verdict

SHOWN: Final = 100
"""So many findings a table names; more are counted, and are all in the other formats."""

_CHAINS = 40
_STYLE = {
    Verdict.VALID: "green",
    Verdict.TAMPERED: "bold red",
    Verdict.MISSING: "red",
    Verdict.UNREADABLE: "yellow",
    Verdict.UNCOVERED: "magenta",
}
_KIND = {Kind.LOG: "log file", Kind.DIGEST: "digest", Kind.BACKFILL: "backfill digest", Kind.HOURS: "range of hours"}
_KINDS = {
    Kind.LOG: "log files",
    Kind.DIGEST: "digests",
    Kind.BACKFILL: "backfill digests",
    Kind.HOURS: "ranges of hours",
}


def render_verified(verified: Summary, findings: Iterable[Finding]) -> RenderableType:
    """Totals, one row for each object and range of hours that is not VALID, and the chains."""
    return Group(*_totals(verified), *_rows(findings), _chains(verified.chains), *_notes(verified))


def _totals(verified: Summary) -> Iterator[Text]:
    totals, window = verified.totals, verified.window
    since = f"{window.since:%Y-%m-%d %H:%M}" if window.since else "the beginning"
    until = min(window.until or window.expected, window.expected)
    yield Text(f"{printable(verified.place)}, from {since} to {until:%Y-%m-%d %H:%M} UTC", style="bold")
    for kind in Kind:
        parts = [(v, totals.of(v, kind)) for v in Verdict]
        said = Text(f"  {_KINDS[kind]}: ")
        named = [Text(f"{n:,} {v}", style=_STYLE[v]) for v, n in parts if n]
        if named:
            yield said + Text(", ").join(named)
    if totals.attested:
        yield Text(f"  of these {totals.attested:,} were VALID before and are unchanged; they were not fetched again")
    if totals.in_flight:
        yield Text(f"  {count(totals.in_flight, 'log file')} wait for a digest that is still to come")


def _rows(findings: Iterable[Finding]) -> Iterator[RenderableType]:
    more = 0
    for number, f in enumerate(findings):
        if number >= SHOWN:
            more += 1
            continue
        line = Text(f"{f.verdict} {f.cause}", style=_STYLE[f.verdict])
        yield line + Text(f"  {_KIND[f.kind]}  {printable(what(f), 600)}", style="default not bold")
        yield Text(f"    {printable(f.detail, 600)}", style="dim")
        for step in f.remedy:
            yield Text(f"    → {printable(step, 1200)}")
    if more:
        yield Text(f"and {more:,} more: -o jsonl has them all", style="bold")


def _chains(chains: list[ChainSum]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("account", "Region", "trail"):
        table.add_column(name, no_wrap=True)
    for name in ("from", "to"):
        table.add_column(name, min_width=len("2026-11-23"))
    for name in ("digests", "log files", "bad"):
        table.add_column(name, justify="right", min_width=len(name), no_wrap=True)
    worst = sorted(chains, key=lambda c: (-c.bad, c.chain))
    for c in worst[:_CHAINS]:
        start, end = (f"{m:%Y-%m-%d %H:%M}" if m else "" for m in (c.start, c.end))
        trail = f"{c.chain.trail} in {c.bucket}" if c.bucket else c.chain.trail
        who = (c.chain.base.account, c.chain.region, printable(trail))
        table.add_row(*who, start, end, f"{c.digests:,}", f"{c.logs:,}", f"{c.bad:,}" if c.bad else "")
    if len(worst) > _CHAINS:
        return Group(table, Text(f"and {count(len(worst) - _CHAINS, 'more chain')}", style="dim"))
    return table if chains else Text("")


def _notes(verified: Summary) -> Iterator[Text]:
    return (Text(f"note: {printable(n, 600)}", style="dim") for n in verified.notes)
