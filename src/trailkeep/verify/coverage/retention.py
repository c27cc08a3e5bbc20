"""Whether objects are kept as long as was promised, as far as the oldest one and the lifecycle can tell."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trailkeep.verify.coverage.row import State
from trailkeep.verify.lifecycle import Kept

_MARGIN: Final = timedelta(days=2)
"""Lifecycle acts at midnight UTC, and a trail's first delivery comes after its start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What can be said: COVERED as promised, UNCOVERED broken, UNKNOWN too early to tell, NOT EXPECTED no promise."""

    state: State
    detail: str


def judge_retention(
    *, oldest: datetime | None, promised: int | None, kept: Kept, began: datetime | None, now: datetime
) -> Retention:
    """`promised` days (None: no promise) against what the lifecycle keeps and the oldest object.

    `began` is when logging was first started, None where that is not known.
    """
    if oldest is None:
        return Retention(state=State.UNKNOWN, detail="no object was found whose age could be told")
    age = (now - oldest).days
    there = f"the oldest object is {age} days old ({oldest:%Y-%m-%d})"
    if promised is None:
        days = kept.days
        said = "; no lifecycle rule expires objects"
        said = said if days is None else f"; lifecycle expires objects after {days} days"
        return Retention(
            state=State.NOT_EXPECTED, detail=there + said + "; no specification says how long to keep them"
        )
    if (early := _early(kept, promised, there)) is not None:
        return early
    if age >= promised - 1:
        return Retention(state=State.COVERED, detail=f"{there}, {promised} days are promised")
    if began is not None and began < oldest - _MARGIN and began > now - timedelta(days=promised):
        detail = f"{there}, but logging began on {began:%Y-%m-%d}: what is older is not where it was looked for"
        return Retention(state=State.UNCOVERED, detail=detail)
    due = oldest + timedelta(days=promised)
    detail = f"{there}: the archive is too young to show {promised} days, look again on {due:%Y-%m-%d}"
    return Retention(state=State.COVERED, detail=detail)


def _early(kept: Kept, promised: int, there: str) -> Retention | None:
    """What is said where lifecycle ends objects before they may end, or may do so."""
    if kept.days is not None and kept.days < promised:
        detail = f"lifecycle expires objects after {kept.days} days, {promised} are promised; {there}"
        return Retention(state=State.UNCOVERED, detail=detail)
    if kept.perhaps is not None and kept.perhaps < promised:
        detail = (
            f"the lifecycle rule {kept.rule or 'without a name'} expires some objects after {kept.perhaps} days, "
            f"{promised} are promised: whether logs are among them, tags, sizes or a longer prefix decide; {there}"
        )
        return Retention(state=State.UNKNOWN, detail=detail)
    return None
