"""AWS Config's rules in an account and Region (botocore model config/2014-11-12, PutConfigRule and its sisters)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.config_evaluation import evaluate, refresh
from trailkeep.lab.config_facts import is_running
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_rule_spec import invalid, spec_of_rule
from trailkeep.lab.config_state import Cell, Rule, RuleSpec, rulebook_of
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.rules.catalogue import is_periodic
from trailkeep.lab.world import World

MOST_RULES = 1_000
"""Rules in an account and Region (AWS Config Developer Guide, service limits)."""
_ONCE_A_MINUTE = 60


def put_rule(call: Call, world: World) -> dict[str, Any]:
    """PutConfigRule: adds a rule, or updates the one of this name, ARN or id; tags count only for a new one."""
    asked = call.params.get("ConfigRule") or {}
    cell = call.account, call.region
    if not world.backend("config", *cell).recorders:
        raise no_recorder()
    if asked.get("CreatedBy"):
        raise invalid(
            "AWS Config populates the CreatedBy field for ServiceLinkedConfigRule. "
            "Try again without populating the CreatedBy field."
        )
    known = _asked_for(world, cell, asked)
    name = known.spec.name if known else str(asked.get("ConfigRuleName", ""))
    if known is None and (not name or asked.get("ConfigRuleArn") or asked.get("ConfigRuleId")):
        raise invalid("One or more identifiers needs to be provided. Provide Name or Id or Arn")
    if known is not None:
        _check_own(known)
    spec = spec_of_rule(call, asked, name)
    rule = place(world, cell, spec)
    if known is None:
        tags = {str(t["Key"]): str(t.get("Value", "")) for t in call.params.get("Tags") or ()}
        rulebook_of(world).tags[rule.arn] = tags
    return {}


def place(world: World, cell: Cell, spec: RuleSpec, created_by: str = "") -> Rule:
    """Put a rule into an account and Region and evaluate it. Raises MaxNumberOfConfigRulesExceededException."""
    rules, now = rulebook_of(world).rules[cell], world.clock.now()
    rule = rules.get(spec.name)
    if rule is None and len(rules) >= MOST_RULES:
        raise Refusal(
            "MaxNumberOfConfigRulesExceededException",
            f"Failed to put config rule '{spec.name}' because the maximum number of config rules: {MOST_RULES} "
            "is reached.",
        )
    if rule is None:
        identity = f"config-rule-{rulebook_of(world).draw(6)}"
        rule = Rule(spec=spec, account=cell[0], region=cell[1], id=identity, created=now, created_by=created_by)
        rules[spec.name] = rule
    rule.spec = spec
    if is_periodic(spec.identifier) or is_running(world, *cell):
        evaluate(world, rule, now)
    return rule


def remove(world: World, rule: Rule) -> None:
    """Take a rule away with everything it said."""
    book = rulebook_of(world)
    book.rules[rule.account, rule.region].pop(rule.spec.name, None)
    book.tags.pop(rule.arn, None)


def describe_rules(call: Call, world: World) -> dict[str, Any]:
    """DescribeConfigRules, 25 a page, those that a service made included."""
    if (call.params.get("Filters") or {}).get("EvaluationMode") == "PROACTIVE":
        return {"ConfigRules": []}
    return paged(call, "ConfigRules", rules_of(call, world), default=25, most=100, show=_shown)


def delete_rule(call: Call, world: World) -> dict[str, Any]:
    """DeleteConfigRule."""
    rule = rule_of(call, world, str(call.params.get("ConfigRuleName", "")))
    _check_own(rule)
    remove(world, rule)
    return {}


def start_evaluation(call: Call, world: World) -> dict[str, Any]:
    """StartConfigRulesEvaluation: of the rules that are named, or of all; each once a minute."""
    rules, now = rules_of(call, world), world.clock.now()
    if any(rule.started is not None and now - rule.started < _ONCE_A_MINUTE for rule in rules):
        raise Refusal(
            "LimitExceededException", "The StartConfigRulesEvaluation API may be called once per minute for a rule."
        )
    for rule in rules:
        rule.started = now
        if is_periodic(rule.spec.identifier) or is_running(world, rule.account, rule.region):
            evaluate(world, rule, now)
    return {}


def evaluation_status(call: Call, world: World) -> dict[str, Any]:
    """DescribeConfigRuleEvaluationStatus."""
    refresh(world, [(call.account, call.region)])
    found = rules_of(call, world)
    return paged(call, "ConfigRulesEvaluationStatus", found, default=50, most=50, show=_status)


def rules_of(call: Call, world: World) -> list[Rule]:
    """The rules that `ConfigRuleNames` names, 25 at most, or all in alphabetical order."""
    names = call.params.get("ConfigRuleNames")
    if names and len(names) > 25:
        raise Refusal("ValidationException", "At most 25 rules may be named at once.")
    if names:
        return [rule_of(call, world, str(name)) for name in names]
    rules = rulebook_of(world).rules.get((call.account, call.region), {})
    return [rules[name] for name in sorted(rules)]


def rule_of(call: Call, world: World, name: str) -> Rule:
    """The rule of this name. Raises NoSuchConfigRuleException."""
    rule = rulebook_of(world).rules.get((call.account, call.region), {}).get(name)
    if rule is None:
        raise Refusal(
            "NoSuchConfigRuleException",
            f"The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name.",
        )
    return rule


def no_recorder() -> Refusal:
    """The refusal of a rule where nothing is recorded."""
    return Refusal(
        "NoAvailableConfigurationRecorderException",
        "Configuration recorder is not available to put a config rule: create one first.",
    )


def _asked_for(world: World, cell: Cell, asked: Mapping[str, Any]) -> Rule | None:
    name, arn, identity = (asked.get(member) for member in ("ConfigRuleName", "ConfigRuleArn", "ConfigRuleId"))
    for rule in rulebook_of(world).rules.get(cell, {}).values():
        if (name and rule.spec.name == name) or (not name and (rule.arn == arn or rule.id == identity)):
            return rule
    return None


def _check_own(rule: Rule) -> None:
    if rule.created_by:
        raise Refusal(
            "AccessDeniedException",
            "An AWS service owns ServiceLinkedConfigRule. You do not have permissions to take action on this rule.",
        )


def _shown(rule: Rule) -> dict[str, Any]:
    spec = rule.spec
    shown: dict[str, Any] = {
        "ConfigRuleName": spec.name,
        "ConfigRuleArn": rule.arn,
        "ConfigRuleId": rule.id,
        "Description": spec.description,
        "Scope": dict(spec.scope),
        "Source": {"Owner": "AWS", "SourceIdentifier": spec.identifier},
        "InputParameters": json.dumps(dict(spec.parameters), separators=(",", ":")) if spec.parameters else None,
        "MaximumExecutionFrequency": spec.frequency,
        "ConfigRuleState": "ACTIVE",
        "CreatedBy": rule.created_by,
        "EvaluationModes": [{"Mode": "DETECTIVE"}],
    }
    return {name: value for name, value in shown.items() if value}


def _status(rule: Rule) -> dict[str, Any]:
    status: dict[str, Any] = {
        "ConfigRuleName": rule.spec.name,
        "ConfigRuleArn": rule.arn,
        "ConfigRuleId": rule.id,
        "FirstActivatedTime": rule.created,
        "FirstEvaluationStarted": rule.evaluated is not None,
    }
    if rule.evaluated is not None:
        status |= {"LastSuccessfulInvocationTime": rule.evaluated, "LastSuccessfulEvaluationTime": rule.evaluated}
    return status


ANSWERS: Mapping[str, Any] = {
    "PutConfigRule": put_rule,
    "DescribeConfigRules": describe_rules,
    "DeleteConfigRule": delete_rule,
    "StartConfigRulesEvaluation": start_evaluation,
    "DescribeConfigRuleEvaluationStatus": evaluation_status,
}
