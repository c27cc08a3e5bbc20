"""The bus and the rule that a call names."""

from __future__ import annotations

from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.eventbridge.state import DEFAULT, Bus, Rule, buses_of
from trailkeep.lab.refusal import Refusal, not_in_lab
from trailkeep.lab.world import World


def bus_of(call: Call, world: World, name: Any) -> Bus:
    """The bus of the caller with a name or ARN, the default one when none is named.

    Raises ResourceNotFoundException; NotInLab for a bus of another account or Region.
    """
    text = str(name or DEFAULT)
    if text.startswith("arn:"):
        parts = text.split(":", 5)
        if parts[3:5] != [call.region, call.account]:
            raise not_in_lab(call, "a bus of another account or Region")
        text = parts[5].removeprefix("event-bus/")
    found = buses_of(world).of(call.account, call.region, world.clock.now()).get(text)
    if found is None:
        raise missing(f"Event bus {text} does not exist.")
    return found


def rule_of(call: Call, world: World, member: str) -> tuple[Bus, Rule]:
    """The rule that stands in a member, with its bus. Raises ResourceNotFoundException or ValidationException."""
    bus = bus_of(call, world, call.params.get("EventBusName"))
    name = str(call.params.get(member) or "")
    if not name:
        raise invalid(f"Parameter {member} is required.")
    if name not in bus.rules:
        raise missing(f"Rule {name} does not exist on EventBus {bus.name}.")
    return bus, bus.rules[name]


def missing(message: str) -> Refusal:
    """EventBridge's answer about what is not there."""
    return Refusal("ResourceNotFoundException", message)


def invalid(message: str) -> Refusal:
    """EventBridge's answer to a request that makes no sense."""
    return Refusal("ValidationException", message)


def beyond(message: str) -> Refusal:
    """EventBridge's answer to more than its quotas allow."""
    return Refusal("LimitExceededException", message)
