"""Messages that arrived at the lab's topics, and events that did not, for people."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.report.words import count, printable

_MESSAGES = f"{'When':<21}{'Account':<14}{'Region':<16}{'Topic':<20}{'What':<38}Who"
_UNDELIVERED = f"{'When':<21}{'What':<38}{'Rule and target, and why not'}"


def render_messages(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    """A line a message: time, account and Region of the event, the topic, what happened, who did it."""
    lines = (
        Text(
            f"{_when(one):<21}{printable(one['account']):<14}{printable(one['region']):<16}"
            f"{_last(one['topic'], 18):<20}{printable(one['name'] or one['text'], 36):<38}{printable(one['who'])}"
        )
        for one in found
    )
    return Group(Text(_MESSAGES, style="bold"), *lines, Text(count(len(found), "message"), style="bold"))


def render_undelivered(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Two lines an event that was not delivered: when, what, which rule; and why."""
    lines = []
    for one in found:
        way = f"{printable(one['rule'])} to {printable(one['target'])}"
        lines.append(Text(f"{_when(one):<21}{printable(one['name'], 36):<38}{way}"))
        lines.append(Text(f"{'':<21}{printable(one['because'])}", style="yellow"))
    total = count(len(found), "failed delivery", "failed deliveries")
    return Group(Text(_UNDELIVERED, style="bold"), *lines, Text(total, style="bold"))


def _when(one: Mapping[str, Any]) -> str:
    return datetime.fromtimestamp(one["time"], UTC).strftime("%Y-%m-%d %H:%M:%S")


def _last(arn: str, limit: int) -> str:
    return printable(arn.rpartition(":")[2], limit)
