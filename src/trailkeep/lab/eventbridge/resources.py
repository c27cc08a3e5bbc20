"""Which bus or rule a call is about, for the gate (Service Authorization Reference, EventBridge)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trailkeep.lab.decision import Ask
from trailkeep.lab.eventbridge.state import DEFAULT, buses_of

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.world import World

_OF_BUS = frozenset(
    {"CreateEventBus", "DescribeEventBus", "DeleteEventBus", "PutPermission", "RemovePermission", "PutEvents"}
)


def asks_of_events(call: Call, world: World) -> Iterator[Ask]:
    """The permissions an EventBridge call needs: each bus of PutEvents is asked for, and each role is passed."""
    if call.action == "PutEvents":
        names = [str(entry.get("EventBusName") or "") for entry in call.params.get("Entries") or ()]
        yield from (_bus_ask(call, world, name) for name in sorted(set(names)))
        return
    if call.action in _OF_BUS:
        yield _bus_ask(call, world, str(call.params.get("Name") or call.params.get("EventBusName") or ""))
    else:
        yield Ask(action=call.permission, resource=_resource(call), owner=call.account)
    targets = call.params.get("Targets") or ()
    roles = [call.params.get("RoleArn"), *(target.get("RoleArn") for target in targets)]
    for role in sorted({str(role) for role in roles if role}):
        passed = {"iam:passedtoservice": ("events.amazonaws.com",)}
        yield Ask(action="iam:PassRole", resource=role, owner=call.account, context=passed)


def _bus_ask(call: Call, world: World, name: str) -> Ask:
    start = f"arn:aws:events:{call.region}:{call.account}:event-bus/"
    arn = name if name.startswith("arn:") else start + (name or DEFAULT)
    owner = arn.split(":")[4] if arn.count(":") >= 5 else call.account
    bus = buses_of(world).find(arn)
    policy = bus.policy if bus is not None else None
    return Ask(
        action=call.permission, resource=arn, owner=owner, policy=policy, named=f"policy of event bus {name or DEFAULT}"
    )


def _resource(call: Call) -> str:
    arn = str(call.params.get("ResourceARN") or "")
    if arn:
        return arn
    name = str(call.params.get("Rule") or call.params.get("Name") or "")
    bus = str(call.params.get("EventBusName") or DEFAULT).rpartition("/")[2]
    within = "" if bus == DEFAULT else f"{bus}/"
    return f"arn:aws:events:{call.region}:{call.account}:rule/{within}{name or '*'}"
