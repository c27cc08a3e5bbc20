"""Archive buckets: every setting that protects what is in them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import blind
from trailkeep.aws.read.lifecycle import fold_rule
from trailkeep.errors import AwsError
from trailkeep.model.archive import Bucket, Encryption, Lock
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Unreachable

Told = Mapping[str, Any]
Fold = Callable[[Bucket, Told], Bucket]

_FOUR = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    what: str
    operation: str
    fold: Fold
    absent: str = ""


def list_buckets(cloud: Cloud, account: AccountId) -> tuple[tuple[str, Region], ...]:
    """Names and Regions of all buckets of an account. Raises AwsError.

    S3 tells the Region only when a parameter is given (botocore model s3 ListBuckets); else it is asked for.
    """
    found = cloud.pages(account, "", "s3", "list_buckets", "Buckets", MaxBuckets=1000)
    return tuple(sorted((b["Name"], _region(cloud, account, b)) for b in found))


def read_bucket(cloud: Cloud, account: AccountId, name: str, region: Region) -> tuple[Bucket, tuple[Unreachable, ...]]:
    """The bucket, and the settings that could not be read: their fields are then as if they were not set."""
    bucket = Bucket(name=name, account=account, region=region)
    lost = []
    for setting in _SETTINGS:
        try:
            told = cloud.call(account, region, "s3", setting.operation, Bucket=name)
        except AwsError as error:
            if error.code != setting.absent or not setting.absent:
                lost.append(blind(error, account, region, what=f"bucket {name} {setting.what}"))
            continue
        bucket = setting.fold(bucket, told)
    return bucket, tuple(lost)


def _region(cloud: Cloud, account: AccountId, told: Told) -> Region:
    if told.get("BucketRegion"):
        return Region(told["BucketRegion"])
    where = cloud.call(account, "", "s3", "get_bucket_location", Bucket=told["Name"]).get("LocationConstraint")
    return Region({"": "us-east-1", "EU": "eu-west-1"}.get(where or "", where or ""))


def _versioning(bucket: Bucket, told: Told) -> Bucket:
    return replace(bucket, versioning=told.get("Status") or "", mfa_delete=told.get("MFADelete") == "Enabled")


def _lock(bucket: Bucket, told: Told) -> Bucket:
    found = told.get("ObjectLockConfiguration") or {}
    if found.get("ObjectLockEnabled") != "Enabled":
        return bucket
    rule = (found.get("Rule") or {}).get("DefaultRetention") or {}
    days = rule.get("Days") or (rule["Years"] * 365 if rule.get("Years") else None)
    return replace(bucket, lock=Lock(mode=rule.get("Mode"), days=days))


def _encryption(bucket: Bucket, told: Told) -> Bucket:
    rules = (told.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or [{}]
    default = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
    by_kms = str(default.get("SSEAlgorithm", "")).startswith("aws:kms")
    key = (default.get("KMSMasterKeyID") or "alias/aws/s3") if by_kms else ""  # no key named: the AWS managed one
    return replace(bucket, encryption=Encryption(key=key, bucket_key=bool(rules[0].get("BucketKeyEnabled"))))


def _lifecycle(bucket: Bucket, told: Told) -> Bucket:
    return replace(bucket, lifecycle=tuple(fold_rule(rule) for rule in told.get("Rules") or ()))


def _policy(bucket: Bucket, told: Told) -> Bucket:
    return replace(bucket, policy=canonical(told.get("Policy") or ""))


def _public_access(bucket: Bucket, told: Told) -> Bucket:
    found = told.get("PublicAccessBlockConfiguration") or {}
    return replace(bucket, blocks_public_access=all(found.get(name) is True for name in _FOUR))


def _ownership(bucket: Bucket, told: Told) -> Bucket:
    rules = (told.get("OwnershipControls") or {}).get("Rules") or [{}]
    return replace(bucket, ownership=rules[0].get("ObjectOwnership", ""))


def _logging(bucket: Bucket, told: Told) -> Bucket:
    found = told.get("LoggingEnabled") or {}
    target, prefix = found.get("TargetBucket", ""), found.get("TargetPrefix", "")
    return replace(bucket, logging=f"{target}/{prefix}" if prefix else target)


def _replication(bucket: Bucket, told: Told) -> Bucket:
    return replace(bucket, replication=_text(told.get("ReplicationConfiguration") or {}))


def _payment(bucket: Bucket, told: Told) -> Bucket:
    return replace(bucket, requester_pays=told.get("Payer") == "Requester")


def _tags(bucket: Bucket, told: Told) -> Bucket:
    return replace(bucket, tags=tuple(sorted((t["Key"], t["Value"]) for t in told.get("TagSet") or ())))


def _text(value: Told) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=datetime.isoformat) if value else ""


_SETTINGS: Sequence[_Setting] = (
    _Setting(what="versioning", operation="get_bucket_versioning", fold=_versioning),
    _Setting(
        what="object lock",
        operation="get_object_lock_configuration",
        fold=_lock,
        absent="ObjectLockConfigurationNotFoundError",
    ),
    _Setting(
        what="encryption",
        operation="get_bucket_encryption",
        fold=_encryption,
        absent="ServerSideEncryptionConfigurationNotFoundError",
    ),
    _Setting(
        what="lifecycle",
        operation="get_bucket_lifecycle_configuration",
        fold=_lifecycle,
        absent="NoSuchLifecycleConfiguration",
    ),
    _Setting(what="policy", operation="get_bucket_policy", fold=_policy, absent="NoSuchBucketPolicy"),
    _Setting(
        what="public access block",
        operation="get_public_access_block",
        fold=_public_access,
        absent="NoSuchPublicAccessBlockConfiguration",
    ),
    _Setting(
        what="ownership",
        operation="get_bucket_ownership_controls",
        fold=_ownership,
        absent="OwnershipControlsNotFoundError",
    ),
    _Setting(what="logging", operation="get_bucket_logging", fold=_logging),
    _Setting(
        what="replication",
        operation="get_bucket_replication",
        fold=_replication,
        absent="ReplicationConfigurationNotFoundError",
    ),
    _Setting(what="request payment", operation="get_bucket_request_payment", fold=_payment),
    _Setting(what="tags", operation="get_bucket_tagging", fold=_tags, absent="NoSuchTagSet"),
)
"""Every setting of an archive bucket; `absent` is S3's code for "never set", which is an answer."""
