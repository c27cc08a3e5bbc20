"""Which IAM actions every call of trailkeep needs, where; `python -m trailkeep.aws.permissions` prints the page."""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

Operation = tuple[str, str]
Actions = tuple[str, ...]


class Where(StrEnum):
    """In whose credentials a call is made."""

    MANAGEMENT = "management account"
    MEMBERS = "every member account, and the management account"
    ARCHIVE = "log-archive account"
    SECURITY = "security account"


def _of(service: str, table: Mapping[str, str]) -> dict[Operation, Actions]:
    """Operation -> actions, separated by blanks; an action without a prefix is of `service`."""
    return {
        (service, operation): tuple(a if ":" in a else f"{service}:{a}" for a in actions.split())
        for operation, actions in table.items()
    }


_ORGANIZATION_TRAIL = (
    "iam:GetRole iam:CreateServiceLinkedRole organizations:DescribeOrganization organizations:ListAccounts "
    "organizations:ListAWSServiceAccessForOrganization organizations:EnableAWSServiceAccess"
)
"""What an organization trail needs besides.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-an-organizational-trail-prepare.html
"""

_ORGANIZATION_RULE = (
    "organizations:DescribeOrganization organizations:ListAccounts "
    "organizations:ListAWSServiceAccessForOrganization organizations:ListDelegatedAdministrators"
)
"""What deploying Config rules to an organization needs besides.

Source: https://docs.aws.amazon.com/config/latest/developerguide/config-rule-multi-account-deployment.html
"""

_SIMULATION = {"simulate_principal_policy": "SimulatePrincipalPolicy"}
"""With it, `apply` says what would be denied before it changes anything; it does its work without."""

PASSED_TO = ("config.amazonaws.com", "events.amazonaws.com")
"""The services to which roles are handed: recorders and aggregators, event rules."""

READ: Mapping[Where, Mapping[Operation, Actions]] = {
    Where.MANAGEMENT: {
        **_of("sts", {"get_caller_identity": "GetCallerIdentity", "assume_role": "AssumeRole"}),
        **_of("account", {"list_regions": "ListRegions"}),
        **_of(
            "organizations",
            {
                "describe_organization": "DescribeOrganization",
                "describe_policy": "DescribePolicy",
                "list_accounts": "ListAccounts",
                "list_aws_service_access_for_organization": "ListAWSServiceAccessForOrganization",
                "list_children": "ListChildren",
                "list_delegated_administrators": "ListDelegatedAdministrators",
                "list_delegated_services_for_account": "ListDelegatedServicesForAccount",
                "list_organizational_units_for_parent": "ListOrganizationalUnitsForParent",
                "list_parents": "ListParents",
                "list_policies": "ListPolicies",
                "list_roots": "ListRoots",
                "list_targets_for_policy": "ListTargetsForPolicy",
            },
        ),
        **_of("config", {"describe_config_rules": "DescribeConfigRules"}),
        **_of("controltower", {"list_landing_zones": "ListLandingZones"}),
        **_of(
            "securityhub",
            {
                "describe_hub": "DescribeHub",
                "list_organization_admin_accounts": "ListOrganizationAdminAccounts",
            },
        ),
    },
    Where.MEMBERS: {
        **_of("account", {"list_regions": "ListRegions"}),
        **_of(
            "cloudtrail",
            {
                "describe_trails": "DescribeTrails",
                "get_event_selectors": "GetEventSelectors",
                "get_trail_status": "GetTrailStatus",
                "list_trails": "ListTrails",
                "lookup_events": "LookupEvents",
            },
        ),
        **_of(
            "config",
            {
                "describe_configuration_recorder_status": "DescribeConfigurationRecorderStatus",
                "describe_configuration_recorders": "DescribeConfigurationRecorders",
                "describe_delivery_channel_status": "DescribeDeliveryChannelStatus",
                "describe_delivery_channels": "DescribeDeliveryChannels",
            },
        ),
        **_of("events", {"list_rules": "ListRules", "list_targets_by_rule": "ListTargetsByRule"}),
        **_of(
            "iam",
            {
                "get_account_authorization_details": "GetAccountAuthorizationDetails",
                "get_policy": "GetPolicy",
                "get_policy_version": "GetPolicyVersion",
                "get_role": "GetRole",
                "get_role_policy": "GetRolePolicy",
                "list_attached_role_policies": "ListAttachedRolePolicies",
                "list_role_policies": "ListRolePolicies",
                "list_roles": "ListRoles",
            },
        ),
    },
    Where.ARCHIVE: {
        **_of("config", {"describe_config_rules": "DescribeConfigRules"}),
        **_of("cloudwatch", {"get_metric_statistics": "GetMetricStatistics"}),
        **_of(
            "iam",
            {
                "get_policy_version": "GetPolicyVersion",
                "list_entities_for_policy": "ListEntitiesForPolicy",
                "list_policies": "ListPolicies",
            },
        ),
        **_of(
            "s3",
            {
                "get_bucket_encryption": "GetEncryptionConfiguration",
                "get_bucket_lifecycle_configuration": "GetLifecycleConfiguration",
                "get_bucket_location": "GetBucketLocation",
                "get_bucket_logging": "GetBucketLogging",
                "get_bucket_ownership_controls": "GetBucketOwnershipControls",
                "get_bucket_policy": "GetBucketPolicy",
                "get_bucket_replication": "GetReplicationConfiguration",
                "get_bucket_request_payment": "GetBucketRequestPayment",
                "get_bucket_tagging": "GetBucketTagging",
                "get_bucket_versioning": "GetBucketVersioning",
                "get_object_lock_configuration": "GetBucketObjectLockConfiguration",
                "get_public_access_block": "GetBucketPublicAccessBlock",
                "list_buckets": "ListAllMyBuckets",
            },
        ),
    },
    Where.SECURITY: {
        **_of(
            "config",
            {
                "describe_config_rules": "DescribeConfigRules",
                "describe_configuration_aggregators": "DescribeConfigurationAggregators",
                "describe_organization_config_rule_statuses": "DescribeOrganizationConfigRuleStatuses",
                "describe_organization_config_rules": "DescribeOrganizationConfigRules",
                "describe_organization_conformance_pack_statuses": "DescribeOrganizationConformancePackStatuses",
                "describe_organization_conformance_packs": "DescribeOrganizationConformancePacks",
                "get_organization_config_rule_detailed_status": "GetOrganizationConfigRuleDetailedStatus",
                "get_organization_conformance_pack_detailed_status": "GetOrganizationConformancePackDetailedStatus",
            },
        ),
        **_of("events", {"describe_event_bus": "DescribeEventBus"}),
        **_of(
            "kms",
            {
                "describe_key": "DescribeKey",
                "get_key_policy": "GetKeyPolicy",
                "get_key_rotation_status": "GetKeyRotationStatus",
                "list_aliases": "ListAliases",
            },
        ),
        **_of(
            "securityhub",
            {
                "describe_hub": "DescribeHub",
                "describe_organization_configuration": "DescribeOrganizationConfiguration",
                "describe_security_hub_v2": "DescribeSecurityHubV2",
                "describe_standards": "DescribeStandards",
                "get_configuration_policy": "GetConfigurationPolicy",
                "get_finding_aggregator": "GetFindingAggregator",
                "list_configuration_policies": "ListConfigurationPolicies",
                "list_configuration_policy_associations": "ListConfigurationPolicyAssociations",
                "list_finding_aggregators": "ListFindingAggregators",
            },
        ),
        **_of(
            "sns",
            {
                "get_topic_attributes": "GetTopicAttributes",
                "list_subscriptions_by_topic": "ListSubscriptionsByTopic",
            },
        ),
    },
}
"""What `snapshot` and `plan` call. Keys and buckets are read in both the log-archive and the security account.

GetAccountAuthorizationDetails, and GetPolicy and GetPolicyVersion in members, are for `snapshot --principals` only.
"""

WRITE: Mapping[Where, Mapping[Operation, Actions]] = {
    Where.MANAGEMENT: {
        **_of(
            "organizations",
            {
                "accept_handshake": "AcceptHandshake",
                "attach_policy": "AttachPolicy",
                "create_account": "CreateAccount TagResource iam:CreateServiceLinkedRole",
                "create_organizational_unit": "CreateOrganizationalUnit",
                "create_policy": "CreatePolicy TagResource",
                "delete_policy": "DeletePolicy",
                "deregister_delegated_administrator": "DeregisterDelegatedAdministrator",
                "describe_account": "DescribeAccount",
                "describe_create_account_status": "DescribeCreateAccountStatus",
                "detach_policy": "DetachPolicy",
                "disable_aws_service_access": "DisableAWSServiceAccess",
                "enable_all_features": "EnableAllFeatures iam:CreateServiceLinkedRole",
                "enable_aws_service_access": "EnableAWSServiceAccess",
                "enable_policy_type": "EnablePolicyType",
                "list_create_account_status": "ListCreateAccountStatus",
                "list_handshakes_for_organization": "ListHandshakesForOrganization",
                "move_account": "MoveAccount",
                "register_delegated_administrator": "RegisterDelegatedAdministrator",
                "update_policy": "UpdatePolicy",
            },
        ),
        **_of(
            "cloudtrail",
            {
                "create_trail": f"CreateTrail AddTags {_ORGANIZATION_TRAIL}",
                "update_trail": f"UpdateTrail {_ORGANIZATION_TRAIL}",
                "register_organization_delegated_admin": "RegisterOrganizationDelegatedAdmin "
                "organizations:RegisterDelegatedAdministrator organizations:ListAWSServiceAccessForOrganization "
                "organizations:DescribeOrganization iam:CreateServiceLinkedRole iam:GetRole",
                "deregister_organization_delegated_admin": "DeregisterOrganizationDelegatedAdmin "
                "organizations:DeregisterDelegatedAdministrator organizations:DescribeOrganization",
            },
        ),
        **_of("config", {"delete_config_rule": "DeleteConfigRule", "put_config_rule": "PutConfigRule"}),
        **_of("iam", {"get_role": "GetRole", **_SIMULATION}),
        **_of(
            "securityhub",
            {
                "disable_organization_admin_account": "DisableOrganizationAdminAccount "
                "organizations:DescribeOrganization organizations:DeregisterDelegatedAdministrator",
                "disable_security_hub": "DisableSecurityHub",
                "enable_organization_admin_account": "EnableOrganizationAdminAccount "
                "organizations:DescribeOrganization organizations:EnableAWSServiceAccess "
                "organizations:RegisterDelegatedAdministrator",
                "enable_security_hub": "EnableSecurityHub TagResource iam:CreateServiceLinkedRole",
            },
        ),
        **_of(
            "ssm",
            {"delete_parameter": "DeleteParameter", "get_parameter": "GetParameter", "put_parameter": "PutParameter"},
        ),
    },
    Where.MEMBERS: {
        **_of(
            "cloudtrail",
            {
                "create_trail": "CreateTrail AddTags",
                "delete_trail": "DeleteTrail",
                "get_trail": "GetTrail",
                "put_event_selectors": "PutEventSelectors",
                "start_logging": "StartLogging",
                "stop_logging": "StopLogging",
                "update_trail": "UpdateTrail",
            },
        ),
        **_of(
            "config",
            {
                "put_configuration_recorder": "PutConfigurationRecorder iam:PassRole",
                "put_delivery_channel": "PutDeliveryChannel",
                "start_configuration_recorder": "StartConfigurationRecorder",
                "stop_configuration_recorder": "StopConfigurationRecorder",
            },
        ),
        **_of(
            "events",
            {
                "delete_rule": "DeleteRule",
                "put_rule": "PutRule TagResource",
                "put_targets": "PutTargets iam:PassRole",
                "remove_targets": "RemoveTargets",
            },
        ),
        **_of(
            "iam",
            {
                "create_role": "CreateRole TagRole PutRolePermissionsBoundary",
                "create_service_linked_role": "CreateServiceLinkedRole",
                "delete_role": "DeleteRole",
                "delete_role_policy": "DeleteRolePolicy",
                "put_role_policy": "PutRolePolicy",
                "update_assume_role_policy": "UpdateAssumeRolePolicy",
            },
        ),
    },
    Where.ARCHIVE: {
        **_of("config", {"delete_config_rule": "DeleteConfigRule", "put_config_rule": "PutConfigRule"}),
        **_of(
            "iam",
            {
                "attach_role_policy": "AttachRolePolicy",
                "create_policy": "CreatePolicy TagPolicy",
                "create_policy_version": "CreatePolicyVersion",
                "create_role": "CreateRole TagRole PutRolePermissionsBoundary",
                "delete_policy": "DeletePolicy",
                "delete_policy_version": "DeletePolicyVersion",
                "detach_group_policy": "DetachGroupPolicy",
                "detach_role_policy": "DetachRolePolicy",
                "detach_user_policy": "DetachUserPolicy",
                "get_policy": "GetPolicy",
                "list_policy_versions": "ListPolicyVersions",
                **_SIMULATION,
            },
        ),
        **_of(
            "s3",
            {
                # with Object Lock, CreateBucket also sets it and versioning
                "create_bucket": "CreateBucket PutBucketObjectLockConfiguration PutBucketVersioning",
                "delete_bucket_lifecycle": "PutLifecycleConfiguration",
                "delete_bucket_ownership_controls": "PutBucketOwnershipControls",
                "delete_bucket_policy": "DeleteBucketPolicy",
                "delete_bucket_tagging": "PutBucketTagging",
                "delete_public_access_block": "PutBucketPublicAccessBlock",
                "put_bucket_encryption": "PutEncryptionConfiguration",
                "put_bucket_lifecycle_configuration": "PutLifecycleConfiguration",
                "put_bucket_ownership_controls": "PutBucketOwnershipControls",
                "put_bucket_policy": "PutBucketPolicy",
                "put_bucket_tagging": "PutBucketTagging",
                "put_bucket_versioning": "PutBucketVersioning",
                "put_object_lock_configuration": "PutBucketObjectLockConfiguration",
                "put_public_access_block": "PutBucketPublicAccessBlock",
            },
        ),
    },
    Where.SECURITY: {
        **_of(
            "kms",
            {
                "cancel_key_deletion": "CancelKeyDeletion",
                "create_alias": "CreateAlias",
                "create_key": "CreateKey TagResource",
                "disable_key_rotation": "DisableKeyRotation",
                "enable_key": "EnableKey",
                "enable_key_rotation": "EnableKeyRotation",
                "list_keys": "ListKeys",
                "put_key_policy": "PutKeyPolicy",
            },
        ),
        **_of(
            "iam", {"attach_role_policy": "AttachRolePolicy", "detach_role_policy": "DetachRolePolicy", **_SIMULATION}
        ),
        **_of(
            "config",
            {
                "delete_config_rule": "DeleteConfigRule",
                "delete_configuration_aggregator": "DeleteConfigurationAggregator",
                "delete_organization_config_rule": "DeleteOrganizationConfigRule",
                "delete_organization_conformance_pack": "DeleteOrganizationConformancePack",
                "put_config_rule": "PutConfigRule",
                "put_configuration_aggregator": "PutConfigurationAggregator iam:PassRole",
                "put_organization_config_rule": f"PutOrganizationConfigRule {_ORGANIZATION_RULE}",
                "put_organization_conformance_pack": f"PutOrganizationConformancePack {_ORGANIZATION_RULE} "
                "iam:CreateServiceLinkedRole",
            },
        ),
        **_of(
            "events",
            {
                "create_event_bus": "CreateEventBus",
                "delete_event_bus": "DeleteEventBus",
                "put_permission": "PutPermission",
            },
        ),
        **_of(
            "securityhub",
            {
                "create_configuration_policy": "CreateConfigurationPolicy TagResource",
                "create_finding_aggregator": "CreateFindingAggregator",
                "delete_configuration_policy": "DeleteConfigurationPolicy",
                "delete_finding_aggregator": "DeleteFindingAggregator",
                "disable_security_hub": "DisableSecurityHub",
                "enable_security_hub": "EnableSecurityHub TagResource iam:CreateServiceLinkedRole",
                "get_configuration_policy_association": "GetConfigurationPolicyAssociation",
                "start_configuration_policy_association": "StartConfigurationPolicyAssociation",
                "start_configuration_policy_disassociation": "StartConfigurationPolicyDisassociation",
                "update_configuration_policy": "UpdateConfigurationPolicy",
                "update_finding_aggregator": "UpdateFindingAggregator",
                "update_organization_configuration": "UpdateOrganizationConfiguration "
                "organizations:DescribeOrganization organizations:ListAccounts",
            },
        ),
        **_of(
            "sns",
            {
                "create_topic": "CreateTopic TagResource",
                "delete_topic": "DeleteTopic",
                "set_topic_attributes": "SetTopicAttributes",
                "subscribe": "Subscribe",
                "unsubscribe": "Unsubscribe",
            },
        ),
    },
}
"""What `apply` and `rollback` call besides, when every part of the specification is used."""


ARCHIVED: Mapping[Where, Mapping[Operation, Actions]] = {
    Where.MANAGEMENT: _of("cloudtrail", {"list_public_keys": "ListPublicKeys"}),
    Where.ARCHIVE: _of(
        "s3",
        {
            "get_object": "GetObject GetObjectVersion kms:Decrypt",
            "list_object_versions": "ListBucketVersions",
            "list_objects_v2": "ListBucket",
        },
    ),
}
"""What `verify` and `coverage` call to read the archive; the key is asked to decrypt by S3."""

PROBE: Mapping[Where, Mapping[Operation, Actions]] = {
    Where.MANAGEMENT: _of("organizations", {"describe_resource_policy": "DescribeResourcePolicy"}),
    Where.MEMBERS: {
        **_of(
            "config",
            {
                "describe_compliance_by_config_rule": "DescribeComplianceByConfigRule",
                "describe_retention_configurations": "DescribeRetentionConfigurations",
            },
        ),
        **_of("logs", {"describe_log_groups": "DescribeLogGroups"}),
        **_of("securityhub", {"describe_hub": "DescribeHub"}),
    },
    Where.ARCHIVE: _of(
        "s3",
        {
            "get_bucket_acl": "GetBucketAcl",
            "head_bucket": "ListBucket",
            "list_object_versions": "ListBucketVersions",
        },
    ),
}
"""What `doctor --probe` asks besides what a snapshot reads; without it nothing here is called."""

SEND: Mapping[Where, Mapping[Operation, Actions]] = {
    Where.SECURITY: {
        **_of("securityhub", {"batch_import_findings": "BatchImportFindings", "get_findings": "GetFindings"}),
        **_of("sns", {"publish": "Publish"}),
    },
}
"""What `audit --send` and `--notify` call; without them nothing here is called."""


def _merged() -> dict[Operation, Actions]:
    found: dict[Operation, Actions] = {}
    for table in (*READ.values(), *WRITE.values(), *ARCHIVED.values(), *PROBE.values(), *SEND.values()):
        for operation, actions in table.items():
            found[operation] = tuple(dict.fromkeys((*found.get(operation, ()), *actions)))
    return found


IAM_ACTIONS: Mapping[Operation, Actions] = _merged()
"""Every call trailkeep makes -> the IAM actions it may need, wherever it is made."""


def policy(tables: Iterable[Mapping[Operation, Actions]]) -> dict[str, Any]:
    """The smallest IAM policy that lets these calls through, by action; narrow the resources as you like."""
    actions = sorted({a for table in tables for needed in table.values() for a in needed})
    passed = "iam:PassRole"
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": [a for a in actions if a != passed], "Resource": "*"}
    ]
    if passed in actions:
        only = {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}}
        statements.append({"Effect": "Allow", "Action": passed, "Resource": "*", "Condition": only})
    return {"Version": "2012-10-17", "Statement": statements}


def page() -> str:
    """The page `docs/permissions.md`, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# The permissions trailkeep needs",
        "",
        "Made by `python -m trailkeep.aws.permissions`; a test keeps it current and checks every action's name.",
        "",
        "trailkeep starts with credentials of the management account and enters every other account as",
        "`organization.access_role` (by default `OrganizationAccountAccessRole`, which AWS makes with administrator",
        "rights). Give that role, and the person or job that runs trailkeep, at least what follows.",
        "",
        "The log-archive and the security account are member accounts: what members need, they need too. Buckets and",
        "keys are read in both of them, so give both what either needs to read.",
        "`sts:AssumeRole` needs only the access role's ARN as its resource.",
    )
    for title, intro, table in (
        ("To read", "What `snapshot`, `plan` and everything that judges call; nothing here changes anything.", READ),
        ("To apply", "What `apply` and `rollback` call, in addition to the above.", WRITE),
        ("To read the archive", "What `verify` and `coverage` call; a reader of the archive needs no more.", ARCHIVED),
        ("To probe", "What `doctor --probe` asks, in addition to what it reads.", PROBE),
        ("To send", "What `audit --send` and `audit --notify` call, in addition to what it reads.", SEND),
    ):
        yield from ("", f"## {title}", "", intro)
        for where, calls in table.items():
            yield from ("", f"### {title}: {where}", "", "```json", json.dumps(policy([calls]), indent=2), "```")
    yield from ("", "## Call by call", "", "| call | IAM actions |", "|---|---|")
    for (service, operation), actions in sorted(IAM_ACTIONS.items()):
        yield f"| `{service}` `{operation}` | {', '.join(f'`{a}`' for a in actions)} |"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
