"""The controls of EventBridge and SNS under `/_trailkeep/`: what arrived at topics, and what did not and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab.eventbridge.state import buses_of
from trailkeep.lab.sns_messages import messages_of
from trailkeep.lab.world import World


def _messages(world: World, _: Any) -> list[dict[str, Any]]:
    return [one.to_json() for one in messages_of(world)]


def _failures(world: World, _: Any) -> list[dict[str, Any]]:
    return [one.to_json() for one in buses_of(world).failures]


CONTROLS: Mapping[tuple[str, str], Callable[[World, Any], Any]] = {
    ("GET", "messages"): _messages,
    ("GET", "undelivered"): _failures,
}
