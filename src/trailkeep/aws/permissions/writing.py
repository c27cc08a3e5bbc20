"""What `apply` and `rollback` call besides."""

from trailkeep.aws.permissions.form import Table, Where, of

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

WRITE: Table = {
    Where.MANAGEMENT: {
        **of(
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
        **of(
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
        **of("config", {"delete_config_rule": "DeleteConfigRule", "put_config_rule": "PutConfigRule"}),
        **of("iam", {"get_role": "GetRole", **_SIMULATION}),
        **of(
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
        **of(
            "ssm",
            {"delete_parameter": "DeleteParameter", "get_parameter": "GetParameter", "put_parameter": "PutParameter"},
        ),
    },
    Where.MEMBERS: {
        **of(
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
        **of(
            "config",
            {
                "put_configuration_recorder": "PutConfigurationRecorder iam:PassRole",
                "put_delivery_channel": "PutDeliveryChannel",
                "start_configuration_recorder": "StartConfigurationRecorder",
                "stop_configuration_recorder": "StopConfigurationRecorder",
            },
        ),
        **of(
            "events",
            {
                "delete_rule": "DeleteRule",
                "put_rule": "PutRule TagResource",
                "put_targets": "PutTargets iam:PassRole",
                "remove_targets": "RemoveTargets",
            },
        ),
        **of(
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
        **of("config", {"delete_config_rule": "DeleteConfigRule", "put_config_rule": "PutConfigRule"}),
        **of(
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
        **of(
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
        **of(
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
        **of(
            "iam", {"attach_role_policy": "AttachRolePolicy", "detach_role_policy": "DetachRolePolicy", **_SIMULATION}
        ),
        **of(
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
        **of(
            "events",
            {
                "create_event_bus": "CreateEventBus",
                "delete_event_bus": "DeleteEventBus",
                "put_permission": "PutPermission",
            },
        ),
        **of(
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
        **of(
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
