"""A plan as a person reads it: by stage, alike changes in one line, so that 5,000 accounts stay readable."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.model.change import Change, EnableMfaDelete, Stage
from trailkeep.model.organization import Organization
from trailkeep.model.plan import Note, Plan
from trailkeep.model.snapshot import Snapshot
from trailkeep.report.words import account_name, brief, count, printable

NAMED = 3
"""So many accounts are named in a line; more are counted."""
SHOWN = 10
"""So many notes, copies or unread places of a kind are listed; more are counted."""

_STYLE = {"+": "green", "~": "yellow", "-": "red", "!": "magenta"}


def render_plan(plan: Plan, snapshot: Snapshot, *, details: bool = False) -> RenderableType:
    """The whole plan; `details` shows policies in full and the AWS page behind each change."""
    return Group(*_lines(plan, snapshot, details))


def _lines(plan: Plan, snapshot: Snapshot, details: bool) -> Iterator[Text]:
    organization = snapshot.organization
    cells = sum(len(regions) for regions in snapshot.cells.values())
    yield Text(
        f"Organization {printable(organization.id)}: {count(len(organization.accounts), 'account')}, "
        f"{count(cells, 'account-Region')} read",
        style="bold",
    )
    for stage, changes in groupby(plan.changes, key=lambda c: c.when):
        yield from _stage(Stage(stage), list(changes), organization, details)
    yield from _asides(plan, organization)
    yield Text("")
    yield _total(plan)


def _stage(stage: Stage, changes: list[Change], organization: Organization, details: bool) -> Iterator[Text]:
    alike: dict[tuple[str, str, str, str], list[Change]] = {}
    for change in changes:
        alike.setdefault((_symbol(change), change.resource, *change.shown), []).append(change)
    places = {_where(group, organization) for group in alike.values()}
    shared = places.pop() if len(places) == 1 else ""  # said once, in the heading
    heading = Text(stage.label, style="bold") + Text(f"  {count(len(changes), 'change')}", style="dim")
    yield Text("")
    yield heading + Text(f"  {shared}", style="cyan")
    for (symbol, subject, before, after), group in alike.items():
        place = "" if shared else _where(group, organization)
        yield _line(symbol, subject, before, after, place) + Text(f"  [{printable(group[0].reason.step)}]", style="dim")
        if details:
            yield from _details(group[0], before, after)
        if isinstance(group[0], EnableMfaDelete):
            for step in group[0].procedure:
                yield Text(f"      {printable(step)}", style="magenta")


def _line(symbol: str, subject: str, before: str, after: str, place: str) -> Text:
    line = Text("  ")
    line.append(symbol, style=_STYLE[symbol])
    line.append(f" {printable(subject)}")
    change = f"{brief(before)} → {brief(after)}" if before and after else brief(after or before)
    line.append(f"  {change}" if change else "", style="dim" if symbol == "+" else "")
    line.append(f"  {place}" if place else "", style="cyan")
    return line


def _where(group: list[Change], organization: Organization) -> str:
    accounts = sorted({c.account for c in group})
    regions = sorted({printable(c.region) for c in group if c.region})
    if len(group) == 1 and accounts[0] == organization.management and not regions:
        return ""
    names = [account_name(organization, a) for a in accounts]
    who = ", ".join(names) if len(names) <= NAMED else count(len(names), "account")
    if not regions:
        return who
    where = ", ".join(regions) if len(regions) <= NAMED else count(len(regions), "Region")
    times = f" ({len(group)} in all)" if len(group) > 1 else ""
    return f"{who} × {where}{times}" if len(group) > 1 else f"{who} {where}"


def _details(change: Change, before: str, after: str) -> Iterator[Text]:
    reason = change.reason
    yield Text(f"      why: {printable(f'{reason.text} (recipe {reason.step}, {reason.source})')}", style="dim")
    if change.undo() is None:
        yield Text(f"      cannot be undone: {change.irreversible}", style="dim")
    for label, value in (("before", before), ("after", after)):
        if value.startswith("{"):
            yield Text(f"      {label}: {printable(value, 20_480)}", style="dim")


def _symbol(change: Change) -> str:
    if isinstance(change, EnableMfaDelete):
        return "!"
    before, after = change.shown
    if after in {"", "off"} and before not in {"", "off"}:
        return "-"
    return "+" if before in {"", "off"} else "~"


def _asides(plan: Plan, organization: Organization) -> Iterator[Text]:
    if plan.duplicates:
        yield Text("")
        yield Text("second copies, billed and left as they are", style="bold")
    for duplicate in plan.duplicates[:SHOWN]:
        cost = f"about ${duplicate.monthly_cost:,.2f} a month" if duplicate.monthly_cost is not None else "cost unknown"
        trail = duplicate.trail
        name = printable(trail.name)
        text = f"  = trail {name} of {account_name(organization, trail.owner)}: {cost}"
        remedy = (
            f"{printable(duplicate.managed_by)} manages it" if duplicate.managed_by else f"`--retire {name}` stops it"
        )
        yield Text(f"{text}; {remedy}")
    if len(plan.duplicates) > SHOWN:
        yield Text(f"  = and {len(plan.duplicates) - SHOWN:,} more: `-o json` lists them")
    yield from _notes(plan.notes)
    if plan.unreachable:
        yield Text("")
        yield Text("not read, so unknown", style="bold red")
    for u in plan.unreachable[:SHOWN]:
        parts = (account_name(organization, u.account), printable(u.region), printable(u.what))
        where = " ".join(part for part in parts if part)
        yield Text(f"  ? {where}: {printable(u.reason)}", style="red")
        if u.hint:
            yield Text(f"      {printable(u.hint)}", style="dim")
    if len(plan.unreachable) > SHOWN:
        yield Text(f"  ? and {len(plan.unreachable) - SHOWN:,} more: `-o json` lists them", style="red")


def _notes(notes: tuple[Note, ...]) -> Iterator[Text]:
    titles = {
        "cost": "what it costs to keep",
        "left alone": "left alone",
        "excluded": "not expected to log",
        "waiting": "waiting for somebody",
        "refused": "refused, because it would not be safe",
        "open": "open",
    }
    for kind, title in titles.items():
        chosen = [n for n in notes if n.kind == kind]
        if not chosen:
            continue
        yield Text("")
        yield Text(title, style="bold red" if kind in {"refused", "open"} else "bold")
        for note in chosen[:SHOWN]:
            yield Text(f"  · {printable(note.subject)}: {printable(note.text)}")
            if note.hint:
                yield Text(f"      {printable(note.hint)}", style="dim")
        if len(chosen) > SHOWN:
            yield Text(f"  · and {len(chosen) - SHOWN:,} more: `-o json` lists them")


def _total(plan: Plan) -> Text:
    if not plan.changes:
        return Text("Nothing to change: the organization is as the specification says.", style="bold green")
    human = sum(isinstance(c, EnableMfaDelete) for c in plan.changes)
    final = sum(c.undo() is None for c in plan.changes)
    parts = [count(len(plan.changes), "change"), f"{final:,} of them stay after a rollback"]
    if human:
        parts.append(f"{human} only a person can make")
    return Text(", ".join(parts) + ".", style="bold")
