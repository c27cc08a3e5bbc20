"""The archive as it should be: two buckets and their key (recipe 2.1, 3.2)."""

from typing import Literal

from trailkeep.model.archive import Bucket, Encryption, Key, LifecycleRule, Lock
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.documents.bucket_policy import config_bucket_policy, trail_bucket_policy
from trailkeep.setup.documents.key_policy import key_policy
from trailkeep.setup.documents.writers import Writer
from trailkeep.setup.places import Places
from trailkeep.setup.spec import Spec

RULE = "trailkeep-retention"
MULTIPART_DAYS = 7


def desired_key(spec: Spec, places: Places, writers: tuple[Writer, ...], accounts: tuple[str, ...]) -> Key | None:
    """A key of the security account, so that no one account holds both logs and key; None with `encryption: s3`."""
    if not places.key_arn:
        return None
    return Key(
        arn=places.key_arn,
        alias=places.key_alias,
        account=places.security,
        region=places.home,
        state="Enabled",
        rotates=True,
        policy=key_policy(spec, places, writers, accounts),
    )


def desired_buckets(
    spec: Spec, snapshot: Snapshot, places: Places, writers: tuple[Writer, ...], accounts: tuple[str, ...]
) -> tuple[Bucket, ...]:
    """The trail bucket (locked, or under MFA Delete) and the Config bucket (never locked).

    AWS Config cannot deliver into a bucket with default retention
    (https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html).
    """
    trail_policy = trail_bucket_policy(spec, places, writers)
    config_policy = config_bucket_policy(spec, places, accounts)
    lock = Lock(mode=_mode(spec), days=spec.lock.days) if spec.lock else None
    trail = _bucket(spec, places, snapshot.bucket(places.trail_bucket), places.trail_bucket, trail_policy, lock)
    config = _bucket(spec, places, snapshot.bucket(places.config_bucket), places.config_bucket, config_policy, None)
    return (trail, config) if writers else (config,)


def _mode(spec: Spec) -> Literal["GOVERNANCE", "COMPLIANCE"]:
    assert spec.lock is not None
    return "COMPLIANCE" if spec.lock.mode == "compliance" else "GOVERNANCE"


def _bucket(spec: Spec, places: Places, observed: Bucket | None, name: str, policy: str, lock: Lock | None) -> Bucket:
    own = dict(spec.tags)
    kept = dict(observed.tags) if observed else {}
    return Bucket(
        name=name,
        account=places.log_archive,
        region=places.home,
        versioning="Enabled",
        mfa_delete=spec.archive.protection == "mfa",
        lock=lock,
        # Bucket Keys change the encryption context that the key policy checks
        encryption=Encryption(key=places.key_arn, bucket_key=False),
        lifecycle=_lifecycle(spec, observed),
        policy=policy,
        blocks_public_access=True,
        ownership="BucketOwnerEnforced",
        tags=tuple(sorted({**kept, **own}.items())),
    )


def _lifecycle(spec: Spec, observed: Bucket | None) -> tuple[LifecycleRule, ...]:
    """Our rule, and rules of others that end nothing earlier (PutBucketLifecycleConfiguration replaces the set).

    S3 refuses lifecycle on a bucket with MFA Delete
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html).
    Objects below 128 KB are not transitioned by default and most log objects are, so no transition is proposed.
    """
    if spec.archive.protection == "mfa":
        return ()
    keep, noncurrent = spec.archive.retention_days, spec.archive.noncurrent_days
    ours = LifecycleRule(
        id=RULE,
        enabled=True,
        prefix="",
        expire_days=keep,
        noncurrent_days=noncurrent,
        abort_multipart_days=MULTIPART_DAYS,
        # a rule that expires by days removes spent delete markers by itself, and may not ask for it
        expired_delete_markers=keep is None,
        other="",
    )
    others = (r for r in (observed.lifecycle if observed else ()) if r.id != RULE)
    return (ours, *(r for r in others if _is_gentle(r, keep, noncurrent)))


def _is_gentle(rule: LifecycleRule, keep: int | None, noncurrent: int) -> bool:
    ends_current = rule.expire_days is not None and (keep is None or rule.expire_days < keep)
    ends_old = rule.noncurrent_days is not None and rule.noncurrent_days < noncurrent
    return not rule.enabled or not (ends_current or ends_old or "Date" in rule.other)
