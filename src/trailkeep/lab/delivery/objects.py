"""Writing objects as a service does: straight into moto's S3, encrypted and locked as the bucket says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from isal import igzip

from trailkeep.lab.world import World

JSON_GZIP = {"Content-Type": "application/json", "Content-Encoding": "gzip"}


def put_object(
    world: World,
    bucket_name: str,
    key: str,
    body: bytes,
    *,
    moment: float,
    metadata: Mapping[str, str] | None = None,
    kms_key: str | None = None,
) -> Any:
    """Write an object at a moment (seconds since the epoch), and give moto's record of it.

    `metadata` is its S3 user metadata. Raises ValueError for a bucket that is not there.
    """
    bucket = world.bucket(bucket_name)
    if bucket is None:
        raise ValueError(f"there is no bucket {bucket_name}")
    when = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
    locked = bucket.object_lock_enabled and bucket.default_lock_mode
    until = when + timedelta(days=bucket.default_lock_days + 365 * bucket.default_lock_years) if locked else None
    made = world.backend("s3", bucket.account_id, "aws").put_object(
        bucket_name,
        key,
        body,
        encryption="aws:kms" if kms_key else None,
        kms_key_id=kms_key,
        lock_mode=bucket.default_lock_mode if locked else None,
        lock_until=until.strftime("%Y-%m-%dT%H:%M:%SZ") if until else None,
    )
    made.set_metadata({**JSON_GZIP, **{f"x-amz-meta-{name}": value for name, value in (metadata or {}).items()}})
    made.last_modified = when
    return made


def zipped(content: bytes) -> bytes:
    """One gzip member without a time, so that the same content gives the same bytes."""
    return igzip.compress(content, 2, mtime=0)
