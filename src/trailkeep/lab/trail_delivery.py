"""Whether CloudTrail can deliver: what it checks when a trail is made or changed, and what it would find later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trailkeep.lab.decision import Ask, service_may
from trailkeep.lab.keys import find_key, service_may_encrypt
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.trails import SERVICE
from trailkeep.lab.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a trail delivers, and as whom."""

    arn: str
    owner: str
    bucket: str
    prefix: str | None
    organization: bool
    key: str | None


def destination_of(trail: Any) -> Destination:
    """A trail's destination."""
    return Destination(
        arn=trail.arn,
        owner=trail.account_id,
        bucket=trail.bucket_name,
        prefix=trail.s3_key_prefix,
        organization=trail.is_org_trail,
        key=trail.kms_key_id,
    )


def check_destination(world: World, to: Destination) -> None:
    """Raise what CreateTrail and UpdateTrail answer when bucket, bucket policy, key or key policy do not do."""
    bucket = world.bucket(to.bucket)
    if bucket is None:
        raise Refusal("S3BucketDoesNotExistException", f"S3 bucket {to.bucket} does not exist!")
    paths = [f"AWSLogs/{to.owner}/"]
    if to.organization:
        paths.append(f"AWSLogs/{world.organization_id}/")
    if not (_may_read_acl(world, bucket, to) and all(_may_write(world, bucket, to, path) for path in paths)):
        raise Refusal(
            "InsufficientS3BucketPolicyException", f"Incorrect S3 bucket policy is detected for bucket: {to.bucket}"
        )
    if to.key:
        _check_key(world, bucket, to)


def delivery_error(world: World, trail: Any, account: str, region: str) -> str | None:
    """The S3 error that delivery for an account and Region would meet now, None when it would succeed."""
    to = destination_of(trail)
    bucket = world.bucket(to.bucket)
    if bucket is None:
        return "NoSuchBucket"
    scope = f"{world.organization_id}/" if to.organization else ""
    allowed = _may_write(world, bucket, to, f"AWSLogs/{scope}{account}/CloudTrail/{region}/")
    return None if allowed else "AccessDenied"


def _may_read_acl(world: World, bucket: Any, to: Destination) -> bool:
    ask = bucket_ask(bucket, "s3:GetBucketAcl", f"arn:aws:s3:::{bucket.name}")
    return service_may(world, SERVICE, ask, source_arn=to.arn, source_account=to.owner)


def _may_write(world: World, bucket: Any, to: Destination, path: str) -> bool:
    prefix = f"{to.prefix}/" if to.prefix else ""
    ask = bucket_ask(
        bucket, "s3:PutObject", f"arn:aws:s3:::{bucket.name}/{prefix}{path}CloudTrail_write_check", FULL_CONTROL
    )
    return service_may(world, SERVICE, ask, source_arn=to.arn, source_account=to.owner)


FULL_CONTROL = {"s3:x-amz-acl": ("bucket-owner-full-control",)}
"""CloudTrail and Config send this header also when ACLs are off."""


def bucket_ask(bucket: Any, action: str, resource: str, context: Mapping[str, tuple[str, ...]] | None = None) -> Ask:
    """A question about a bucket or what is in it."""
    return Ask(
        action=action,
        resource=resource,
        owner=bucket.account_id,
        policy=bucket.policy,
        named=f"policy of bucket {bucket.name}",
        context=context or {},
    )


def _check_key(world: World, bucket: Any, to: Destination) -> None:
    key = find_key(world, str(to.key), account=to.owner, region=bucket.region_name)
    if key is None or key.region != bucket.region_name:
        raise Refusal("KmsKeyNotFoundException", f"The KMS key {to.key} was not found in the Region of the S3 bucket.")
    if not key.enabled:
        raise Refusal("KmsException", f"The KMS key {to.key} is disabled.")
    rule = (bucket.encryption or {}).get("Rule", {})
    decrypt = str(rule.get("BucketKeyEnabled", "false")).lower() == "true"
    if not service_may_encrypt(
        world, key, service=SERVICE, source_arn=to.arn, source_account=to.owner, decrypt=decrypt
    ):
        raise Refusal(
            "InsufficientEncryptionPolicyException",
            f"Insufficient permissions to access S3 bucket {to.bucket} or KMS key {to.key}.",
        )
