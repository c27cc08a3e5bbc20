"""An event on a bus: the rules that want it, and the targets they send it to."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from trailkeep.lab.eventbridge.input import input_of
from trailkeep.lab.eventbridge.pattern import matches, parse
from trailkeep.lab.eventbridge.state import DEFAULT, Bus, Failure, Rule, buses_of
from trailkeep.lab.eventbridge.targets import why_not_bus, why_not_topic
from trailkeep.lab.sns_messages import deliver_message
from trailkeep.lab.world import World

Event = dict[str, Any]
ALL_MANAGEMENT = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
VIA_CLOUDTRAIL = "via CloudTrail"
_READS = ("Get", "List", "Describe")
_READS_THAT_COME = frozenset({"GetFederationToken", "GetSessionToken"})
_NAMES = uuid.UUID("7a11cee9-0000-4000-8000-000000000001")


def put(world: World, *, account: str, region: str, source: str, detail_type: str, detail: Event, time: float) -> None:
    """Put an event on the default bus of an account and Region; `time` in seconds since the epoch."""
    if not buses_of(world).is_heard(account, region):
        return
    bus = buses_of(world).of(account, region, world.clock.now())[DEFAULT]
    event = event_of(account, region, source, detail_type, detail, time)
    put_on(world, bus, event)


def event_of(account: str, region: str, source: str, detail_type: str, detail: Event, time: float) -> Event:
    """The event as its rules see it (EventBridge User Guide, event structure)."""
    number = detail.get("eventID") or json.dumps(detail, sort_keys=True, default=str)
    told = f"{account}/{region}/{source}/{detail_type}/{time}/{number}"
    return {
        "version": "0",
        "id": str(uuid.uuid5(_NAMES, told)),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [],
        "detail": detail,
    }


def put_on(world: World, bus: Bus, event: Event, *, forwarded: bool = False) -> None:
    """Let the rules of a bus send an event on. `forwarded`: it came from another bus and goes to no third."""
    with world.lock:
        for rule in tuple(bus.rules.values()):
            if _wants(rule, event):
                for target in tuple(rule.targets.values()):
                    _send(world, bus, rule, target, event, forwarded=forwarded)


def _wants(rule: Rule, event: Event) -> bool:
    if rule.state == "DISABLED" or (rule.state != ALL_MANAGEMENT and _only_reads(event)):
        return False
    return matches(parse(rule.pattern), event)


def _only_reads(event: Event) -> bool:
    """EventBridge User Guide: management events whose names begin with Get, List or Describe need the wider state."""
    detail = event["detail"]
    if not event["detail-type"].endswith(VIA_CLOUDTRAIL) or not isinstance(detail, dict):
        return False
    name = str(detail.get("eventName", ""))
    return bool(detail.get("managementEvent")) and name.startswith(_READS) and name not in _READS_THAT_COME


def _send(world: World, bus: Bus, rule: Rule, target: dict[str, Any], event: Event, *, forwarded: bool) -> None:
    arn = str(target["Arn"])
    if ":event-bus/" in arn:
        because = _to_bus(world, bus, rule, target, event, forwarded=forwarded)
    else:
        because = why_not_topic(world, bus, rule, arn)
        if because is None:
            deliver_message(world, arn, input_of(target, rule, event), event=event)
    if because is not None:
        detail = event["detail"] if isinstance(event["detail"], dict) else {}
        failure = Failure(
            time=world.clock.now(), rule=rule.arn, target=arn, because=because,
            source=str(event["source"]), name=str(detail.get("eventName", event["detail-type"])),
        )  # fmt: skip
        buses_of(world).failures.append(failure)


def _to_bus(world: World, bus: Bus, rule: Rule, target: dict[str, Any], event: Event, *, forwarded: bool) -> str | None:
    """Send an event to another bus, where it stays what it is; why that was not possible, or None."""
    if forwarded:
        return "an event that came from another event bus is not sent on to a third"
    arn = str(target["Arn"])
    there = buses_of(world).find(arn)
    if there is None and arn.endswith(f":event-bus/{DEFAULT}") and world.account(arn.split(":")[4]) is not None:
        there = buses_of(world).of(arn.split(":")[4], arn.split(":")[3], world.clock.now())[DEFAULT]
    if there is None:
        return f"there is no event bus {arn}"
    because = why_not_bus(world, bus, rule, target, there, event)
    if because is None:
        put_on(world, there, event, forwarded=True)
    return because
