"""Changes to the archive: keys, and buckets one setting at a time."""

from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write import buckets, keys
from trailkeep.aws.write.once import ask, once
from trailkeep.errors import AwsError
from trailkeep.model.archive import Bucket
from trailkeep.model.change import CreateBucket, CreateKey, SetBucket, SetKey
from trailkeep.model.change.archive import BucketSetting

ArchiveChange = CreateKey | SetKey | CreateBucket | SetBucket

_IN_ORDER: tuple[BucketSetting, ...] = (
    "versioning",
    "lock",
    "blocks_public_access",
    "ownership",
    "encryption",
    "lifecycle",
    "policy",
    "tags",
)
"""S3 refuses Object Lock on a bucket without versioning."""


def perform(cloud: Cloud, change: ArchiveChange) -> dict[str, str]:
    """Make one change to the archive. Raises AwsError."""
    match change:
        case CreateKey():
            return keys.create(cloud, change)
        case SetKey():
            keys.put(cloud, change)
        case CreateBucket():
            _create_bucket(cloud, change)
        case SetBucket():
            buckets.put(cloud, change, change.bucket, change.setting, before=change.before, after=change.after)
        case _:
            assert_never(change)
    return {}


def _create_bucket(cloud: Cloud, change: CreateBucket) -> None:
    """The bucket, and of its settings those that a new bucket does not have."""
    bucket = change.bucket
    asked: dict[str, Any] = {"Bucket": bucket.name}
    if bucket.region != "us-east-1":
        asked["CreateBucketConfiguration"] = {"LocationConstraint": bucket.region}
    if bucket.lock:
        asked["ObjectLockEnabledForBucket"] = True
    try:
        made = once(
            cloud,
            change,
            "s3",
            "create_bucket",
            so_already={"BucketAlreadyOwnedByYou"},
            **asked,
        )
    except AwsError as error:
        if error.code != "BucketAlreadyExists":
            raise
        raise AwsError(
            error.message,
            code=error.code,
            hint="another AWS account owns a bucket of that name: choose another `archive.name`",
        ) from error
    if made is None:
        _require_same_region(cloud, change)
    fresh = Bucket(
        name=bucket.name,
        account=bucket.account,
        region=bucket.region,
        versioning="Enabled" if bucket.lock else "",
        lock=buckets.LOCK_WITHOUT_DEFAULT if bucket.lock else None,
    )
    for setting in _IN_ORDER:
        before, after = getattr(fresh, setting), getattr(bucket, setting)
        if before != after:
            buckets.put(cloud, change, bucket.name, setting, before=before, after=after)


def _require_same_region(cloud: Cloud, change: CreateBucket) -> None:
    bucket = change.bucket
    # S3 says null for us-east-1 and EU for the oldest buckets of eu-west-1 (botocore model s3 GetBucketLocation)
    said = ask(cloud, change, "s3", "get_bucket_location", Bucket=bucket.name).get("LocationConstraint") or "us-east-1"
    found = "eu-west-1" if said == "EU" else said
    if found != bucket.region:
        raise AwsError(
            f"bucket {bucket.name} exists in {found}, not in {bucket.region}",
            code="BucketAlreadyOwnedByYou",
            hint="choose another `archive.name`, or set `organization.home_region` to where the bucket is",
        )
