"""LookupEvents: an account's event history of a Region, management events of 90 days (botocore model cloudtrail)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

if TYPE_CHECKING:
    from trailkeep.lab.delivery.events import Event

_PAGE = 50
_DAYS = 90
_FOUND_BY: Mapping[str, Callable[[Event, str], bool]] = {
    "EventId": lambda event, value: event.id == value,
    "EventName": lambda event, value: event.name == value,
    "ReadOnly": lambda event, value: str(event.read_only).lower() == value,
    "Username": lambda event, value: event.username == value,
    "ResourceType": lambda event, value: any(kind == value for kind, _ in event.resources),
    "ResourceName": lambda event, value: any(arn == value or _name(arn) == value for _, arn in event.resources),
    "EventSource": lambda event, value: event.source == value,
    "AccessKeyId": lambda event, value: event.key == value,
}


def lookup(call: Call, world: World) -> dict[str, Any]:
    """Management events, newest first, 50 a page, by one attribute at most."""
    attributes = call.params.get("LookupAttributes") or []
    if len(attributes) > 1 or any(one.get("AttributeKey") not in _FOUND_BY for one in attributes):
        raise Refusal("InvalidLookupAttributesException", "Give one lookup attribute, of a kind that there is.")
    if call.params.get("EventCategory"):
        raise Refusal("NotInLab", "the event history of Insights events is not part of the embedded organization")
    earliest = world.clock.now() - _DAYS * 86_400
    begin = max(float(call.params.get("StartTime") or 0), earliest)
    end = float(call.params.get("EndTime") or 1e12)
    if end < begin:
        raise Refusal("InvalidTimeRangeException", "The time range ends before it begins.")
    seen = [
        event
        for event in world.recorder.latest_events(call.account, call.region)
        if begin <= event.time <= end
        and all(_FOUND_BY[one["AttributeKey"]](event, one.get("AttributeValue", "")) for one in attributes)
    ]
    return page(call, "Events", seen, size=_PAGE, show=_shown)


def _shown(event: Event) -> dict[str, Any]:
    return {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": str(event.read_only).lower(),
        "AccessKeyId": event.key,
        "EventTime": event.time,
        "EventSource": event.source,
        "Username": event.username,
        "Resources": [{"ResourceType": kind, "ResourceName": _name(arn)} for kind, arn in event.resources],
        "CloudTrailEvent": event.record.decode(),
    }


def _name(arn: str) -> str:
    return arn.split(":", 5)[-1]


ANSWERS: Mapping[str, Any] = {"LookupEvents": lookup}
