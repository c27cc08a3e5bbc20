"""A lifecycle rule as S3 answers it, and what we do not model of it kept as it is."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trailkeep.model.archive import LifecycleRule

Told = Mapping[str, Any]


def fold_rule(told: Told) -> LifecycleRule:
    """Botocore model s3 LifecycleRule; `other` holds transitions, filters by tag or size, dates, version counts."""
    prefix, narrower = _filter(told)
    expiration = dict(told.get("Expiration") or {})
    noncurrent = dict(told.get("NoncurrentVersionExpiration") or {})
    abort = dict(told.get("AbortIncompleteMultipartUpload") or {})
    known = {"ID", "Status", "Prefix", "Filter", "Expiration", "NoncurrentVersionExpiration"}
    known.add("AbortIncompleteMultipartUpload")
    days, markers = expiration.pop("Days", None), expiration.pop("ExpiredObjectDeleteMarker", False)
    noncurrent_days, abort_days = noncurrent.pop("NoncurrentDays", None), abort.pop("DaysAfterInitiation", None)
    rest = {
        "Filter": narrower,
        "Expiration": expiration,
        "NoncurrentVersionExpiration": noncurrent,
        **{k: v for k, v in told.items() if k not in known},
    }
    return LifecycleRule(
        id=told.get("ID", ""),
        enabled=told.get("Status") == "Enabled",
        prefix=prefix,
        expire_days=days,
        noncurrent_days=noncurrent_days,
        abort_multipart_days=abort_days,
        expired_delete_markers=bool(markers),
        other=_text({k: v for k, v in rest.items() if v}),
    )


def _filter(told: Told) -> tuple[str, Told]:
    """The prefix, wherever the rule has it, and what else narrows the rule."""
    found = dict(told.get("Filter") or {})
    if "And" in found:
        found = dict(found["And"])
    prefix = found.pop("Prefix", None) or told.get("Prefix") or ""
    return prefix, found


def _text(value: Told) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=datetime.isoformat) if value else ""
