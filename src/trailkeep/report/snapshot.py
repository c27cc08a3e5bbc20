"""A snapshot in a few lines, and what changed between two."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.model.diff import Difference
from trailkeep.model.snapshot import Snapshot
from trailkeep.report.words import account_name, brief, count, printable

SHOWN = 10
"""So many buckets are named; more are counted."""


def render_snapshot(snapshot: Snapshot) -> RenderableType:
    """How much was read, what it found, and what could not be read."""
    return Group(*_lines(snapshot))


def _lines(snapshot: Snapshot) -> Iterator[Text]:
    organization = snapshot.organization
    cells = [c for regions in snapshot.cells.values() for c in regions.values()]
    active = sum(1 for _ in snapshot.active())
    recording = sum(c.recorder is not None and c.recorder.is_recording for c in cells)
    running = [t for t in snapshot.trails if t.is_logging]
    listening = snapshot.listening()
    heard = sum(
        any(t.records(account, region) for t in listening[account])
        for account, regions in snapshot.cells.items()
        for region in regions
    )
    yield Text(f"Organization {printable(organization.id)} at {snapshot.taken:%Y-%m-%d %H:%M} UTC", style="bold")
    yield Text(
        f"  {count(len(organization.accounts), 'account')}, {active} active; {count(len(cells), 'account-Region')} read"
    )
    yield Text(
        f"  trails: {len(snapshot.trails)}, running {len(running)}; {heard} of {len(cells)} account-Regions are heard"
    )
    yield Text(f"  AWS Config records in {recording} of {len(cells)} account-Regions")
    names = [printable(b.name) for b in snapshot.buckets]
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    yield Text(f"  buckets that logs go to: {', '.join(names[:SHOWN]) or 'none'}{more}")
    for foreign in sorted({f.owner for f in snapshot.foreign}):
        yield Text(
            f"  {printable(foreign)} manages {sum(f.owner == foreign for f in snapshot.foreign)} of these resources"
        )
    for u in snapshot.unreachable[:20]:
        where = " ".join(
            p for p in (account_name(organization, u.account), printable(u.region), printable(u.what)) if p
        )
        yield Text(f"  ? {where}: {printable(u.reason)}", style="red")
    if len(snapshot.unreachable) > 20:
        yield Text(f"  ? and {len(snapshot.unreachable) - 20} more that could not be read", style="red")


def render_differences(found: Sequence[Difference]) -> RenderableType:
    """One line a difference."""
    if not found:
        return Text("No difference.", style="green")
    lines = [Text(count(len(found), "difference"), style="bold")]
    for d in found:
        before, after = (brief(v) if v is not None else "" for v in (d.before, d.after))
        symbol, style = ("+", "green") if d.before is None else ("-", "red") if d.after is None else ("~", "yellow")
        change = f"{before} → {after}" if before and after else after or before
        lines.append(Text(f"{symbol} {printable(d.path)}: {change}", style=style))
    return Group(*lines)
