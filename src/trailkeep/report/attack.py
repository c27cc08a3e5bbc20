"""Attacks for people and machines: attempt, who, what AWS answered, which statement stopped it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from trailkeep.report.words import count, printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attempt by one principal. `code` is AWS's error code, "" when it succeeded; the rest is what denied it.

    `layer` is "" where no policy decided: then the service itself refused. An attempt that was not answered, or that
    the lab does not serve, was not made and proves nothing.
    """

    what: str
    who: str
    call: str
    code: str
    said: str
    was_made: bool = True
    layer: str = ""
    policy: str = ""
    level: str = ""
    statement: str = ""
    explicit: bool = False
    words: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the attack went through."""
        return not self.code


def summary(tried: Sequence[Tried]) -> str:
    """How many of how many succeeded."""
    made = [t for t in tried if t.was_made]
    return f"{sum(t.succeeded for t in made)} of {count(len(made), 'attempt')} succeeded"


def render_attacks(tried: Sequence[Tried]) -> RenderableType:
    """The table, and what it comes to."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Attempt", "Who", "AWS answered", "Stopped by"):
        table.add_column(heading, overflow="fold")
    for one in tried:
        answer = Text("success", style="bold red") if one.succeeded else Text(printable(one.code), style="green")
        if not one.was_made:
            answer = Text(printable(one.code), style="yellow")
        table.add_row(one.what, one.who, answer, Text(stopped_by(one), style="dim"))
    bad = any(t.succeeded for t in tried)
    return Group(table, Text(summary(tried), style="bold red" if bad else "bold green"))


def stopped_by(tried: Tried) -> str:
    """The statement that denied it, or why no statement did."""
    if tried.succeeded or not tried.was_made:
        return ""
    if not tried.layer:
        return "the service itself"
    if not tried.explicit:
        return f"{tried.layer}: {printable(tried.words)}"
    level = f" on {printable(tried.level)}" if tried.level else ""
    return f"{tried.layer} {printable(tried.policy)}{level}, statement {printable(tried.statement)}"


def attacks_json(tried: Sequence[Tried]) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "trailkeep_attack": 1,
        "succeeded": sum(t.succeeded for t in tried),
        "made": sum(t.was_made for t in tried),
        "attempts": [{**asdict(t), "succeeded": t.succeeded, "stopped_by": stopped_by(t)} for t in tried],
    }
