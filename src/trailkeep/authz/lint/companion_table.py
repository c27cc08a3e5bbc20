"""Actions that belong together: denying one without the others leaves another way to the same harm.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """`triggers` are what a guardrail usually denies; `needs` what has to be denied with it, each with the reason."""

    name: str
    triggers: tuple[str, ...]
    needs: Mapping[str, str]
    source: str


GROUPS = (
    Group(
        name="a trail",
        triggers=("cloudtrail:DeleteTrail", "cloudtrail:StopLogging"),
        needs={
            "cloudtrail:StopLogging": "stops the trail",
            "cloudtrail:DeleteTrail": "deletes the trail",
            "cloudtrail:UpdateTrail": "redirects it to another bucket, to one Region, or drops digests and encryption",
            "cloudtrail:PutEventSelectors": "lets it record nothing",
            "cloudtrail:PutInsightSelectors": "switches off Insights events",
            "cloudtrail:PutEventConfiguration": "narrows what is in the events",
        },
        source="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html",
    ),
    Group(
        name="log objects in S3",
        triggers=("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"),
        needs={
            "s3:DeleteObject": "hides an object behind a delete marker, or removes it where there are no versions",
            "s3:DeleteObjectVersion": "removes a version for good",
            "s3:PutLifecycleConfiguration": "lets S3 expire everything after a day; no policy stops S3 from that",
            "s3:PutBucketPolicy": "takes the bucket policy's own denies away",
            "s3:DeleteBucketPolicy": "takes the bucket policy's own denies away",
            "s3:PutBucketVersioning": "suspends versioning, so that overwriting destroys",
            "s3:PutObject": "overwrites a log object, or forges one",
            "s3:BypassGovernanceRetention": "deletes versions that Object Lock retains in governance mode",
            "s3:PutObjectRetention": "shortens a retention in governance mode",
            "s3:PutBucketObjectLockConfiguration": "removes the default retention of new objects",
            "s3:PutReplicationConfiguration": "replicates deletions, or sends the logs elsewhere",
            "s3:PutEncryptionConfiguration": "encrypts new objects with a key of somebody else",
            "s3:UpdateObjectEncryption": "re-encrypts objects with a key that can then be deleted",
        },
        source="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html",
    ),
    Group(
        name="a configuration recorder",
        triggers=(
            "config:DeleteConfigurationRecorder",
            "config:StopConfigurationRecorder",
            "config:DeleteDeliveryChannel",
        ),
        needs={
            "config:StopConfigurationRecorder": "stops the recorder",
            "config:DeleteConfigurationRecorder": "deletes the recorder",
            "config:DeleteDeliveryChannel": "ends delivery",
            "config:PutConfigurationRecorder": "lets it record almost nothing",
            "config:PutDeliveryChannel": "redirects delivery to another bucket",
            "config:PutRetentionConfiguration": "shortens how long the history is kept",
            "config:DisassociateResourceTypes": "takes resource types off a service's recorder",
        },
        source="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html",
    ),
    Group(
        name="a KMS key",
        triggers=("kms:ScheduleKeyDeletion", "kms:DisableKey"),
        needs={
            "kms:ScheduleKeyDeletion": "deletes the key, and with it everything it encrypted",
            "kms:DisableKey": "makes the logs unreadable at once, and stops deliveries",
            "kms:PutKeyPolicy": "shuts everybody else out of the key",
            "kms:DeleteImportedKeyMaterial": "makes a key with imported material unusable at once",
        },
        source="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html",
    ),
    Group(
        name="a log group",
        triggers=("logs:DeleteLogGroup",),
        needs={
            "logs:DeleteLogStream": "deletes the events stream by stream",
            "logs:PutRetentionPolicy": "lets the events expire after a day",
        },
        source="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html",
    ),
)
