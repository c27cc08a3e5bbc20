"""The facts that AWS Config's rules judge, taken from the state of the embedded organization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.lab.rules.facts import (
    BucketFacts,
    Facts,
    KeyFacts,
    LifecycleFacts,
    ManagementEvents,
    TrailFacts,
)
from trailkeep.lab.trails import visible_trails
from trailkeep.lab.world import World


def facts_of(world: World, account: str, region: str) -> Facts:
    """What there is in an account and Region at this moment."""
    return Facts(
        account=account,
        region=region,
        management=world.management if world.account(account) is not None else "",
        hub=_hub(world, account, region),
        trails=tuple(_trail(t) for t in visible_trails(world, account, region)),
        buckets=tuple(
            _bucket(world, b)
            for b in tuple(world.backend("s3", account, "aws").buckets.values())
            if b.region_name == region
        ),
        keys=tuple(
            _key(k) for k in tuple(world.backend("kms", account, region).keys.values()) if k.key_manager == "CUSTOMER"
        ),
    )


def is_running(world: World, account: str, region: str) -> bool:
    """Whether the recorder of an account and Region records."""
    return any(r.status.recording for r in tuple(world.backend("config", account, region).recorders.values()))


def records(world: World, account: str, region: str, kind: str) -> bool:
    """Whether the running recorder of an account and Region records a resource type (botocore model RecordingGroup)."""
    for recorder in tuple(world.backend("config", account, region).recorders.values()):
        group = recorder.to_dict().get("recordingGroup") or {}
        excluded = (group.get("exclusionByResourceTypes") or {}).get("resourceTypes") or ()
        every = bool(group.get("allSupported", True)) or bool(excluded)
        if recorder.status.recording and kind not in excluded and (every or kind in (group.get("resourceTypes") or ())):
            return True
    return False


def _hub(world: World, account: str, region: str) -> bool:
    return bool(world.backend("securityhub", account, region).enabled)


def _trail(trail: Any) -> TrailFacts:
    return TrailFacts(
        name=str(trail.trail_name),
        bucket=str(trail.bucket_name),
        topic=str(trail.topic_arn or ""),
        log_group=str(trail.cw_log_group_arn or ""),
        key=str(trail.kms_key_id or ""),
        logs=bool(trail.status.is_logging),
        multi_region=bool(trail.is_multi_region),
        global_events=bool(trail.include_global_service_events),
        validates=bool(trail.log_validation),
        management=tuple(_management(trail)),
    )


def _management(trail: Any) -> Iterator[ManagementEvents]:
    """Both kinds of selectors (CloudTrail API Reference, EventSelector and AdvancedFieldSelector)."""
    if trail.advanced_event_selectors:
        for selector in trail.advanced_event_selectors:
            yield from _advanced(selector.get("FieldSelectors") or ())
    elif trail.event_selectors:
        for selector in trail.event_selectors:
            if selector.get("IncludeManagementEvents", True):
                takes = str(selector.get("ReadWriteType") or "All")
                yield ManagementEvents(
                    reads=takes != "WriteOnly",
                    writes=takes != "ReadOnly",
                    excludes=bool(selector.get("ExcludeManagementEventSources")),
                )
    else:
        yield ManagementEvents(reads=True, writes=True, excludes=False)


def _advanced(fields: Any) -> Iterator[ManagementEvents]:
    asked: Mapping[str, Mapping[str, Any]] = {str(one.get("Field", "")): one for one in fields}
    if "Management" in (asked.get("eventCategory", {}).get("Equals") or ()):
        only = asked.get("readOnly", {}).get("Equals") or ()
        yield ManagementEvents(
            reads=not only or "true" in only,
            writes=not only or "false" in only,
            excludes=bool(set(asked) - {"eventCategory", "readOnly"}),
        )


def _bucket(world: World, bucket: Any) -> BucketFacts:
    block = bucket.public_access_block
    default = (bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
    policy = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
    return BucketFacts(
        name=str(bucket.name),
        versioned=bucket.versioning_status == "Enabled",
        mfa_delete=bucket.name in world.mfa_delete,
        locks=bool(bucket.object_lock_enabled and bucket.default_lock_mode),
        lock_mode=str(bucket.default_lock_mode or "").upper(),
        blocks=block is not None
        and all(
            (
                block.block_public_acls,
                block.ignore_public_acls,
                block.block_public_policy,
                block.restrict_public_buckets,
            )
        ),
        policy=str(policy or ""),
        lifecycle=tuple(_lifecycle(rule) for rule in bucket.rules or () if rule.status == "Enabled"),
        algorithm=str(default.get("SSEAlgorithm") or ""),
        key=str(default.get("KMSMasterKeyID") or ""),
    )


def _lifecycle(rule: Any) -> LifecycleFacts:
    prefix = rule.prefix if rule.prefix is not None else getattr(rule.filter, "prefix", None)
    moves = ((str(t.storage_class), _days(t.days)) for t in rule.transitions or ())
    return LifecycleFacts(
        prefix=str(prefix or ""),
        expiration_days=_days(rule.expiration_days),
        transitions=tuple((storage, days) for storage, days in moves if days is not None),
    )


def _days(text: Any) -> int | None:
    return int(text) if str(text).isdecimal() else None


def _key(key: Any) -> KeyFacts:
    return KeyFacts(
        id=str(key.id),
        arn=str(key.arn),
        rotatable=key.key_spec == "SYMMETRIC_DEFAULT" and key.origin == "AWS_KMS",
        rotates=bool(key.key_rotation_status),
        state=str(key.key_state),
    )
