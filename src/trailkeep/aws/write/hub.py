"""Changes to Security Hub CSPM: administrator, hub, aggregator, central configuration, policy, association."""

from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask, ask_all, chosen, once
from trailkeep.aws.write.wait import Wait, until
from trailkeep.errors import AwsError
from trailkeep.model.change import (
    ApplyHubPolicy,
    PutFindingAggregator,
    PutHubPolicy,
    SetCentralConfiguration,
    SetHub,
    SetHubAdministrator,
)
from trailkeep.model.monitoring import FindingAggregator, HubPolicy

HubChange = (
    SetHubAdministrator | SetHub | PutFindingAggregator | SetCentralConfiguration | PutHubPolicy | ApplyHubPolicy
)

_SETTLING = 60.0
"""Seconds for an administrator named a moment ago to be believed."""
_CONFIGURING = 900.0
"""Seconds Security Hub may take to switch an organization to central configuration."""
_CONFLICT = "ResourceConflictException"
_NONE = "ResourceNotFoundException"
_OFF = "InvalidAccessException"


def perform(cloud: Cloud, change: HubChange, *, wait: Wait) -> dict[str, str]:
    """Make one change to Security Hub, and return what it chose. Raises AwsError."""
    match change:
        case SetHubAdministrator():
            _administrator(cloud, change)
        case SetHub(after=True):
            once(
                cloud,
                change,
                "securityhub",
                "enable_security_hub",
                so_already={_CONFLICT},
                EnableDefaultStandards=False,  # it would choose standards, and they are billed
            )
        case SetHub():
            once(cloud, change, "securityhub", "disable_security_hub", so_already={_NONE, _OFF})
        case PutFindingAggregator():
            return _aggregator(cloud, change)
        case SetCentralConfiguration():
            _central(cloud, change, wait)
        case PutHubPolicy():
            return _policy(cloud, change)
        case ApplyHubPolicy():
            _apply(cloud, change, wait)
        case _:
            assert_never(change)
    return {}


def _administrator(cloud: Cloud, change: SetHubAdministrator) -> None:
    operation = "enable_organization_admin_account" if change.after else "disable_organization_admin_account"
    already = {_CONFLICT} if change.after else {_NONE}
    once(
        cloud,
        change,
        "securityhub",
        operation,
        so_already=already,
        settling=_SETTLING,
        AdminAccountId=change.administrator,
    )
    if change.after:
        found = ask_all(cloud, change, "securityhub", "list_organization_admin_accounts", "AdminAccounts")
        if change.administrator not in {a["AccountId"] for a in found}:
            raise AwsError(
                f"another account administers Security Hub, not {change.administrator}",
                code=_CONFLICT,
                hint="plan again: it was named after the organization was read",
            )


def _aggregator(cloud: Cloud, change: PutFindingAggregator) -> dict[str, str]:
    if change.after is None:
        arn = _existing_aggregator(cloud, change)
        if arn:
            once(
                cloud,
                change,
                "securityhub",
                "delete_finding_aggregator",
                so_already={_NONE, _OFF},
                FindingAggregatorArn=arn,
            )
        return {}
    arn = _existing_aggregator(cloud, change)
    told = _linking(change.after)
    if arn:
        once(cloud, change, "securityhub", "update_finding_aggregator", FindingAggregatorArn=arn, **told)
    else:
        made = once(cloud, change, "securityhub", "create_finding_aggregator", settling=_SETTLING, **told)
        arn = made["FindingAggregatorArn"] if made else ""
    return chosen(change.after.arn, arn)


def _existing_aggregator(cloud: Cloud, change: PutFindingAggregator) -> str:
    found = ask_all(cloud, change, "securityhub", "list_finding_aggregators", "FindingAggregators")
    return next((str(a["FindingAggregatorArn"]) for a in found), "")


def _linking(aggregator: FindingAggregator) -> dict[str, Any]:
    regions = {"Regions": list(aggregator.regions)} if aggregator.regions else {}
    return {"RegionLinkingMode": aggregator.mode, **regions}


def _central(cloud: Cloud, change: SetCentralConfiguration, wait: Wait) -> None:
    """Under CENTRAL nothing is enabled by itself: policies say what is (botocore model OrganizationConfiguration)."""
    mode = "CENTRAL" if change.after else "LOCAL"
    once(
        cloud,
        change,
        "securityhub",
        "update_organization_configuration",
        settling=_SETTLING,
        AutoEnable=False,
        AutoEnableStandards="NONE",
        OrganizationConfiguration={"ConfigurationType": mode},
    )
    if not change.after:
        return

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = ask(cloud, change, "securityhub", "describe_organization_configuration")
        told: dict[str, Any] = found.get("OrganizationConfiguration") or {}
        return None if told.get("Status") == "PENDING" else told

    told = until(wait, _CONFIGURING, look)
    if told is None or told.get("Status") != "ENABLED":
        said = (told or {}).get("StatusMessage") or (told or {}).get("Status") or "it is still pending"
        hint = "run apply again in a while" if told is None else "the message says what stands in the way"
        raise AwsError(f"Security Hub could not be configured centrally: {said}", code="CentralPending", hint=hint)


def _policy(cloud: Cloud, change: PutHubPolicy) -> dict[str, str]:
    policy = change.after
    if policy is None:
        once(
            cloud,
            change,
            "securityhub",
            "delete_configuration_policy",
            so_already={_NONE, _OFF},
            Identifier=change.item.id,
        )
        return {}
    told: dict[str, Any] = {
        "Name": policy.name,
        "Description": policy.description,
        "ConfigurationPolicy": _content(policy),
    }
    if change.before is not None:
        once(cloud, change, "securityhub", "update_configuration_policy", Identifier=policy.id, **told)
        return {}
    tags: dict[str, Any] = {"Tags": dict(change.tags)} if change.tags else {}
    made = once(
        cloud,
        change,
        "securityhub",
        "create_configuration_policy",
        so_already={_CONFLICT},
        settling=_SETTLING,
        **told,
        **tags,
    )
    return chosen(policy.id, made["Id"] if made else _existing_policy(cloud, change))


def _existing_policy(cloud: Cloud, change: PutHubPolicy) -> str:
    found = ask_all(cloud, change, "securityhub", "list_configuration_policies", "ConfigurationPolicySummaries")
    known = next((p for p in found if p["Name"] == change.item.name), None)
    if known is None:
        raise AwsError(f"policy {change.item.name} is refused and not there", code=_CONFLICT, hint="plan again")
    return str(known["Id"])


def _content(policy: HubPolicy) -> dict[str, Any]:
    return {
        "SecurityHub": {
            "ServiceEnabled": policy.enabled,
            "EnabledStandardIdentifiers": list(policy.standards),
            "SecurityControlsConfiguration": {"DisabledSecurityControlIdentifiers": list(policy.disabled_controls)},
        }
    }


def _apply(cloud: Cloud, change: ApplyHubPolicy, wait: Wait) -> None:
    target = _target(change.target)
    start, end = "start_configuration_policy_association", "start_configuration_policy_disassociation"
    gone: set[str] = set() if change.after else {_NONE, _OFF}
    once(
        cloud,
        change,
        "securityhub",
        start if change.after else end,
        so_already=gone,
        settling=_SETTLING,
        ConfigurationPolicyIdentifier=change.policy,
        Target=target,
    )
    if not change.after:
        return

    def look() -> dict[str, Any] | None:
        told: dict[str, Any] = ask(cloud, change, "securityhub", "get_configuration_policy_association", Target=target)
        return None if told.get("AssociationStatus") == "PENDING" else told

    told = until(wait, _CONFIGURING, look) or {}
    if told.get("AssociationStatus") == "FAILED":
        said = told.get("AssociationStatusMessage") or "no reason given"
        raise AwsError(f"Security Hub could not apply {change.name} to {change.path}: {said}", code="AssociationFailed")


def _target(target: str) -> dict[str, str]:
    if target.startswith("r-"):
        return {"RootId": target}
    return {"OrganizationalUnitId": target} if target.startswith("ou-") else {"AccountId": target}
