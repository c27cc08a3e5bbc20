"""The settings of a bucket, each written by the call that S3 has for it."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from trailkeep.aws.cloud import Answer, Cloud
from trailkeep.aws.write.once import ask, once
from trailkeep.errors import AwsError
from trailkeep.model.archive import Encryption, LifecycleRule, Lock
from trailkeep.model.change import Change
from trailkeep.model.change.archive import BucketSetting

LOCK_WITHOUT_DEFAULT = Lock(mode=None, days=None)
"""What a bucket has that was created with Object Lock."""

_SETTLING = 30.0
"""Seconds for a bucket made a moment ago, or a principal named in a policy, to be seen everywhere."""

_AWS_KEY = "alias/aws/s3"
"""How a snapshot says that no key is named: the AWS managed one is used."""

Ask = Callable[..., Answer]
Put = Callable[..., Answer | None]
Tags = Iterable[tuple[str, str]]


def put(
    cloud: Cloud,
    change: Change,
    bucket: str,
    setting: BucketSetting,
    *,
    before: Any,  # noqa: ANN401 the setting decides
    after: Any,  # noqa: ANN401 the setting decides
) -> None:
    """Write one setting of `bucket`, which must be owned by the change's account.

    Raises AwsError; ValueError for what S3 cannot do (taking versioning or Object Lock away).
    """
    owned: dict[str, Any] = {"Bucket": bucket, "ExpectedBucketOwner": change.account}
    write: Put = partial(once, cloud, change, "s3", settling=_SETTLING, **owned)
    read: Ask = partial(ask, cloud, change, "s3", settling=_SETTLING, **owned)
    match setting:
        case "versioning":
            _put_versioning(write, after)
        case "lock":
            _put_lock(write, after)
        case "blocks_public_access":
            _put_public_access_block(write, after)
        case "ownership":
            _put_ownership(write, after)
        case "encryption":
            _put_encryption(read, write, after)
        case "lifecycle":
            _put_lifecycle(write, after)
        case "policy":
            _put_policy(write, after)
        case "tags":
            _put_tags(read, write, before, after)


def _put_versioning(write: Put, status: str) -> None:
    if not status:
        raise ValueError("versioning can be suspended, never taken away")
    write("put_bucket_versioning", VersioningConfiguration={"Status": status})


def _put_lock(write: Put, lock: Lock | None) -> None:
    if lock is None:
        raise ValueError("Object Lock can never be switched off")
    rule = {"Rule": {"DefaultRetention": {"Mode": lock.mode, "Days": lock.days}}} if lock.mode else {}
    write("put_object_lock_configuration", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", **rule})


def _put_public_access_block(write: Put, blocks: bool) -> None:
    if not blocks:
        write("delete_public_access_block")
        return
    four = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    write("put_public_access_block", PublicAccessBlockConfiguration=dict.fromkeys(four, True))


def _put_ownership(write: Put, ownership: str) -> None:
    if ownership:
        write("put_bucket_ownership_controls", OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]})
    else:
        write("delete_bucket_ownership_controls")


def _put_encryption(read: Ask, write: Put, encryption: Encryption) -> None:
    """PutBucketEncryption replaces the rule, so the encryption types it blocks (SSE-C) are carried over."""
    rule: dict[str, Any] = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": encryption.bucket_key,
    }
    if encryption.key:
        named = {} if encryption.key == _AWS_KEY else {"KMSMasterKeyID": encryption.key}
        rule["ApplyServerSideEncryptionByDefault"] = {"SSEAlgorithm": "aws:kms", **named}
    told = _or_nothing(read, "get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError")
    for old in told.get("ServerSideEncryptionConfiguration", {}).get("Rules", []):
        if "BlockedEncryptionTypes" in old:
            rule["BlockedEncryptionTypes"] = old["BlockedEncryptionTypes"]
    write("put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": [rule]})


def _put_lifecycle(write: Put, rules: tuple[LifecycleRule, ...]) -> None:
    """PutBucketLifecycleConfiguration replaces the whole set, and refuses an empty one (botocore model s3)."""
    if rules:
        told = {"Rules": [lifecycle_rule(rule) for rule in rules]}
        write("put_bucket_lifecycle_configuration", LifecycleConfiguration=told)
    else:
        write("delete_bucket_lifecycle")


def lifecycle_rule(rule: LifecycleRule) -> dict[str, Any]:
    """The rule as S3 takes it; `other` holds what trailkeep does not model, and is put back as it was."""
    other: dict[str, Any] = json.loads(rule.other) if rule.other else {}
    modelled = {
        "Expiration": {"Days": rule.expire_days, "ExpiredObjectDeleteMarker": rule.expired_delete_markers or None},
        "NoncurrentVersionExpiration": {"NoncurrentDays": rule.noncurrent_days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": rule.abort_multipart_days},
    }
    told: dict[str, Any] = {**other, "Status": "Enabled" if rule.enabled else "Disabled"}
    if rule.id:
        told["ID"] = rule.id
    for name, fields in modelled.items():
        said = {k: v for k, v in fields.items() if v is not None} | other.get(name, {})
        if said:
            told[name] = said
    told["Filter"] = _filter(rule.prefix, other.get("Filter", {}))
    return told


def _filter(prefix: str, narrower: Mapping[str, Any]) -> dict[str, Any]:
    """One condition stands alone, several go into And, where tags are a list (botocore model s3)."""
    found = dict(narrower) | ({"Prefix": prefix} if prefix else {})
    if len(found) > 1 or "Tags" in found:
        if "Tag" in found:
            found["Tags"] = [found.pop("Tag")]
        return {"And": found}
    return found or {"Prefix": ""}


def _put_policy(write: Put, policy: str) -> None:
    if policy:
        write("put_bucket_policy", Policy=policy)
    else:
        write("delete_bucket_policy", so_already={"NoSuchBucketPolicy"})


def _put_tags(read: Ask, write: Put, before: Tags, after: Tags) -> None:
    """The set is replaced as a whole: tags that neither `before` nor `after` knows are somebody else's, and stay."""
    told = _or_nothing(read, "get_bucket_tagging", "NoSuchTagSet").get("TagSet", [])
    found = {t["Key"]: t["Value"] for t in told}
    taken = set(dict(before)) - set(dict(after))
    wanted = {k: v for k, v in found.items() if k not in taken} | dict(after)
    if wanted == found:
        return
    if wanted:
        write("put_bucket_tagging", Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in wanted.items()]})
    else:
        write("delete_bucket_tagging")


def _or_nothing(read: Ask, operation: str, absent: str) -> Answer:
    try:
        return read(operation)
    except AwsError as error:
        if error.code == absent:
            return {}
        raise
