"""What an apply or a rollback came to, as a person reads it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.errors import AwsError
from trailkeep.model.change import Change, EnableMfaDelete
from trailkeep.model.organization import Organization
from trailkeep.model.plan import Plan
from trailkeep.report.words import account_name, count, printable
from trailkeep.setup.delivery import Trouble

SHOWN = 20


class Outcome(Protocol):
    """What became of the changes of a run."""

    @property
    def done(self) -> Sequence[Change]:
        """Made."""

    @property
    def failed(self) -> "Sequence[Failure]":
        """Refused."""

    @property
    def unsupported(self) -> "Sequence[Failure]":
        """What AWS does not offer there."""

    @property
    def untried(self) -> Sequence[Change]:
        """Not begun."""

    @property
    def human(self) -> Sequence[EnableMfaDelete]:
        """For a person."""

    @property
    def stopped(self) -> str:
        """Why it ended early."""


class Failure(Protocol):
    """A change that was refused, with AWS's words."""

    @property
    def change(self) -> Change:
        """The change."""

    @property
    def error(self) -> AwsError:
        """Why."""


def render_outcome(organization: Organization, outcome: Outcome) -> RenderableType:
    """What was done, what was refused and why, what was not tried, what a person must do."""
    return Group(*_lines(organization, outcome))


def _lines(organization: Organization, outcome: Outcome) -> Iterator[Text]:
    done, failed = len(outcome.done), outcome.failed
    yield Text(f"{count(done, 'change')} made.", style="bold green" if done and not failed else "bold")
    for failure in failed[:SHOWN]:
        where = f"{account_name(organization, failure.change.account)} {printable(failure.change.region)}".strip()
        yield Text(
            f"  ✗ {printable(failure.change.resource)}, {where}: {printable(failure.error.message)}", style="red"
        )
        if failure.error.hint:
            yield Text(f"      {printable(failure.error.hint)}", style="dim")
    if len(failed) > SHOWN:
        yield Text(f"  ✗ and {len(failed) - SHOWN} more", style="red")
    for missing in outcome.unsupported[:SHOWN]:
        where = f"{account_name(organization, missing.change.account)} {printable(missing.change.region)}".strip()
        yield Text(f"  – {printable(missing.change.resource)}, {where}: AWS does not offer it there", style="yellow")
        yield Text(f"      {printable(missing.error.hint)}", style="dim")
    if len(outcome.unsupported) > SHOWN:
        yield Text(f"  – and {len(outcome.unsupported) - SHOWN} more that AWS does not offer there", style="yellow")
    if outcome.stopped:
        yield Text(f"Stopped: {printable(outcome.stopped)}. Run apply again to go on.", style="bold yellow")
    if outcome.untried:
        yield Text(
            f"{count(len(outcome.untried), 'change')} not tried, because something before failed.", style="yellow"
        )
    for change in outcome.human:
        yield Text(f"Only a person can do this: {printable(change.resource)}", style="bold magenta")
        for step in change.procedure:
            yield Text(f"  {printable(step)}", style="magenta")


def render_check(left: Plan, troubles: tuple[Trouble, ...], organization: Organization) -> RenderableType:
    """What reading back showed: what is still to change, and what keeps logs from arriving."""
    still = Text(f"Read back: {count(len(left.changes), 'change')} still to make.", style="bold yellow")
    done = Text("Read back: everything is as the specification says.", style="bold green")
    fine = Text("Every account and Region that was read can deliver, by CloudTrail's and Config's own status.")
    return Group(still if left.changes else done, render_troubles(troubles, organization) if troubles else fine)


def render_troubles(troubles: tuple[Trouble, ...], organization: Organization) -> RenderableType:
    """What keeps logs from arriving, alike ones in one line with how many account-Regions it holds for."""
    alike: dict[str, list[Trouble]] = {}
    for trouble in troubles:
        alike.setdefault(trouble.text, []).append(trouble)
    return Group(*(Text(f"  · {printable(text)}: {_places(group, organization)}") for text, group in alike.items()))


def _places(group: list[Trouble], organization: Organization) -> str:
    accounts = {t.account for t in group}
    first = f"{account_name(organization, group[0].account)} {group[0].region}"
    if len(group) == 1:
        return first
    return f"{count(len(group), 'account-Region')} of {count(len(accounts), 'account')}, such as {first}"
