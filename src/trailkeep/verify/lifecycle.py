"""How long a bucket's lifecycle keeps the objects of one folder: surely, perhaps, and their old versions.

A rule is in force for a key that begins with its prefix, that has all its tags, and whose size lies within its bounds
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-filters.html). Of an object that is gone neither
tags nor size are known: such a rule may have expired it, or not.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from trailkeep.model.archive import LifecycleRule

_SMALLEST: Final = 20
"""No gzip file has fewer bytes, so a rule for objects above less is one for all (RFC 1952: header and trailer)."""

_LARGEST: Final = 50 << 40
"""S3 keeps no larger object (Amazon S3 User Guide, upload-objects.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Days after which objects are expired: `days` by rules in force for all of them, `perhaps` by the others.

    None where no rule does. `versions` are the days for which old versions stay at least, None for ever; `rule` is the
    id of the rule behind `perhaps`.
    """

    days: int | None = None
    perhaps: int | None = None
    versions: int | None = None
    rule: str = ""

    def horizon(self, now: datetime) -> datetime | None:
        """What was written before has been expired."""
        return _before(self.days, now)

    def perhaps_horizon(self, now: datetime) -> datetime | None:
        """What was written before may have been expired; None where that is no earlier than what surely was."""
        days = self.perhaps if self.days is None or (self.perhaps or 0) < self.days else None
        return _before(days, now)


def kept(rules: Iterable[LifecycleRule], folder: str, now: datetime) -> Kept:
    """What the rules of a bucket do to the objects below a folder (its key, with the final slash)."""
    days: list[int] = []
    maybe: list[tuple[int, str]] = []
    versions: list[int] = []
    for rule in rules:
        whole = folder.startswith(rule.prefix)
        if not rule.enabled or not (whole or rule.prefix.startswith(folder)):
            continue
        rest = _rest(rule)
        narrowed = not whole or _narrows(rest.get("Filter"))
        ends = _expires(rule, rest, now)
        if ends is not None and narrowed:
            maybe.append((ends, rule.id))
        elif ends is not None:
            days.append(ends)
        if rule.noncurrent_days is not None:
            versions.append(rule.noncurrent_days)
    perhaps, named = min(maybe, default=(None, ""))
    return Kept(days=min(days, default=None), perhaps=perhaps, versions=min(versions, default=None), rule=named)


def _expires(rule: LifecycleRule, rest: Mapping[str, Any], now: datetime) -> int | None:
    """After how many days; a rule with a date expires whatever there is from that day on, every day."""
    if rule.expire_days is not None:
        return rule.expire_days
    expiration = rest.get("Expiration")
    date = expiration.get("Date") if isinstance(expiration, Mapping) else None
    if not isinstance(date, str):
        return None
    try:
        since = datetime.fromisoformat(date)
    except ValueError:
        return None
    return 0 if (since if since.tzinfo else since.replace(tzinfo=UTC)) <= now else None


def _narrows(found: object) -> bool:
    """Whether a filter leaves out anything that CloudTrail or AWS Config writes: by a tag, or by size."""
    if not isinstance(found, Mapping):
        return False
    above, below = found.get("ObjectSizeGreaterThan"), found.get("ObjectSizeLessThan")
    sized = (isinstance(above, int) and above >= _SMALLEST) or (isinstance(below, int) and below <= _LARGEST)
    return sized or bool(set(found) - {"ObjectSizeGreaterThan", "ObjectSizeLessThan"})


def _rest(rule: LifecycleRule) -> Mapping[str, Any]:
    try:
        found = json.loads(rule.other) if rule.other else {}
    except ValueError:
        return {"Filter": {"unreadable": True}}
    return found if isinstance(found, Mapping) else {}


def _before(days: int | None, now: datetime) -> datetime | None:
    """Lifecycle acts at midnight UTC (Amazon S3 User Guide, intro-lifecycle-rules.html)."""
    if days is None:
        return None
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
    return midnight - timedelta(days=min(days, (midnight - datetime(1, 1, 2, tzinfo=UTC)).days))
