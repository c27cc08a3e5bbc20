"""Attacks for people and machines: attempt, who, what AWS answered, which statement stopped it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group, RenderableType
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
    """A line an attempt and principal, and what it comes to."""
    lines = (Text(f"{one.what:<38}{one.who:<25}") + _answer(one) + Text(stopped_by(one), style="dim") for one in tried)
    return Group(Text(_HEADINGS, style="bold"), *lines, _sum(tried))


def render_briefly(tried: Sequence[Tried]) -> RenderableType:
    """A line an attempt, with how many tried it and what stopped the first of them."""
    lines = []
    for what in dict.fromkeys(one.what for one in tried):
        alike = [one for one in tried if one.what == what]
        shown = next((one for one in alike if one.succeeded), alike[0])
        by = f"{len(alike)} tried" if len(alike) > 1 else shown.who
        lines.append(Text(f"{what:<38}{by:<25}") + _answer(shown) + Text(stopped_by(shown), style="dim"))
    return Group(*lines, _sum(tried))


_HEADINGS = f"{'Attempt':<38}{'Who':<25}{'AWS answered':<24}Stopped by"


def _answer(one: Tried) -> Text:
    if one.succeeded:
        return Text(f"{'success':<24}", style="bold red")
    return Text(f"{printable(one.code, 22):<24}", style="green" if one.was_made else "yellow")


def _sum(tried: Sequence[Tried]) -> Text:
    bad = any(one.succeeded for one in tried)
    return Text(summary(tried), style="bold red" if bad else "bold green")


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
