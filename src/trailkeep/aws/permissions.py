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

_SIMULATION = {"simulate_principal_policy": "SimulatePrincipalPolicy"}
"""With it, `apply` says what would be denied before it changes anything; it does its work without."""

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
        **_of("controltower", {"list_landing_zones": "ListLandingZones"}),
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
        **_of(
            "iam",
            {
                "get_account_authorization_details": "GetAccountAuthorizationDetails",
                "get_policy": "GetPolicy",
                "get_policy_version": "GetPolicyVersion",
                "get_role": "GetRole",
                "list_attached_role_policies": "ListAttachedRolePolicies",
                "list_roles": "ListRoles",
            },
        ),
    },
    Where.ARCHIVE: {
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
    Where.SECURITY: _of(
        "kms",
        {
            "describe_key": "DescribeKey",
            "get_key_policy": "GetKeyPolicy",
            "get_key_rotation_status": "GetKeyRotationStatus",
            "list_aliases": "ListAliases",
        },
    ),
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
        **_of("iam", {"get_role": "GetRole", **_SIMULATION}),
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
        **_of("iam", {"create_service_linked_role": "CreateServiceLinkedRole"}),
    },
    Where.ARCHIVE: {
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
        **_of("iam", _SIMULATION),
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


def _merged() -> dict[Operation, Actions]:
    found: dict[Operation, Actions] = {}
    for table in (*READ.values(), *WRITE.values(), *ARCHIVED.values(), *PROBE.values()):
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
        only = {"StringEquals": {"iam:PassedToService": "config.amazonaws.com"}}
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
