"""Organization rules of AWS Config (botocore model config/2014-11-12, PutOrganizationConfigRule and its sisters)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.config_deployment import (
    PRINCIPAL,
    check_reader,
    check_writer,
    chosen,
    deploy,
    settle,
    statuses,
    withdraw,
)
from trailkeep.lab.config_pages import paged
from trailkeep.lab.config_rule_spec import invalid, managed
from trailkeep.lab.config_rules import MOST_RULES
from trailkeep.lab.config_state import Deployment, RuleSpec, rulebook_of
from trailkeep.lab.refusal import Refusal, not_in_lab
from trailkeep.lab.world import World

MOST_EXCLUDED = 1_000
_NO_SUCH = "NoSuchOrganizationConfigRuleException"


def put_rule(call: Call, world: World) -> dict[str, Any]:
    """PutOrganizationConfigRule: reaches every active account at once, the management account included."""
    name = str(call.params.get("OrganizationConfigRuleName", ""))
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise Refusal("ValidationException", f"Value '{name}' at 'organizationConfigRuleName' is not valid.")
    excluded = excluded_accounts(call)
    found, book = _found(call, world), rulebook_of(world)
    known = found.get(name)
    suffix = known.suffix if known else book.draw(8)
    spec = _spec(call, f"OrgConfigRule-{name}-{suffix}")
    check_writer(call, world)
    if known is None and len(found) >= MOST_RULES:
        raise Refusal(
            "MaxNumberOfOrganizationConfigRulesExceededException",
            "You have reached the limit of the number of organization AWS Config rules you can create.",
        )
    asked = {"OrganizationManagedRuleMetadata": call.params["OrganizationManagedRuleMetadata"]}
    now = world.clock.now()
    if known is None:
        arn = f"arn:aws:config:{call.region}:{call.account}:organization-config-rule/{name}-{suffix}"
        known = found[name] = Deployment(
            owner=call.account, region=call.region, name=name, arn=arn, suffix=suffix, created_by=PRINCIPAL,
            specs=(spec,), asked=asked, excluded=excluded, updated=now,
        )  # fmt: skip
        book.tags[arn] = {str(t["Key"]): str(t.get("Value", "")) for t in call.params.get("Tags") or ()}
    else:
        known.specs, known.asked, known.excluded = (spec,), asked, excluded
        known.updated, known.verb = now, "UPDATE"
    deploy(world, known)
    return {"OrganizationConfigRuleArn": known.arn}


def delete_rule(call: Call, world: World) -> dict[str, Any]:
    """DeleteOrganizationConfigRule: by its owner; the rule leaves every account."""
    check_reader(call, world)
    rule = _one(call, world)
    withdraw(world, rule)
    del _found(call, world)[rule.name]
    rulebook_of(world).tags.pop(rule.arn, None)
    return {}


def describe_rules(call: Call, world: World) -> dict[str, Any]:
    """DescribeOrganizationConfigRules: those of the caller's own account."""
    return paged(call, "OrganizationConfigRules", _named(call, world), default=100, most=100, show=_shown)


def describe_statuses(call: Call, world: World) -> dict[str, Any]:
    """DescribeOrganizationConfigRuleStatuses."""
    return paged(call, "OrganizationConfigRuleStatuses", _named(call, world), default=100, most=100, show=_status)


def detailed_status(call: Call, world: World) -> dict[str, Any]:
    """GetOrganizationConfigRuleDetailedStatus: of every account, with the reason where it failed."""
    check_reader(call, world)
    settle(world)
    rule = _one(call, world)
    return statuses(
        call,
        rule,
        member="OrganizationConfigRuleDetailedStatus",
        shown="MemberAccountRuleStatus",
        name=rule.specs[0].name,
    )


def excluded_accounts(call: Call) -> frozenset[str]:
    """ExcludedAccounts: at most a thousand account ids."""
    listed = [str(one) for one in call.params.get("ExcludedAccounts") or ()]
    if len(listed) > MOST_EXCLUDED:
        raise Refusal("ValidationException", f"At most {MOST_EXCLUDED} accounts may be excluded.")
    if any(not re.fullmatch(r"\d{12}", one) for one in listed):
        raise Refusal("ValidationException", "An account id has twelve digits.")
    return frozenset(listed)


def _spec(call: Call, name: str) -> RuleSpec:
    kinds = [
        kind for kind in ("Managed", "Custom", "CustomPolicy") if call.params.get(f"Organization{kind}RuleMetadata")
    ]
    if len(kinds) != 1:
        raise invalid("Specify one of the managed, the custom and the custom policy rule metadata.")
    if kinds != ["Managed"]:
        raise not_in_lab(call, "a rule of one's own needs a Lambda function or Guard")
    asked = call.params["OrganizationManagedRuleMetadata"]
    scope = {
        "ComplianceResourceTypes": asked.get("ResourceTypesScope"),
        "ComplianceResourceId": asked.get("ResourceIdScope"),
        "TagKey": asked.get("TagKeyScope"),
        "TagValue": asked.get("TagValueScope"),
    }
    given = {member: value for member, value in scope.items() if value}
    return replace(managed(call, asked, "x", str(asked.get("RuleIdentifier", "")), given), name=name)


def _found(call: Call, world: World) -> dict[str, Deployment]:
    return rulebook_of(world).organization_rules[call.account, call.region]


def _one(call: Call, world: World) -> Deployment:
    name = str(call.params.get("OrganizationConfigRuleName", ""))
    return chosen(_found(call, world), [name], missing=_NO_SUCH)[0]


def _named(call: Call, world: World) -> list[Deployment]:
    check_reader(call, world)
    settle(world)
    return chosen(_found(call, world), call.params.get("OrganizationConfigRuleNames"), missing=_NO_SUCH)


def _shown(rule: Deployment) -> dict[str, Any]:
    return {
        "OrganizationConfigRuleName": rule.name,
        "OrganizationConfigRuleArn": rule.arn,
        **rule.asked,
        "ExcludedAccounts": sorted(rule.excluded),
        "LastUpdateTime": rule.updated,
    }


def _status(rule: Deployment) -> dict[str, Any]:
    return {
        "OrganizationConfigRuleName": rule.name,
        "OrganizationRuleStatus": rule.status,
        "LastUpdateTime": rule.updated,
    }


ANSWERS: Mapping[str, Any] = {
    "PutOrganizationConfigRule": put_rule,
    "DeleteOrganizationConfigRule": delete_rule,
    "DescribeOrganizationConfigRules": describe_rules,
    "DescribeOrganizationConfigRuleStatuses": describe_statuses,
    "GetOrganizationConfigRuleDetailedStatus": detailed_status,
}
