"""What AWS Config's rules say: compliance by rule, by resource, and in detail (botocore model config/2014-11-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.config_evaluation import refresh
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_rule_spec import invalid
from trailkeep.lab.config_rules import rule_of, rules_of
from trailkeep.lab.config_state import Outcome, Rule, rulebook_of
from trailkeep.lab.world import World

_CAP = 25
"""The most that a contributor count shows for resources of a rule (botocore model ComplianceContributorCount)."""
BAD, GOOD, UNKNOWN = "NON_COMPLIANT", "COMPLIANT", "INSUFFICIENT_DATA"


def by_rule(call: Call, world: World) -> dict[str, Any]:
    """DescribeComplianceByConfigRule."""
    refresh(world, [(call.account, call.region)])
    shown = [{"ConfigRuleName": rule.spec.name, "Compliance": compliance_of(rule)} for rule in rules_of(call, world)]
    return paged(call, "ComplianceByConfigRules", _chosen(call, shown), default=100, most=100)


def details(call: Call, world: World) -> dict[str, Any]:
    """GetComplianceDetailsByConfigRule: ten results a page unless a Limit says otherwise."""
    refresh(world, [(call.account, call.region)])
    rule = rule_of(call, world, str(call.params.get("ConfigRuleName", "")))
    wanted = _types(call)
    if UNKNOWN in wanted:
        raise invalid("INSUFFICIENT_DATA cannot be used as a ComplianceType for filtering results.")
    found = [key for key in sorted(rule.outcomes) if not wanted or rule.outcomes[key].compliance in wanted]
    return paged(call, "EvaluationResults", found, default=10, most=100, show=lambda key: result_of(rule, key))


def by_resource(call: Call, world: World) -> dict[str, Any]:
    """DescribeComplianceByResource."""
    refresh(world, [(call.account, call.region)])
    kind, identity = call.params.get("ResourceType"), call.params.get("ResourceId")
    if identity and not kind:
        raise invalid("A ResourceId needs a ResourceType.")
    said: dict[tuple[str, str], list[str]] = {}
    for rule in _rules(call, world):
        for key, outcome in rule.outcomes.items():
            if kind in {None, key[0]} and identity in {None, key[1]}:
                said.setdefault(key, []).append(outcome.compliance)
    shown = [{"ResourceType": k[0], "ResourceId": k[1], "Compliance": _compliance(said[k])} for k in sorted(said)]
    return paged(call, "ComplianceByResources", _chosen(call, shown), default=10, most=100)


def compliance_of(rule: Rule) -> dict[str, Any]:
    """The Compliance of a rule: as bad as the worst of its resources, INSUFFICIENT_DATA without any."""
    return _compliance([outcome.compliance for outcome in rule.outcomes.values()])


def result_of(rule: Rule, key: tuple[str, str]) -> dict[str, Any]:
    """One EvaluationResult."""
    outcome: Outcome = rule.outcomes[key]
    qualifier = {"ConfigRuleName": rule.spec.name, "ResourceType": key[0], "ResourceId": key[1]}
    return {
        "EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {**qualifier, "EvaluationMode": "DETECTIVE"},
            "OrderingTimestamp": outcome.ordered,
        },
        "ComplianceType": outcome.compliance,
        "ResultRecordedTime": outcome.recorded,
        "ConfigRuleInvokedTime": outcome.invoked,
        **({"Annotation": outcome.annotation} if outcome.annotation else {}),
    }


def _compliance(said: Iterable[str]) -> dict[str, Any]:
    listed = list(said)
    bad = listed.count(BAD)
    if bad:
        count = {"CappedCount": min(bad, _CAP), "CapExceeded": bad > _CAP}
        return {"ComplianceType": BAD, "ComplianceContributorCount": count}
    return {"ComplianceType": GOOD if listed else UNKNOWN}


def _rules(call: Call, world: World) -> list[Rule]:
    return list(rulebook_of(world).rules.get((call.account, call.region), {}).values())


def _chosen(call: Call, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = _types(call)
    return [one for one in shown if not wanted or one["Compliance"]["ComplianceType"] in wanted]


def _types(call: Call) -> frozenset[str]:
    return frozenset(str(one) for one in call.params.get("ComplianceTypes") or ())


ANSWERS: Mapping[str, Any] = {
    "DescribeComplianceByConfigRule": by_rule,
    "GetComplianceDetailsByConfigRule": details,
    "DescribeComplianceByResource": by_resource,
}
