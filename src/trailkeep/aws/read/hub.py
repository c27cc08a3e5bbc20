"""Security Hub CSPM as the organization's administrator sees it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import FindingAggregator, Hub, HubPolicy, HubTarget

T = TypeVar("T")
Told = Mapping[str, Any]

_OFF = frozenset({"InvalidAccessException", "ResourceNotFoundException"})
"""Security Hub's answers where it is not switched on."""


def read_hub(
    cloud: Cloud, management: AccountId, security: AccountId, region: Region, regions: Sequence[Region]
) -> Hub:
    """The hub of `security` in the home Region, and who administers the organization's.

    And in which of `regions` the management account has switched it on. Raises AwsError.
    """
    admins = list(_pages(cloud, management, region, "list_organization_admin_accounts", "AdminAccounts"))
    named = next((a["AccountId"] for a in admins if a.get("Status") == "ENABLED"), None)
    hub = Hub(
        region=region,
        administrator=AccountId(named) if named else None,
        enabled=_is_on(cloud, security, region),
        unified=_unified(cloud, security, region),
        management=tuple(r for r in regions if _is_on(cloud, management, r)),
    )
    if not hub.enabled:
        return hub
    hub = replace(hub, offered=_standards(cloud, security, region), aggregator=_aggregator(cloud, security, region))
    if named != security:
        return hub
    told = cloud.call(security, region, "securityhub", "describe_organization_configuration")
    configuration = told.get("OrganizationConfiguration") or {}
    central = configuration.get("ConfigurationType") == "CENTRAL"
    return replace(
        hub,
        configuration="CENTRAL" if central else "LOCAL",
        status=str(configuration.get("Status") or ""),
        message=str(configuration.get("StatusMessage") or ""),
        policies=tuple(_policies(cloud, security, region)) if central else (),
    )


def _is_on(cloud: Cloud, account: AccountId, region: Region) -> bool:
    return _if_on(lambda: bool(cloud.call(account, region, "securityhub", "describe_hub").get("HubArn")), False)


def _policies(cloud: Cloud, security: AccountId, region: Region) -> Iterator[HubPolicy]:
    targets: dict[str, list[HubTarget]] = {}
    operation, key = "list_configuration_policy_associations", "ConfigurationPolicyAssociationSummaries"
    for told in _pages(cloud, security, region, operation, key, Filters={"AssociationType": "APPLIED"}):
        target = HubTarget(
            target=told["TargetId"],
            status=str(told.get("AssociationStatus") or ""),
            message=str(told.get("AssociationStatusMessage") or ""),
        )
        targets.setdefault(told["ConfigurationPolicyId"], []).append(target)
    for summary in _pages(cloud, security, region, "list_configuration_policies", "ConfigurationPolicySummaries"):
        found = cloud.call(security, region, "securityhub", "get_configuration_policy", Identifier=summary["Id"])
        yield _policy(found, tuple(sorted(targets.get(summary["Id"], ()), key=lambda t: t.target)))


def _policy(told: Told, targets: tuple[HubTarget, ...]) -> HubPolicy:
    content = (told.get("ConfigurationPolicy") or {}).get("SecurityHub") or {}
    controls = content.get("SecurityControlsConfiguration") or {}
    return HubPolicy(
        id=told["Id"],
        name=told.get("Name") or "",
        description=told.get("Description") or "",
        enabled=bool(content.get("ServiceEnabled")),
        standards=tuple(sorted(content.get("EnabledStandardIdentifiers") or ())),
        disabled_controls=tuple(sorted(controls.get("DisabledSecurityControlIdentifiers") or ())),
        targets=targets,
    )


def _aggregator(cloud: Cloud, security: AccountId, region: Region) -> FindingAggregator | None:
    listed = list(_pages(cloud, security, region, "list_finding_aggregators", "FindingAggregators"))
    if not listed:
        return None
    arn = listed[0]["FindingAggregatorArn"]
    told = cloud.call(security, region, "securityhub", "get_finding_aggregator", FindingAggregatorArn=arn)
    return FindingAggregator(
        arn=arn, mode=told.get("RegionLinkingMode") or "", regions=tuple(sorted(told.get("Regions") or ()))
    )


def _standards(cloud: Cloud, security: AccountId, region: Region) -> tuple[str, ...]:
    return tuple(sorted(s["StandardsArn"] for s in _pages(cloud, security, region, "describe_standards", "Standards")))


def _unified(cloud: Cloud, security: AccountId, region: Region) -> bool:
    """The new Security Hub: its API is younger than some partitions and tools, which is the same as being off."""
    return _if_on(
        lambda: bool(cloud.call(security, region, "securityhub", "describe_security_hub_v2").get("HubV2Arn")), False
    )


def _if_on(look: Callable[[], T], off: T) -> T:
    try:
        return look()
    except AwsError as error:
        if error.code in _OFF:
            return off
        raise


def _pages(
    cloud: Cloud,
    account: AccountId,
    region: Region,
    operation: str,
    key: str,
    **params: Any,  # noqa: ANN401 whatever the operation takes
) -> Iterator[Told]:
    return cloud.pages(account, region, "securityhub", operation, key, **params)
