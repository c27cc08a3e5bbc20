"""Compliance as an aggregator sees it (botocore model config, DescribeAggregateComplianceByConfigRules and details)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.config_aggregators import aggregator_of, readable_cells
from trailkeep.lab.config_compliance import UNKNOWN, compliance_of, result_of
from trailkeep.lab.config_evaluation import refresh
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_state import Cell, Rule, rulebook_of
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World


def by_rules(call: Call, world: World) -> dict[str, Any]:
    """DescribeAggregateComplianceByConfigRules: rules that have said nothing yet are not shown."""
    wanted = call.params.get("Filters") or {}
    found = []
    for rule in _rules(call, world, wanted.get("AccountId"), wanted.get("AwsRegion")):
        compliance = compliance_of(rule)
        kind = compliance["ComplianceType"]
        named = wanted.get("ConfigRuleName") in {None, rule.spec.name}
        if kind != UNKNOWN and named and wanted.get("ComplianceType") in {None, kind}:
            found.append((rule, compliance))
    return paged(call, "AggregateComplianceByConfigRules", found, default=100, most=1000, show=lambda one: _shown(*one))


def details(call: Call, world: World) -> dict[str, Any]:
    """GetAggregateComplianceDetailsByConfigRule: of one rule in one account and Region."""
    account, region, name = (str(call.params.get(m, "")) for m in ("AccountId", "AwsRegion", "ConfigRuleName"))
    rule = next((r for r in _rules(call, world, account, region) if r.spec.name == name), None)
    if rule is None:
        raise Refusal("ValidationException", f"The aggregator has no rule {name} of the account {account} in {region}.")
    wanted = call.params.get("ComplianceType")
    keys = [key for key in sorted(rule.outcomes) if wanted in {None, rule.outcomes[key].compliance}]

    def shown(key: tuple[str, str]) -> dict[str, Any]:
        return {**result_of(rule, key), "AccountId": rule.account, "AwsRegion": rule.region}

    return paged(call, "AggregateEvaluationResults", keys, default=50, most=100, show=shown)


def _rules(call: Call, world: World, account: str | None, region: str | None) -> Iterator[Rule]:
    cells: list[Cell] = [
        cell
        for cell in readable_cells(world, aggregator_of(call, world))
        if account in {None, cell[0]} and region in {None, cell[1]}
    ]
    refresh(world, cells)
    rules = rulebook_of(world).rules
    for cell in sorted(cells):
        yield from (rules[cell][name] for name in sorted(rules.get(cell, ())))


def _shown(rule: Rule, compliance: dict[str, Any]) -> dict[str, Any]:
    return {
        "ConfigRuleName": rule.spec.name,
        "Compliance": compliance,
        "AccountId": rule.account,
        "AwsRegion": rule.region,
    }


ANSWERS: Mapping[str, Any] = {
    "DescribeAggregateComplianceByConfigRules": by_rules,
    "GetAggregateComplianceDetailsByConfigRule": details,
}
