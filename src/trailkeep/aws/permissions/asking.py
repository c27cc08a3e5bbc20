"""What `verify`, `coverage`, `doctor --probe` and `audit --send` call besides."""

from trailkeep.aws.permissions.form import Table, Where, of

ARCHIVED: Table = {
    Where.MANAGEMENT: of("cloudtrail", {"list_public_keys": "ListPublicKeys"}),
    Where.ARCHIVE: of(
        "s3",
        {
            "get_object": "GetObject GetObjectVersion kms:Decrypt",
            "list_object_versions": "ListBucketVersions",
            "list_objects_v2": "ListBucket",
        },
    ),
}
"""What `verify` and `coverage` call to read the archive; the key is asked to decrypt by S3."""

PROBE: Table = {
    Where.MANAGEMENT: of("organizations", {"describe_resource_policy": "DescribeResourcePolicy"}),
    Where.MEMBERS: {
        **of(
            "config",
            {
                "describe_compliance_by_config_rule": "DescribeComplianceByConfigRule",
                "describe_retention_configurations": "DescribeRetentionConfigurations",
                "select_resource_config": "SelectResourceConfig",
            },
        ),
        **of("logs", {"describe_log_groups": "DescribeLogGroups"}),
        **of("securityhub", {"describe_hub": "DescribeHub"}),
    },
    Where.ARCHIVE: of(
        "s3",
        {
            "get_bucket_acl": "GetBucketAcl",
            "head_bucket": "ListBucket",
            "list_object_versions": "ListBucketVersions",
        },
    ),
}
"""What `doctor --probe` asks besides what a snapshot reads; without it nothing here is called."""

SEND: Table = {
    Where.SECURITY: {
        **of("securityhub", {"batch_import_findings": "BatchImportFindings", "get_findings": "GetFindings"}),
        **of("sns", {"publish": "Publish"}),
    },
}
"""What `audit --send` and `--notify` call; without them nothing here is called."""
