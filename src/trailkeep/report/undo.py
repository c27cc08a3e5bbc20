"""What a rollback would do, and what it leaves, as a person reads it."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.model.change import Change
from trailkeep.model.organization import Organization
from trailkeep.report.words import account_name, brief, count, printable

Waves = Sequence[tuple[str, Sequence[Change]]]
Kept = Sequence[tuple[Change, str]]


def render_undo(began: str, waves: Waves, kept: Kept, organization: Organization) -> RenderableType:
    """Newest first; alike changes in one line."""
    return Group(*_lines(began, waves, kept, organization))


def _lines(began: str, waves: Waves, kept: Kept, organization: Organization) -> Iterator[Text]:
    yield Text(f"Taking back the apply of {printable(began)}", style="bold")
    for name, changes in waves:
        yield Text(f"{name}  {count(len(changes), 'change')}", style="bold")
        yield from _alike([(c, f"{brief(c.shown[0])} → {brief(c.shown[1]) or 'gone'}") for c in changes], organization)
    if kept:
        yield Text("kept", style="bold")
        yield from _alike([(c, printable(reason)) for c, reason in kept], organization)


def _alike(pairs: Sequence[tuple[Change, str]], organization: Organization) -> Iterator[Text]:
    groups: dict[tuple[str, str], list[Change]] = {}
    for change, text in pairs:
        groups.setdefault((change.resource, text), []).append(change)
    for (resource, text), group in groups.items():
        accounts = sorted({c.account for c in group})
        where = account_name(organization, accounts[0]) if len(accounts) == 1 else count(len(accounts), "account")
        many = f" ({len(group)} in all)" if len(group) > 1 else ""
        yield Text(f"  · {printable(resource)}: {text}  {where}{many}")
