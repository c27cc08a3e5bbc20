"""Changes to AWS Config's rules, packs and aggregators."""

import json
from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import NOT_OFFERED
from trailkeep.aws.write.once import ask_all, once
from trailkeep.aws.write.wait import Wait, until
from trailkeep.errors import UNSUPPORTED, AwsError
from trailkeep.model.change import PutAggregator, PutOrganizationRule, PutPack, PutRule
from trailkeep.model.monitoring import PACK_CONTENT, ConfigRule, digest

RuleChange = PutOrganizationRule | PutRule | PutPack | PutAggregator

_SETTLING = 60.0
"""Seconds for a delegated administrator or a role made a moment ago to be seen by Config."""
_DEPLOYING = 600.0
"""Seconds to wait until AWS Config says what became of a rule or pack in the accounts."""
_GONE = frozenset(
    {
        "NoSuchConfigRuleException",
        "NoSuchConfigurationAggregatorException",
        "NoSuchOrganizationConfigRuleException",
        "NoSuchOrganizationConformancePackException",
    }
)
_BUSY = frozenset({"ResourceInUseException"})


def perform(cloud: Cloud, change: RuleChange, *, wait: Wait) -> None:
    """Make one change to what AWS Config judges. Raises AwsError, with code UNSUPPORTED where it cannot be had."""
    try:
        _perform(cloud, change, wait)
    except AwsError as error:
        if error.code in NOT_OFFERED or (error.code == "InvalidParameterValueException" and _is_rule(change)):
            raise _unsupported(change, error) from error
        raise


def _perform(cloud: Cloud, change: RuleChange, wait: Wait) -> None:
    match change:
        case PutOrganizationRule():
            _organization_rule(cloud, change, wait)
        case PutRule():
            _rule(cloud, change)
        case PutPack():
            _pack(cloud, change, wait)
        case PutAggregator():
            _aggregator(cloud, change)
        case _:
            assert_never(change)


def _organization_rule(cloud: Cloud, change: PutOrganizationRule, wait: Wait) -> None:
    name = change.item.rule.name
    if change.after is None:
        operation = "delete_organization_config_rule"
        _when_free(cloud, change, wait, operation, OrganizationConfigRuleName=name)
        return
    rule = change.after.rule
    told = {"RuleIdentifier": rule.identifier, **_options(rule)}
    if rule.types:
        told["ResourceTypesScope"] = list(rule.types)
    if rule.resource:
        told["ResourceIdScope"] = rule.resource
    _when_free(
        cloud,
        change,
        wait,
        "put_organization_config_rule",
        OrganizationConfigRuleName=name,
        OrganizationManagedRuleMetadata=told,
        ExcludedAccounts=sorted(change.after.excluded),
    )
    operation, key = "describe_organization_config_rule_statuses", "OrganizationConfigRuleStatuses"
    _deployed(cloud, change, wait, operation, key, "OrganizationRuleStatus", OrganizationConfigRuleNames=[name])


def _pack(cloud: Cloud, change: PutPack, wait: Wait) -> None:
    name = change.item.name
    if change.after is None:
        operation = "delete_organization_conformance_pack"
        _when_free(cloud, change, wait, operation, OrganizationConformancePackName=name)
        return
    _when_free(
        cloud,
        change,
        wait,
        "put_organization_conformance_pack",
        OrganizationConformancePackName=name,
        TemplateBody=change.template,
        ConformancePackInputParameters=[{"ParameterName": PACK_CONTENT, "ParameterValue": digest(change.template)}],
        ExcludedAccounts=sorted(change.after.excluded),
    )
    operation, key = "describe_organization_conformance_pack_statuses", "OrganizationConformancePackStatuses"
    _deployed(cloud, change, wait, operation, key, "Status", OrganizationConformancePackNames=[name])


def _rule(cloud: Cloud, change: PutRule) -> None:
    rule = change.item.rule
    if change.after is None:
        once(cloud, change, "config", "delete_config_rule", so_already=_GONE, ConfigRuleName=rule.name)
        return
    scope: dict[str, Any] = {"ComplianceResourceTypes": list(rule.types)} if rule.types else {}
    if rule.resource:
        scope["ComplianceResourceId"] = rule.resource
    told = {
        "ConfigRuleName": rule.name,
        "Source": {"Owner": "AWS", "SourceIdentifier": rule.identifier},
        **_options(rule),
        **({"Scope": scope} if scope else {}),
    }
    once(cloud, change, "config", "put_config_rule", settling=_SETTLING, ConfigRule=told)


def _aggregator(cloud: Cloud, change: PutAggregator) -> None:
    name = change.item.name
    if change.after is None:
        operation = "delete_configuration_aggregator"
        once(cloud, change, "config", operation, so_already=_GONE, ConfigurationAggregatorName=name)
        return
    once(
        cloud,
        change,
        "config",
        "put_configuration_aggregator",
        settling=_SETTLING,
        ConfigurationAggregatorName=name,
        OrganizationAggregationSource={"RoleArn": change.after.role, "AllAwsRegions": change.after.all_regions},
    )


def _options(rule: ConfigRule) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if rule.parameters:
        told["InputParameters"] = json.dumps(dict(rule.parameters), separators=(",", ":"))
    if rule.frequency:
        told["MaximumExecutionFrequency"] = rule.frequency
    return told


def _when_free(cloud: Cloud, change: RuleChange, wait: Wait, operation: str, **params: Any) -> None:  # noqa: ANN401
    """AWS Config refuses a change of a rule or pack while the one before is under way (ResourceInUseException)."""
    busy: list[AwsError] = []

    def attempt() -> bool | None:
        try:
            once(cloud, change, "config", operation, so_already=_GONE, settling=_SETTLING, **params)
        except AwsError as error:
            if error.code not in _BUSY:
                raise
            busy.append(error)
            return None
        return True

    if until(wait, _DEPLOYING, attempt) is None:
        raise busy[-1]


def _deployed(
    cloud: Cloud,
    change: RuleChange,
    wait: Wait,
    operation: str,
    key: str,
    field: str,
    **named: Any,  # noqa: ANN401
) -> None:
    """Until it is said what became of it in the accounts; that single accounts failed is for the audit to say."""

    def look() -> str | None:
        found = ask_all(cloud, change, "config", operation, key, **named)
        return next((s[field] for s in found if "PROGRESS" not in s[field]), None)

    until(wait, _DEPLOYING, look)


def _is_rule(change: RuleChange) -> bool:
    return isinstance(change, PutOrganizationRule | PutRule) and change.after is not None


def _unsupported(change: RuleChange, error: AwsError) -> AwsError:
    found = change.item.rule.identifier if isinstance(change, PutOrganizationRule | PutRule) else change.resource
    hint = f"write `monitoring.unsupported: [{{rule: {found}, regions: [{change.region}]}}]` and it is not asked for"
    return AwsError(error.message, code=UNSUPPORTED, hint=hint)
