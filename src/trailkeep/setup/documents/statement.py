"""How a policy statement is put together, and what deletes, weakens or forges logs."""

from collections.abc import Iterable, Mapping
from typing import Any

from trailkeep.model.document import canonical

Statement = dict[str, Any]

DESTROY = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
)
"""What ends a log object's life, or shortens the promise that protects it."""

FORGE = (
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:UpdateObjectEncryption",
)
"""What puts something into the archive that no log service wrote."""

WEAKEN = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketTagging",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
"""What takes protection off a bucket (action names: Service Authorization Reference, Amazon S3)."""


def statement(sid: str, effect: str, actions: Iterable[str], resources: Iterable[str], **rest: Any) -> Statement:  # noqa: ANN401
    """One statement; `rest` may hold Principal and Condition, left out when None."""
    parts = {
        "Sid": sid,
        "Effect": effect,
        "Principal": rest.get("Principal"),
        "Action": sorted(actions),
        "Resource": sorted(resources),
        "Condition": rest.get("Condition"),
    }
    return {key: value for key, value in parts.items() if value is not None}


def deny(sid: str, actions: Iterable[str], resources: Iterable[str], exempt: Iterable[str]) -> Statement:
    """A statement of an SCP that denies everybody but the roles in `exempt`."""
    exempted = sorted(exempt)
    condition = {"ArnNotLike": {"aws:PrincipalArn": exempted}} if exempted else None
    return statement(sid, "Deny", actions, resources, Condition=condition)


def document(statements: Iterable[Mapping[str, Any]]) -> str:
    """A policy document as canonical, minified JSON."""
    return canonical({"Version": "2012-10-17", "Statement": list(statements)})


def bucket_and_objects(partition: str, *buckets: str) -> list[str]:
    """Each bucket and everything in it: deny statements that forget one of the two protect nothing."""
    return [f"arn:{partition}:s3:::{b}{tail}" for b in buckets for tail in ("", "/*")]
