"""Lifecycle rules read for what they end and move: which keys they are about, after how many days.

Source: botocore model s3 LifecycleRule, Transition; https://docs.aws.amazon.com/AmazonS3/latest/userguide/
lifecycle-transition-general-considerations.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trailkeep.model.archive import Bucket, LifecycleRule

MINIMUM = {"STANDARD_IA": 30, "ONEZONE_IA": 30, "GLACIER_IR": 90, "GLACIER": 90, "DEEP_ARCHIVE": 180}
"""Days that are billed at least in each class."""
FROZEN = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Classes whose objects must be restored before they can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A move to another storage class, `days` after writing; of objects `above` so many bytes, None for all."""

    rule: LifecycleRule
    days: int
    storage: str
    above: int | None


def covers(rule: LifecycleRule, key: str) -> bool:
    """Whether a rule is in force for a key; one that is narrowed by tags or size covers no log for sure."""
    return rule.enabled and key.startswith(rule.prefix) and not _filter(rule)


def ends(bucket: Bucket, key: str) -> int | None:
    """After how many days the current version of a key expires; None for never."""
    days = [r.expire_days for r in bucket.lifecycle if covers(r, key) and r.expire_days]
    return min(days, default=None)


def transitions(bucket: Bucket) -> Iterator[Transition]:
    """Every move of current versions that is in force, by days."""
    for rule in bucket.lifecycle:
        if not rule.enabled:
            continue
        size = _filter(rule).get("ObjectSizeGreaterThan")
        for told in _list(_other(rule).get("Transitions")):
            days, storage = told.get("Days", 0), told.get("StorageClass")
            if isinstance(days, int) and isinstance(storage, str):
                above = size if isinstance(size, int) else None
                yield Transition(rule=rule, days=days, storage=storage, above=above)


def document(rules: Iterable[LifecycleRule]) -> str:
    """Rules as PutBucketLifecycleConfiguration takes them."""
    return json.dumps({"Rules": [_told(rule) for rule in rules]}, ensure_ascii=False)


def _told(rule: LifecycleRule) -> dict[str, Any]:
    other = dict(_other(rule))
    narrower = other.pop("Filter", {})
    narrowed = {"Prefix": rule.prefix, **(narrower if isinstance(narrower, Mapping) else {})}
    told: dict[str, Any] = {"ID": rule.id, "Status": "Enabled" if rule.enabled else "Disabled"}
    told["Filter"] = {"And": narrowed} if len(narrowed) > 1 else narrowed
    if rule.expire_days:
        told["Expiration"] = {"Days": rule.expire_days}
    if rule.noncurrent_days:
        told["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule.noncurrent_days}
    if rule.abort_multipart_days:
        told["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": rule.abort_multipart_days}
    return {**other, **told}


def _filter(rule: LifecycleRule) -> Mapping[str, Any]:
    found = _other(rule).get("Filter")
    return found if isinstance(found, Mapping) else {}


def _other(rule: LifecycleRule) -> Mapping[str, Any]:
    try:
        found = json.loads(rule.other) if rule.other else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
