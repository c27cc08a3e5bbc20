"""Attacks on the archive's bucket: policy, versioning, lifecycle, lock, encryption, copies, public access."""

import json
from collections.abc import Mapping
from typing import Any

from trailkeep.app.attacks.attempt import Attempt, Params, Step, Targets, Who

_BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_OPEN = dict.fromkeys(_BLOCKED, False)
_ADMINS = (Who.ARCHIVE, Who.ARCHIVE_ROOT)


def _bucket(**more: Any) -> Params:  # noqa: ANN401 whatever the operation takes
    return lambda t: {"Bucket": t.bucket, **more}


def _attempt(
    what: str,
    operation: str,
    params: Params,
    back: tuple[str, Params] | None = None,
    by: tuple[Who, ...] = _ADMINS,
) -> Attempt:
    def undo(t: Targets) -> tuple[Step, ...]:
        if back is None:
            return ()
        return (Step(account=t.archive, service="s3", operation=back[0], params=back[1](t), region=t.home),)

    return Attempt(what=what, by=by, service="s3", operation=operation, params=params, undo=undo)


def _own_policy(t: Targets) -> Mapping[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{t.archive}:root"},
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{t.bucket}", f"arn:aws:s3:::{t.bucket}/*"],
    }
    return {"Bucket": t.bucket, "Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}


def _kept_policy(t: Targets) -> Mapping[str, Any]:
    return {"Bucket": t.bucket, "Policy": t.bucket_policy}


def _replication(t: Targets) -> Mapping[str, Any]:
    rule = {
        "ID": "away",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{t.elsewhere}"},
    }
    role = t.role(t.archive, t.access_role)
    return {"Bucket": t.bucket, "ReplicationConfiguration": {"Role": role, "Rules": [rule]}}


_EXPIRE = {"Rules": [{"ID": "gone", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}
_SSE_S3 = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}

ATTEMPTS = (
    _attempt(
        "replace the bucket policy",
        "put_bucket_policy",
        _own_policy,
        ("put_bucket_policy", _kept_policy),
        (*_ADMINS, Who.MEMBER, Who.OUTSIDER),
    ),
    _attempt(
        "delete the bucket policy",
        "delete_bucket_policy",
        _bucket(),
        ("put_bucket_policy", _kept_policy),
        (*_ADMINS, Who.OUTSIDER),
    ),
    _attempt(
        "suspend versioning",
        "put_bucket_versioning",
        _bucket(VersioningConfiguration={"Status": "Suspended"}),
        ("put_bucket_versioning", _bucket(VersioningConfiguration={"Status": "Enabled"})),
    ),
    _attempt(
        "expire logs after a day",
        "put_bucket_lifecycle_configuration",
        _bucket(LifecycleConfiguration=_EXPIRE),
        ("delete_bucket_lifecycle", _bucket()),
    ),
    _attempt("drop the default key", "put_bucket_encryption", _bucket(ServerSideEncryptionConfiguration=_SSE_S3)),
    _attempt(
        "replicate elsewhere",
        "put_bucket_replication",
        _replication,
        ("delete_bucket_replication", _bucket()),
        (Who.ARCHIVE,),
    ),
    _attempt(
        "open the bucket to the public",
        "put_public_access_block",
        _bucket(PublicAccessBlockConfiguration=_OPEN),
        ("put_public_access_block", _bucket(PublicAccessBlockConfiguration=_BLOCKED)),
    ),
    _attempt(
        "give the bucket ACLs",
        "put_bucket_ownership_controls",
        _bucket(OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}),
        by=(Who.ARCHIVE,),
    ),
    _attempt(
        "make the bucket public by ACL", "put_bucket_acl", _bucket(ACL="public-read"), by=(Who.ARCHIVE, Who.OUTSIDER)
    ),
    _attempt(
        "take the default retention off",
        "put_object_lock_configuration",
        _bucket(ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}),
        by=(Who.ARCHIVE,),
    ),
    _attempt("delete the bucket", "delete_bucket", _bucket(), by=(*_ADMINS, Who.OUTSIDER, Who.ANONYMOUS)),
)
