"""Words that name no one: they stay readable in a redacted snapshot, and keep its policies meaning the same."""

_AWS = (
    "arn aws cn us gov eusc iso amazonaws com amazon s3 sts iam kms sns sqs logs events config cloudtrail securityhub "
    "guardduty organizations organization account controltower cloudformation stacksets member multiaccountsetup "
    "delivery control ssm lambda ec2 cloudwatch athena glue firehose kinesis rds dynamodb access analyzer backup "
    "replication inspector macie2 detective fms sso ram quicksight redshift"
)
_REGIONS = "af ap ca eu il me mx sa east west north south central northeast northwest southeast southwest de"
_RESOURCES = (
    "trail role user group policy key alias root federated assumed service linked instance profile topic queue bucket "
    "object rule recorder channel function stack stackset exec mfa ou r o p landingzone accesspoint accesspointobject"
)
_PATHS = (
    "AWSLogs Config ConfigHistory ConfigSnapshot CloudTrail CloudTrailDigest CloudTrailInsight "
    "ConfigWritabilityCheckFile"
)
_COMMON = (
    "log logs logging archive audit trails configs history security tooling default main prod production dev test "
    "staging sandbox shared network infra workloads suspended data deny allow guard guardrails guardrail full control "
    "owner read write only all admin administrator break glass deployer execution reader readers delete retain keep "
    "expire lifecycle and the of in to for not on no by with owned managed true false null none enabled disabled"
)
_PARTS = (
    "versioning encryption ownership payment request tags replication public block status selectors policies keys "
    "aliases rotation buckets roles lock"
)
_VALUES = (
    "awskms dsse saml provider oidc user session AES256 aes256 standard glacier deep archive governance compliance"
)
_NAMED = (
    "OrganizationAccountAccessRole AWSControlTowerExecution BaselineCloudTrail BaselineConfigRecorder FullAWSAccess "
    "RCPFullAWSAccess AdministratorAccess ReadOnlyAccess SecurityAudit ViewOnlyAccess AWS ConfigRole managed sra "
    "AWSAccelerator awsaccelerator accelerator StackSet StackSets ADMIN USER"
)

KEPT = frozenset(f"{_AWS} {_REGIONS} {_RESOURCES} {_PATHS} {_COMMON} {_PARTS} {_VALUES} {_NAMED}".split())
"""Whole words, compared with case, and in lower case for words of the language."""

KEPT_BEGINNINGS = ("AWSServiceRoleFor", "AWSConfigurationRecorderFor", "AWSControlTower", "Trailkeep", "trailkeep")
"""Beginnings of names that AWS or trailkeep gives."""


def is_kept(word: str) -> bool:
    """Whether a word says nothing about whose organization it is; short numbers say nothing either."""
    plain = word in KEPT or word.lower() in KEPT or word.startswith(KEPT_BEGINNINGS)
    return plain or len(word) == 1 or (word.isdigit() and len(word) < 12)
