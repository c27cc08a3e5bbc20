"""Event buses, their policies, and what is put on them (botocore model events/2015-10-07)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from trailkeep.authz.policy import parse
from trailkeep.errors import PolicyError
from trailkeep.lab.call import Call
from trailkeep.lab.eventbridge.bus import event_of, put_on
from trailkeep.lab.eventbridge.named import beyond, bus_of, invalid, missing
from trailkeep.lab.eventbridge.rules import limited
from trailkeep.lab.eventbridge.state import DEFAULT, Bus, buses_of
from trailkeep.lab.eventbridge.tags import tags_in
from trailkeep.lab.refusal import Refusal, not_in_lab
from trailkeep.lab.world import World

_NAME = re.compile(r"[.\-_A-Za-z0-9]{1,256}")
_UNSERVED = ("EventSourceName", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")
MOST_BUSES = 100
LARGEST_POLICY = 10_240
"""Characters (EventBridge User Guide, quotas)."""
MOST_ENTRIES = 10


def create(call: Call, world: World) -> dict[str, Any]:
    """CreateEventBus."""
    buses = buses_of(world).of(call.account, call.region, world.clock.now())
    name = str(call.params.get("Name", ""))
    unserved = [member for member in _UNSERVED if call.params.get(member)]
    if unserved:
        raise not_in_lab(call, f"event buses with {', '.join(unserved)}")
    if not _NAME.fullmatch(name):
        raise invalid(f"Value '{name}' at 'name' failed to satisfy constraint: {_NAME.pattern}")
    if name in buses:
        raise Refusal("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
    if len(buses) >= MOST_BUSES:
        raise beyond("The requested resource exceeds the maximum number allowed.")
    now = world.clock.now()
    bus = Bus(
        account=call.account, region=call.region, name=name, created=now, changed=now,
        description=call.params.get("Description"), tags=tags_in(call),
    )  # fmt: skip
    buses[name] = bus
    described = {"Description": bus.description} if bus.description else {}
    return {"EventBusArn": bus.arn, **described}


def describe(call: Call, world: World) -> dict[str, Any]:
    """DescribeEventBus."""
    return _shown(bus_of(call, world, call.params.get("Name")))


def list_buses(call: Call, world: World) -> dict[str, Any]:
    """ListEventBuses, 100 a page."""
    prefix = str(call.params.get("NamePrefix") or "")
    buses = buses_of(world).of(call.account, call.region, world.clock.now())
    return limited(call, "EventBuses", [_shown(bus) for name, bus in sorted(buses.items()) if name.startswith(prefix)])


def delete(call: Call, world: World) -> dict[str, Any]:
    """DeleteEventBus: nothing where there is none; the default bus and one with rules stay."""
    name = str(call.params.get("Name", "")).rpartition("/")[2]
    buses = buses_of(world).of(call.account, call.region, world.clock.now())
    if name == DEFAULT:
        raise invalid("Cannot delete event bus default.")
    if name in buses and buses[name].rules:
        raise invalid("Event bus can't be deleted since it has rules.")
    buses.pop(name, None)
    return {}


def put_permission(call: Call, world: World) -> dict[str, Any]:
    """PutPermission: a whole policy replaces the one there was, a single statement is added or replaced by its id."""
    bus = bus_of(call, world, call.params.get("EventBusName"))
    given = call.params.get("Policy")
    document = _document(str(given)) if given else _with(bus, _statement(call, bus))
    text = json.dumps(document, separators=(",", ":"))
    if len(text) > LARGEST_POLICY:
        raise Refusal("PolicyLengthExceededException", "The event bus policy is too long.")
    try:
        parse(text, name=f"policy of event bus {bus.name}", kind="resource")
    except PolicyError as problem:
        raise invalid(f"This policy is not valid: {problem.message}") from None
    bus.policy, bus.changed = document, world.clock.now()
    return {}


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise invalid("This policy contains invalid Json")
    return document


def _statement(call: Call, bus: Bus) -> dict[str, Any]:
    principal, condition = str(call.params.get("Principal") or ""), call.params.get("Condition")
    name = str(call.params.get("StatementId") or "")
    if call.params.get("Action") != "events:PutEvents":
        raise invalid("Provided value in parameter 'action' is not supported.")
    if not re.fullmatch(r"[a-zA-Z0-9\-_]{1,64}", name):
        raise invalid(r"StatementId must match ^[a-zA-Z0-9-_]{1,64}$")
    if not re.fullmatch(r"\d{12}|\*", principal):
        raise invalid(r"Value at 'principal' failed to satisfy constraint: (\d{12}|\*)")
    if condition and principal != "*":
        raise invalid("Value of the parameter 'principal' must be '*' when the parameter 'condition' is set.")
    who: Any = "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"}
    only = {condition["Type"]: {condition["Key"]: condition["Value"]}} if condition else {}
    return {
        "Sid": name,
        "Effect": "Allow",
        "Principal": who,
        "Action": "events:PutEvents",
        "Resource": bus.arn,
        **({"Condition": only} if only else {}),
    }


def _with(bus: Bus, statement: dict[str, Any]) -> dict[str, Any]:
    kept = [one for one in _statements(bus) if one.get("Sid") != statement["Sid"]]
    return {"Version": "2012-10-17", "Statement": [*kept, statement]}


def remove_permission(call: Call, world: World) -> dict[str, Any]:
    """RemovePermission: the statement with an id, or all."""
    bus = bus_of(call, world, call.params.get("EventBusName"))
    if call.params.get("RemoveAllPermissions"):
        bus.policy = None
        return {}
    if bus.policy is None:
        raise missing("EventBus does not have a policy.")
    kept = [one for one in _statements(bus) if one.get("Sid") != call.params.get("StatementId")]
    if len(kept) == len(_statements(bus)):
        raise missing("Statement with the provided id does not exist.")
    bus.policy = {**bus.policy, "Statement": kept} if kept else None
    return {}


def _statements(bus: Bus) -> list[dict[str, Any]]:
    statements = (bus.policy or {}).get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def put_events(call: Call, world: World) -> dict[str, Any]:
    """PutEvents, ten at once: each is taken or refused by itself."""
    entries = call.params.get("Entries")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ENTRIES:
        raise invalid("Value at 'entries' failed to satisfy constraint: Member must have length between 1 and 10")
    told = [_put(call, world, entry) for entry in entries]
    return {"FailedEntryCount": sum("ErrorCode" in one for one in told), "Entries": told}


def _put(call: Call, world: World, entry: Mapping[str, Any]) -> dict[str, str]:
    source, kind, text = (str(entry.get(name) or "") for name in ("Source", "DetailType", "Detail"))
    for name, value in (("Source", source), ("DetailType", kind), ("Detail", text)):
        if not value:
            return _refused("InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument.")
    if source.startswith("aws."):
        return _refused("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = json.loads(text)
    except (ValueError, RecursionError):
        detail = None
    if not isinstance(detail, dict):
        return _refused("MalformedDetail", "Detail is malformed.")
    bus = find_bus(call, world, entry.get("EventBusName"))
    event = event_of(call.account, call.region, source, kind, detail, float(entry.get("Time") or world.clock.now()))
    event["resources"] = list(entry.get("Resources") or ())
    if bus is not None:  # EventBridge takes events for a bus that is not there and drops them
        put_on(world, bus, event)
    return {"EventId": event["id"]}


def find_bus(call: Call, world: World, name: Any) -> Bus | None:
    """The bus that an entry of PutEvents is for, of whatever account; None when there is none."""
    text = str(name or DEFAULT)
    if text.startswith("arn:"):
        return buses_of(world).find(text)
    return buses_of(world).of(call.account, call.region, world.clock.now()).get(text)


def _refused(code: str, message: str) -> dict[str, str]:
    return {"ErrorCode": code, "ErrorMessage": message}


def _shown(bus: Bus) -> dict[str, Any]:
    told = {
        "Name": bus.name,
        "Arn": bus.arn,
        "Description": bus.description,
        "Policy": json.dumps(bus.policy) if bus.policy else None,
        "CreationTime": bus.created,
        "LastModifiedTime": bus.changed,
    }
    return {name: value for name, value in told.items() if value is not None}


ANSWERS: Mapping[str, Any] = {
    "CreateEventBus": create,
    "DescribeEventBus": describe,
    "ListEventBuses": list_buses,
    "DeleteEventBus": delete,
    "PutPermission": put_permission,
    "RemovePermission": remove_permission,
    "PutEvents": put_events,
}
