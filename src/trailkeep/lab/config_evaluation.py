"""When AWS Config's rules are evaluated, what becomes of their results, and the events that tell of a change.

Rules that follow changes are evaluated where the recorder runs and records the resource type, periodic ones as time
passes (AWS Config Developer Guide, evaluation mode and trigger types for AWS Config rules).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from trailkeep.lab.config_facts import facts_of, is_running, records
from trailkeep.lab.config_rule_spec import SECONDS
from trailkeep.lab.config_state import Cell, Outcome, Rule, RuleSpec, rulebook_of
from trailkeep.lab.eventbridge.bus import put
from trailkeep.lab.rules.catalogue import EVALUATORS, follows_changes, is_periodic
from trailkeep.lab.rules.facts import Facts, Result
from trailkeep.lab.world import World

_DEFAULT = "TwentyFour_Hours"
_TRIGGER = "Config Rules Compliance Change"


def evaluate(world: World, rule: Rule, moment: float, facts: Facts | None = None) -> None:
    """Evaluate one rule and keep what it says; a rule that nobody here can evaluate stays without results."""
    ask = EVALUATORS.get(rule.spec.identifier)
    if ask is None:
        return
    told: dict[tuple[str, str], Result] = {}
    for result in ask(facts or facts_of(world, rule.account, rule.region), rule.spec.parameters):
        key = result.kind, result.id
        if _in_scope(rule.spec, result) and (key not in told or not result.complies):
            told[key] = result
    if not is_periodic(rule.spec.identifier):
        told = {key: r for key, r in told.items() if records(world, rule.account, rule.region, r.kind)}
    rule.evaluated = moment
    for key in sorted(set(rule.outcomes) | set(told)):
        _keep(world, rule, key, told.get(key), moment)


def refresh(world: World, cells: Iterable[Cell]) -> None:
    """Evaluate what is due in these accounts and Regions: what follows changes, and what time has come for."""
    now, rules = world.clock.now(), rulebook_of(world).rules
    for cell in cells:
        found = tuple(rules[cell].values()) if cell in rules else ()
        due = [(rule, moment) for rule in found if (moment := _due(world, rule, now)) is not None]
        facts = facts_of(world, *cell) if due else None
        for rule, moment in due:
            evaluate(world, rule, moment, facts)


def refresh_all(world: World) -> None:
    """The same in every account and Region that has rules."""
    refresh(world, tuple(rulebook_of(world).rules))


def period(world: World, rule: Rule) -> int:
    """Seconds between two evaluations of a periodic rule.

    The longer of the rule's frequency and the channel's (botocore model config ConfigSnapshotDeliveryProperties).
    """
    channels = [c.to_dict() for c in world.backend("config", rule.account, rule.region).delivery_channels.values()]
    delivery = [(c.get("configSnapshotDeliveryProperties") or {}).get("deliveryFrequency") for c in channels]
    return max(SECONDS[rule.spec.frequency or _DEFAULT], *(SECONDS.get(str(f), 0) for f in delivery), 0)


def _due(world: World, rule: Rule, now: float) -> float | None:
    """The moment for which a rule is to be evaluated now; None when it is not."""
    if is_periodic(rule.spec.identifier):
        every, last = period(world, rule), rule.evaluated or rule.created
        if now - last >= every:
            return last + (now - last) // every * every
    if follows_changes(rule.spec.identifier) and is_running(world, rule.account, rule.region):
        return now
    return None


def _in_scope(spec: RuleSpec, result: Result) -> bool:
    kinds, identity = spec.scope.get("ComplianceResourceTypes"), spec.scope.get("ComplianceResourceId")
    return (not kinds or result.kind in kinds) and (not identity or result.id == identity)


def _keep(world: World, rule: Rule, key: tuple[str, str], result: Result | None, moment: float) -> None:
    before = rule.outcomes.get(key)
    if result is None:
        after = _outcome("NOT_APPLICABLE", "", moment)
        del rule.outcomes[key]
    else:
        after = _outcome("COMPLIANT" if result.complies else "NON_COMPLIANT", result.annotation, moment)
        same = before is not None and (before.compliance, before.annotation) == (after.compliance, after.annotation)
        if same and not is_periodic(rule.spec.identifier):
            return
        rule.outcomes[key] = after
    if before is None or before.compliance != after.compliance:
        _tell(world, rule, key, before, after)


def _outcome(compliance: str, annotation: str, moment: float) -> Outcome:
    return Outcome(compliance=compliance, annotation=annotation, ordered=moment, recorded=moment, invoked=moment)


def _tell(world: World, rule: Rule, key: tuple[str, str], before: Outcome | None, after: Outcome) -> None:
    """The event of a change (AWS Config Developer Guide, Monitoring AWS Config with Amazon EventBridge)."""
    detail: dict[str, Any] = {
        "resourceId": key[1],
        "awsRegion": rule.region,
        "awsAccountId": rule.account,
        "configRuleName": rule.spec.name,
        "recordVersion": "1.0",
        "configRuleARN": rule.arn,
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": _told(rule, key, after),
        **({"oldEvaluationResult": _told(rule, key, before)} if before else {}),
        "notificationCreationTime": _iso(after.recorded),
        "resourceType": key[0],
    }
    put(
        world,
        account=rule.account,
        region=rule.region,
        source="aws.config",
        detail_type=_TRIGGER,
        detail=detail,
        time=after.recorded,
    )


def _told(rule: Rule, key: tuple[str, str], outcome: Outcome) -> dict[str, Any]:
    qualifier = {"configRuleName": rule.spec.name, "resourceType": key[0], "resourceId": key[1]}
    return {
        "evaluationResultIdentifier": {
            "evaluationResultQualifier": {**qualifier, "evaluationMode": "DETECTIVE"},
            "orderingTimestamp": _iso(outcome.ordered),
        },
        "complianceType": outcome.compliance,
        "resultRecordedTime": _iso(outcome.recorded),
        "configRuleInvokedTime": _iso(outcome.invoked),
        **({"annotation": outcome.annotation} if outcome.annotation else {}),
    }


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
