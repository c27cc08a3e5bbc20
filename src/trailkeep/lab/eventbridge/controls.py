"""The controls of EventBridge and SNS under `/_trailkeep/`: what arrived at topics, what did not, and who listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab.eventbridge.state import buses_of
from trailkeep.lab.sns_messages import messages_of
from trailkeep.lab.sns_subscriptions import confirm
from trailkeep.lab.world import World


def _messages(world: World, _: Any) -> list[dict[str, Any]]:
    return [one.to_json() for one in messages_of(world)]


def _confirm(world: World, body: Any) -> dict[str, Any]:
    return {"topics": confirm(world, str(body["endpoint"]))}


def _failures(world: World, _: Any) -> list[dict[str, Any]]:
    return [one.to_json() for one in buses_of(world).failures]


CONTROLS: Mapping[tuple[str, str], Callable[[World, Any], Any]] = {
    ("GET", "messages"): _messages,
    ("GET", "undelivered"): _failures,
    ("POST", "confirm"): _confirm,
}
