"""Rules (botocore model events/2015-10-07; EventBridge quotas)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.eventbridge.named import beyond, bus_of, invalid, rule_of
from trailkeep.lab.eventbridge.pattern import BadPatternError, matches, parse
from trailkeep.lab.eventbridge.state import Bus, Rule
from trailkeep.lab.eventbridge.tags import tags_in
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal, not_in_lab
from trailkeep.lab.world import World

NAME = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
STATES = frozenset({"ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"})
LONGEST_PATTERN = 4096
PATTERN_QUOTA = 2048
"""Characters of an event pattern, by default (EventBridge User Guide, quotas)."""
MOST_RULES = 300


def put_rule(call: Call, world: World) -> dict[str, Any]:
    """PutRule: what it leaves out of a rule that exists is gone from it, save targets and tags."""
    bus = bus_of(call, world, call.params.get("EventBusName"))
    name, state = str(call.params.get("Name", "")), str(call.params.get("State") or "ENABLED")
    if not NAME.fullmatch(name):
        raise invalid(f"Value '{name}' at 'name' failed to satisfy constraint: {NAME.pattern}")
    if state not in STATES:
        raise invalid(f"Value '{state}' at 'state' failed to satisfy constraint: {sorted(STATES)}")
    if call.params.get("ScheduleExpression"):
        raise not_in_lab(call, "rules that run on a schedule")
    pattern = _pattern(call)
    before = bus.rules.get(name)
    if before is None and len(bus.rules) >= MOST_RULES:
        raise beyond("The requested resource exceeds the maximum number allowed.")
    bus.rules[name] = Rule(
        name=name,
        arn=bus.rule_arn(name),
        pattern=pattern,
        state=state,
        description=call.params.get("Description"),
        role=call.params.get("RoleArn"),
        targets=before.targets if before else {},
        tags=before.tags if before else tags_in(call),
    )
    return {"RuleArn": bus.rule_arn(name)}


def _pattern(call: Call) -> str:
    text = str(call.params.get("EventPattern") or "")
    if not text:
        raise invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if len(text) > LONGEST_PATTERN:
        raise invalid("Value at 'eventPattern' failed to satisfy constraint: Member must have length at most 4096")
    if len(text) > PATTERN_QUOTA:
        raise beyond(f"The event pattern has {len(text)} characters; the quota is {PATTERN_QUOTA}.")
    try:
        parse(text)
    except BadPatternError as problem:
        raise Refusal("InvalidEventPatternException", f"Event pattern is not valid. Reason: {problem}") from None
    return text


def try_pattern(call: Call, _: World) -> dict[str, Any]:
    """TestEventPattern."""
    pattern = parse(_pattern(call))
    try:
        event = json.loads(str(call.params.get("Event") or ""))
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise invalid("Parameter Event is not valid.")
    return {"Result": matches(pattern, event)}


def describe_rule(call: Call, world: World) -> dict[str, Any]:
    """DescribeRule."""
    bus, rule = rule_of(call, world, "Name")
    return {**_shown(bus, rule), "CreatedBy": bus.account}


def list_rules(call: Call, world: World) -> dict[str, Any]:
    """ListRules, 100 a page."""
    bus = bus_of(call, world, call.params.get("EventBusName"))
    prefix = str(call.params.get("NamePrefix") or "")
    found = [rule for name, rule in sorted(bus.rules.items()) if name.startswith(prefix)]
    return limited(call, "Rules", [_shown(bus, rule) for rule in found])


def delete_rule(call: Call, world: World) -> dict[str, Any]:
    """DeleteRule: nothing where there is no such rule; a rule with targets stays."""
    bus = bus_of(call, world, call.params.get("EventBusName"))
    rule = bus.rules.get(str(call.params.get("Name", "")))
    if rule is not None and rule.targets:
        raise invalid("Rule can't be deleted since it has targets.")
    if rule is not None:
        del bus.rules[rule.name]
    return {}


def enable_rule(call: Call, world: World) -> dict[str, Any]:
    """EnableRule; a rule that hears all management events goes on hearing them."""
    _, rule = rule_of(call, world, "Name")
    if rule.state == "DISABLED":
        rule.state = "ENABLED"
    return {}


def disable_rule(call: Call, world: World) -> dict[str, Any]:
    """DisableRule."""
    _, rule = rule_of(call, world, "Name")
    rule.state = "DISABLED"
    return {}


def limited(call: Call, member: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """A page of at most `Limit`, which is what EventBridge calls MaxResults."""
    return page(replace(call, params={**call.params, "MaxResults": call.params.get("Limit")}), member, items, size=100)


def _shown(bus: Bus, rule: Rule) -> dict[str, Any]:
    told = {
        "Name": rule.name,
        "Arn": rule.arn,
        "EventPattern": rule.pattern,
        "State": rule.state,
        "Description": rule.description,
        "RoleArn": rule.role,
        "EventBusName": bus.name,
    }
    return {name: value for name, value in told.items() if value is not None}


ANSWERS: Mapping[str, Any] = {
    "PutRule": put_rule,
    "DescribeRule": describe_rule,
    "ListRules": list_rules,
    "DeleteRule": delete_rule,
    "EnableRule": enable_rule,
    "DisableRule": disable_rule,
    "TestEventPattern": try_pattern,
}
