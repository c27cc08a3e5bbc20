"""Targets of rules (botocore model events/2015-10-07): event buses and topics; the lab delivers to nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.eventbridge.input import fault_of
from trailkeep.lab.eventbridge.named import beyond, invalid, rule_of
from trailkeep.lab.eventbridge.rules import NAME, limited
from trailkeep.lab.eventbridge.state import Bus
from trailkeep.lab.refusal import not_in_lab
from trailkeep.lab.world import World

MOST_TARGETS = 5
"""Targets of a rule (EventBridge User Guide, quotas)."""
_KNOWN = frozenset({"Id", "Arn", "RoleArn", "Input", "InputPath", "InputTransformer", "RetryPolicy"})


def put_targets(call: Call, world: World) -> dict[str, Any]:
    """PutTargets: a target with the id of another replaces it."""
    bus, rule = rule_of(call, world, "Rule")
    targets = call.params.get("Targets")
    if not isinstance(targets, list) or not targets:
        raise invalid("Parameter Targets is required.")
    ids = [str(target.get("Id", "")) for target in targets]
    if len(set(ids)) != len(ids):
        raise invalid("Duplicated target Id in the request.")
    for target in targets:
        _check(call, bus, target)
    if len(set(rule.targets) | set(ids)) > MOST_TARGETS:
        raise beyond("The requested resource exceeds the maximum number allowed.")
    rule.targets.update(zip(ids, targets, strict=True))
    return {"FailedEntryCount": 0, "FailedEntries": []}


def _check(call: Call, bus: Bus, target: Mapping[str, Any]) -> None:
    name, arn, role = str(target.get("Id", "")), str(target.get("Arn", "")), str(target.get("RoleArn") or "")
    if not NAME.fullmatch(name):
        raise invalid(f"Value '{name}' at 'targets.member.id' failed to satisfy constraint: {NAME.pattern}")
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise invalid(f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.")
    is_bus = parts[2] == "events" and parts[5].startswith("event-bus/")
    if not is_bus and parts[2] != "sns":
        raise not_in_lab(call, f"targets of the service {parts[2]}")
    if set(target) - _KNOWN:
        raise not_in_lab(call, f"targets with {', '.join(sorted(set(target) - _KNOWN))}")
    if role and role.count(":") < 5:
        raise invalid(f"Parameter {role} is not valid. Reason: Provided Arn is not in correct format.")
    if is_bus and arn == bus.arn:
        raise invalid("The event bus of the rule cannot be its target.")
    if is_bus and not role and parts[3:5] != [bus.region, bus.account]:
        raise invalid(f"Parameter(s) RoleArn must be specified for target: {name}.")
    if not is_bus and parts[3] != bus.region:
        raise invalid(f"Parameter {arn} is not valid. Reason: the target is in another Region than the rule.")
    fault = fault_of(target)
    if fault is not None:
        raise invalid(fault)


def list_targets(call: Call, world: World) -> dict[str, Any]:
    """ListTargetsByRule, 100 a page."""
    _, rule = rule_of(call, world, "Rule")
    return limited(call, "Targets", list(rule.targets.values()))


def remove_targets(call: Call, world: World) -> dict[str, Any]:
    """RemoveTargets; an id that is not there is passed over."""
    _, rule = rule_of(call, world, "Rule")
    for name in call.params.get("Ids") or ():
        rule.targets.pop(str(name), None)
    return {"FailedEntryCount": 0, "FailedEntries": []}


ANSWERS: Mapping[str, Any] = {
    "PutTargets": put_targets,
    "ListTargetsByRule": list_targets,
    "RemoveTargets": remove_targets,
}
