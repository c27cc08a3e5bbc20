"""What `snapshot`, `plan` and everything that judges call."""

from trailkeep.aws.permissions.form import Table, Where, of

READ: Table = {
    Where.MANAGEMENT: {
        **of("sts", {"get_caller_identity": "GetCallerIdentity", "assume_role": "AssumeRole"}),
        **of("account", {"list_regions": "ListRegions"}),
        **of(
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
        **of("config", {"describe_config_rules": "DescribeConfigRules"}),
        **of("controltower", {"list_landing_zones": "ListLandingZones"}),
        **of(
            "securityhub",
            {
                "describe_hub": "DescribeHub",
                "list_organization_admin_accounts": "ListOrganizationAdminAccounts",
            },
        ),
    },
    Where.MEMBERS: {
        **of("account", {"list_regions": "ListRegions"}),
        **of(
            "cloudtrail",
            {
                "describe_trails": "DescribeTrails",
                "get_event_selectors": "GetEventSelectors",
                "get_trail_status": "GetTrailStatus",
                "list_trails": "ListTrails",
                "lookup_events": "LookupEvents",
            },
        ),
        **of(
            "config",
            {
                "describe_configuration_recorder_status": "DescribeConfigurationRecorderStatus",
                "describe_configuration_recorders": "DescribeConfigurationRecorders",
                "describe_delivery_channel_status": "DescribeDeliveryChannelStatus",
                "describe_delivery_channels": "DescribeDeliveryChannels",
            },
        ),
        **of("events", {"list_rules": "ListRules", "list_targets_by_rule": "ListTargetsByRule"}),
        **of(
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
        **of("config", {"describe_config_rules": "DescribeConfigRules"}),
        **of("cloudwatch", {"get_metric_statistics": "GetMetricStatistics"}),
        **of(
            "iam",
            {
                "get_policy_version": "GetPolicyVersion",
                "list_entities_for_policy": "ListEntitiesForPolicy",
                "list_policies": "ListPolicies",
            },
        ),
        **of(
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
        **of(
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
        **of("events", {"describe_event_bus": "DescribeEventBus"}),
        **of(
            "kms",
            {
                "describe_key": "DescribeKey",
                "get_key_policy": "GetKeyPolicy",
                "get_key_rotation_status": "GetKeyRotationStatus",
                "list_aliases": "ListAliases",
            },
        ),
        **of(
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
        **of(
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
