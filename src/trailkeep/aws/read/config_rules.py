"""AWS Config's rules, packs and aggregators, as their owners see them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import (
    PACK_CONTENT,
    AccountRule,
    Aggregator,
    ConfigRule,
    OrganizationRule,
    Pack,
    Parameters,
    Undeployed,
)

Told = Mapping[str, Any]

_NOT_OURS = frozenset({"OrganizationAccessDeniedException"})
"""Config's answer to an account that administers no rules of the organization: it then has none."""


def read_organization_rules(
    cloud: Cloud, owner: AccountId, regions: Sequence[Region], prefix: str
) -> Iterator[OrganizationRule]:
    """The owner's organization rules of every Region whose names begin with `prefix`, with where they do not stand.

    Two calls a Region, and one for each rule that failed somewhere. Raises AwsError.
    """
    for region in regions:
        told = list(_own(cloud, owner, region, "describe_organization_config_rules", "OrganizationConfigRules"))
        ours = [r for r in told if r["OrganizationConfigRuleName"].startswith(f"{prefix}-")]
        if not ours:
            continue
        operation, key = "describe_organization_config_rule_statuses", "OrganizationConfigRuleStatuses"
        statuses = {
            s["OrganizationConfigRuleName"]: str(s.get("OrganizationRuleStatus", ""))
            for s in cloud.pages(owner, region, "config", operation, key)
        }
        for rule in ours:
            name = rule["OrganizationConfigRuleName"]
            status = statuses.get(name, "")
            yield OrganizationRule(
                owner=owner,
                region=region,
                rule=_organization_rule(rule),
                excluded=frozenset(AccountId(a) for a in rule.get("ExcludedAccounts") or ()),
                status=status,
                undeployed=_failed_rule(cloud, owner, region, name) if "FAILED" in status else (),
            )


def read_account_rules(cloud: Cloud, account: AccountId, region: Region, prefix: str) -> Iterator[AccountRule]:
    """An account's own rules whose names begin with `prefix`. Raises AwsError."""
    for told in cloud.pages(account, region, "config", "describe_config_rules", "ConfigRules"):
        # rules that an organization rule or pack put there carry its principal (botocore model config CreatedBy)
        if told["ConfigRuleName"].startswith(f"{prefix}-") and not told.get("CreatedBy"):
            yield AccountRule(account=account, region=region, rule=_rule(told))


def read_packs(cloud: Cloud, owner: AccountId, region: Region, prefix: str) -> Iterator[Pack]:
    """The owner's conformance packs of the organization whose names begin with `prefix`. Raises AwsError."""
    told = list(_own(cloud, owner, region, "describe_organization_conformance_packs", "OrganizationConformancePacks"))
    ours = [p for p in told if p["OrganizationConformancePackName"].startswith(f"{prefix}-")]
    if not ours:
        return
    operation, key = "describe_organization_conformance_pack_statuses", "OrganizationConformancePackStatuses"
    statuses = {
        s["OrganizationConformancePackName"]: str(s.get("Status", ""))
        for s in cloud.pages(owner, region, "config", operation, key)
    }
    for pack in ours:
        name = pack["OrganizationConformancePackName"]
        given = {p["ParameterName"]: p["ParameterValue"] for p in pack.get("ConformancePackInputParameters") or ()}
        status = statuses.get(name, "")
        yield Pack(
            owner=owner,
            region=region,
            name=name,
            content=given.get(PACK_CONTENT, ""),
            excluded=frozenset(AccountId(a) for a in pack.get("ExcludedAccounts") or ()),
            status=status,
            undeployed=_failed_pack(cloud, owner, region, name) if "FAILED" in status else (),
        )


def read_aggregators(cloud: Cloud, owner: AccountId, region: Region) -> Iterator[Aggregator]:
    """The account's aggregators in one Region. Raises AwsError."""
    found = cloud.pages(owner, region, "config", "describe_configuration_aggregators", "ConfigurationAggregators")
    for told in found:
        source = told.get("OrganizationAggregationSource") or {}
        yield Aggregator(
            owner=owner,
            region=region,
            name=told["ConfigurationAggregatorName"],
            role=source.get("RoleArn") or "",
            all_regions=bool(source.get("AllAwsRegions")),
        )


def _own(cloud: Cloud, owner: AccountId, region: Region, operation: str, key: str) -> Iterator[Told]:
    try:
        yield from cloud.pages(owner, region, "config", operation, key)
    except AwsError as error:
        if error.code not in _NOT_OURS:
            raise


def _failed_rule(cloud: Cloud, owner: AccountId, region: Region, name: str) -> tuple[Undeployed, ...]:
    operation, key = "get_organization_config_rule_detailed_status", "OrganizationConfigRuleDetailedStatus"
    return _undeployed(
        cloud.pages(owner, region, "config", operation, key, OrganizationConfigRuleName=name),
        "MemberAccountRuleStatus",
    )


def _failed_pack(cloud: Cloud, owner: AccountId, region: Region, name: str) -> tuple[Undeployed, ...]:
    operation = "get_organization_conformance_pack_detailed_status"
    key = "OrganizationConformancePackDetailedStatuses"
    return _undeployed(
        cloud.pages(owner, region, "config", operation, key, OrganizationConformancePackName=name), "Status"
    )


def _undeployed(told: Iterator[Told], field: str) -> tuple[Undeployed, ...]:
    return tuple(
        Undeployed(
            account=AccountId(t["AccountId"]),
            status=str(t[field]),
            reason=str(t.get("ErrorMessage") or t.get("ErrorCode") or "no reason given"),
        )
        for t in told
        if "FAILED" in str(t.get(field, ""))
    )


def _organization_rule(told: Told) -> ConfigRule:
    managed = told.get("OrganizationManagedRuleMetadata") or {}
    return ConfigRule(
        name=told["OrganizationConfigRuleName"],
        identifier=managed.get("RuleIdentifier", ""),
        parameters=_parameters(managed.get("InputParameters")),
        types=tuple(managed.get("ResourceTypesScope") or ()),
        resource=managed.get("ResourceIdScope") or "",
        frequency=managed.get("MaximumExecutionFrequency") or "",
    )


def _rule(told: Told) -> ConfigRule:
    scope = told.get("Scope") or {}
    return ConfigRule(
        name=told["ConfigRuleName"],
        identifier=(told.get("Source") or {}).get("SourceIdentifier", ""),
        parameters=_parameters(told.get("InputParameters")),
        types=tuple(scope.get("ComplianceResourceTypes") or ()),
        resource=scope.get("ComplianceResourceId") or "",
        frequency=told.get("MaximumExecutionFrequency") or "",
    )


def _parameters(text: str | None) -> Parameters:
    """Names and values; text that is no JSON object is kept whole, so that it equals nothing we would write."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return (("", str(text)),)
    return tuple(sorted((str(k), v if isinstance(v, str) else json.dumps(v)) for k, v in found.items()))
