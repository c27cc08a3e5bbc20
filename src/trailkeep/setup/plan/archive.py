"""Desired key and buckets against those observed: a safe order, and nothing that would weaken protection."""

from collections.abc import Iterator
from typing import Any

from trailkeep.errors import SpecError
from trailkeep.model.archive import Bucket, Lock
from trailkeep.model.change import Change, CreateBucket, CreateKey, EnableMfaDelete, Reason, SetBucket, SetKey
from trailkeep.model.change.archive import BucketSetting
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.desired.state import Desired
from trailkeep.setup.plan.mfa_delete import procedure
from trailkeep.setup.spec import Spec

_SETTINGS: tuple[tuple[BucketSetting, Reason], ...] = (
    ("versioning", reasons.VERSIONING),  # first: S3 rejects Object Lock on an unversioned bucket
    ("blocks_public_access", reasons.PUBLIC),
    ("ownership", reasons.OWNERSHIP),
    ("encryption", reasons.ENCRYPTION),
    ("lifecycle", reasons.LIFECYCLE),
    ("lock", reasons.LOCK),
    ("tags", reasons.TAGS),
)

LONGEST_BUCKET_POLICY = 20_480
"""Bytes (https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html)."""
LONGEST_KEY_POLICY = 32_768
"""Bytes (https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html)."""


def reconcile_key(spec: Spec, desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """The key, enabled, rotating, with its policy; narrowed once retired trails are gone."""
    key = desired.key
    if key is None or snapshot.blind(key.account):
        return
    _refuse_too_long(f"the policy of key {key.alias}", key.policy, LONGEST_KEY_POLICY)
    at: dict[str, Any] = {"account": key.account, "region": key.region, "reason": reasons.KEY}
    seen = next((k for k in snapshot.keys if k.alias == key.alias and k.account == key.account), None)
    if seen is None:
        yield CreateKey(**at, key=key, tags=tuple(sorted(spec.tags.items())))
        seen = key
    for setting in ("state", "policy", "rotates"):
        before, after = getattr(seen, setting), getattr(key, setting)
        if before != after:
            yield SetKey(**at, arn=seen.arn, alias=key.alias, setting=setting, before=before, after=after)
    if desired.key_narrow != key.policy and desired.retired:
        yield SetKey(
            **at,
            arn=seen.arn,
            alias=key.alias,
            setting="policy",
            before=key.policy,
            after=desired.key_narrow,
            last=True,
        )


def reconcile_buckets(desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """Each bucket, setting by setting; the policy is the last thing before a trail may come."""
    for bucket in desired.buckets:
        if snapshot.blind(bucket.account) or _is_half_read(bucket, snapshot):
            continue
        observed = snapshot.bucket(bucket.name)
        if observed is None:
            observed = fresh(bucket)
            yield CreateBucket(account=bucket.account, region=bucket.region, reason=reasons.BUCKET, bucket=observed)
        _refuse_to_weaken(bucket, observed)
        _refuse_too_long(f"the policy of bucket {bucket.name}", bucket.policy, LONGEST_BUCKET_POLICY)
        yield from _settings(bucket, observed)
        policy = reasons.TRAIL_POLICY if bucket.name == desired.places.trail_bucket else reasons.CONFIG_POLICY
        if bucket.policy != observed.policy:
            yield _set(bucket, "policy", policy, observed.policy, bucket.policy)
        if (
            bucket.name == desired.places.trail_bucket
            and desired.retired
            and desired.trail_policy_narrow != bucket.policy
        ):
            yield _set(bucket, "policy", policy, bucket.policy, desired.trail_policy_narrow, last=True)
        if bucket.mfa_delete and not observed.mfa_delete:
            yield EnableMfaDelete(
                account=bucket.account,
                region=bucket.region,
                reason=reasons.MFA_DELETE,
                bucket=bucket.name,
                procedure=procedure(bucket.name, bucket.account),
            )


def _is_half_read(bucket: Bucket, snapshot: Snapshot) -> bool:
    """A setting that could not be read might be stronger than ours: nothing is written over it."""
    parts = (u.what for u in snapshot.unreachable if u.account == bucket.account)
    return any(w.startswith(f"bucket {bucket.name}") and not w.endswith("request payment") for w in parts)


def fresh(bucket: Bucket) -> Bucket:
    """What CreateBucket leaves: with Object Lock asked for, versioning is on and no default rule is set."""
    return Bucket(
        name=bucket.name,
        account=AccountId(bucket.account),
        region=Region(bucket.region),
        versioning="Enabled" if bucket.lock else "",
        lock=Lock(mode=None, days=None) if bucket.lock else None,
    )


def _settings(bucket: Bucket, observed: Bucket) -> Iterator[Change]:
    for setting, reason in _SETTINGS:
        before, after = getattr(observed, setting), getattr(bucket, setting)
        if setting == "lock" and after is None:
            continue  # it cannot be switched off; on a Config bucket the specification was refused before
        if setting == "lifecycle" and observed.mfa_delete:
            continue  # S3 refuses it; the contradiction with the specification was refused before
        if before != after:
            yield _set(bucket, setting, reason, before, after)


def _set(
    bucket: Bucket, setting: BucketSetting, reason: Reason, before: object, after: object, *, last: bool = False
) -> SetBucket:
    return SetBucket(
        account=bucket.account,
        region=bucket.region,
        reason=reason,
        bucket=bucket.name,
        setting=setting,
        before=before,
        after=after,
        last=last,
    )


def _refuse_too_long(what: str, policy: str, limit: int) -> None:
    size = len(policy.encode())
    if size > limit:
        raise SpecError(
            f"{what} would have {size:,} bytes, AWS takes {limit:,}",
            hint="name fewer `archive.readers`, or write `recorder.write_condition: organization`",
        )


def _refuse_to_weaken(bucket: Bucket, observed: Bucket) -> None:
    if observed.lock is None or bucket.lock is None or observed.lock.days is None or bucket.lock.days is None:
        return
    weaker_mode = observed.lock.mode == "COMPLIANCE" and bucket.lock.mode == "GOVERNANCE"
    if bucket.lock.days < observed.lock.days or weaker_mode:
        raise SpecError(
            f"{bucket.name}: default retention would shrink from {observed.lock.mode} {observed.lock.days} days "
            f"to {bucket.lock.mode} {bucket.lock.days} days",
            hint="raise `archive.lock`, or use a new bucket (another `archive.name`)",
        )
