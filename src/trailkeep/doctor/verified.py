"""What `trailkeep verify -o json` found, as far as a diagnosis asks: which files are spoiled, in which time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from trailkeep.doctor.view import Subject
from trailkeep.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """An object that is not VALID; `version` is one that can still be read, "" for none."""

    verdict: str
    cause: str
    bucket: str
    key: str
    account: str
    region: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A verification of a place (s3://bucket/prefix) from `since` to `until` (ISO 8601, "" for no bound)."""

    place: str
    since: str
    until: str
    valid: int
    spoiled: tuple[Spoiled, ...]

    def is_of(self, bucket: str) -> bool:
        """Whether it is about a bucket."""
        return f"{self.place}/".startswith(f"s3://{bucket}/") or any(s.bucket == bucket for s in self.spoiled)

    def covers(self, day: date | None) -> bool:
        """Whether a day lies in what was looked at."""
        return day is None or ((self.since or "0") <= f"{day}T23:59:59" and f"{day}" <= (self.until or "9"))

    def settles(self, bucket: str, subject: Subject) -> bool:
        """Whether it read all that the person asks about: then what it did not find gone is there."""
        unread = any(s.verdict not in {"TAMPERED", "MISSING"} for s in self.of(bucket, subject))
        return self.valid > 0 and self.is_of(bucket) and self.covers(subject.day) and not unread

    def of(self, bucket: str, subject: Subject) -> Iterator[Spoiled]:
        """What is not VALID of a bucket, as far as the person asks."""
        day = f"{subject.day:%Y/%m/%d}/" if subject.day else ""
        for one in self.spoiled:
            named = subject.account in {None, one.account} and subject.region in {None, one.region}
            if one.bucket == bucket and named and day in one.key:
                yield one


def parse(text: str, name: str) -> Verified:
    """A verification from its JSON. Raises UsageError for what is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no(name) from error
    if not isinstance(found, dict) or found.get("trailkeep_verify") != 1 or not isinstance(found.get("findings"), list):
        raise _no(name)
    totals = found.get("totals")
    counts = totals.values() if isinstance(totals, dict) else ()
    valid = sum(n for c in counts if isinstance(c, dict) and isinstance(n := c.get("VALID"), int))
    return Verified(
        place=_text(found, "place"),
        since=_text(found, "since"),
        until=_text(found, "until") or _text(found, "expected_until"),
        valid=valid,
        spoiled=tuple(_spoiled(f) for f in found["findings"] if isinstance(f, dict)),
    )


def _spoiled(found: Mapping[str, Any]) -> Spoiled:
    return Spoiled(
        verdict=_text(found, "verdict"),
        cause=_text(found, "cause"),
        bucket=_text(found, "bucket"),
        key=_text(found, "key"),
        account=_text(found, "account"),
        region=_text(found, "region"),
        version=_text(found, "version"),
    )


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _no(name: str) -> UsageError:
    return UsageError(f"{name} is no verification", hint="make one with `trailkeep verify s3://… -o json`")
