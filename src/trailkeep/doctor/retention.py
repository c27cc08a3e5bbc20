"""How long logs should be kept, and which lifecycle rules end them earlier."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from trailkeep.doctor import objects
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket, LifecycleRule
from trailkeep.model.ids import AccountId

Ends = Literal["current", "noncurrent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Days that current and replaced versions should be kept; None for `keep` means for ever."""

    keep: int | None
    noncurrent: int | None


def wanted(view: View, subject: Subject) -> Wanted | None:
    """What the person or the specification wants; None where nobody says."""
    noncurrent = view.spec.archive.noncurrent_days if view.spec else None
    if subject.retention_days is not None:
        return Wanted(keep=subject.retention_days, noncurrent=noncurrent)
    return Wanted(keep=view.spec.archive.retention_days, noncurrent=noncurrent) if view.spec else None


def early(bucket: Bucket, want: Wanted, ends: Ends) -> Iterator[tuple[LifecycleRule, str]]:
    """The rules in force that end current (or replaced) versions too early, with what they say."""
    for rule in bucket.lifecycle:
        days = rule.expire_days if ends == "current" else rule.noncurrent_days
        least = want.keep if ends == "current" else want.noncurrent
        if not rule.enabled:
            continue
        what = "current versions" if ends == "current" else "replaced or deleted versions"
        if days is not None and ((ends == "current" and least is None) or (least is not None and days < least)):
            promised = f"{least} days" if least is not None else "for ever"
            yield rule, f"rule {rule.id} ends {what} after {days} days; wanted is {promised}"
        elif ends == "current" and '"Date"' in rule.other:
            yield rule, f"rule {rule.id} ends {what} at a date"


def keys(view: View, bucket: Bucket, account: AccountId | None = None) -> dict[str, str]:
    """A prefix for each kind of log that is written into a bucket, by its name."""
    found: dict[str, str] = {}
    for trail in view.trails:
        if trail.bucket == bucket.name:
            owner = account or trail.owner
            found.setdefault("log files", objects.of_trail(view, trail, owner))
            found.setdefault("digests", objects.of_trail(view, trail, owner, "CloudTrail-Digest"))
            found.setdefault("Insights events", objects.of_trail(view, trail, owner, "CloudTrail-Insight"))
    for owner, cells in view.snapshot.cells.items():
        for cell in cells.values():
            if cell.channel is not None and cell.channel.bucket == bucket.name:
                return {**found, "Config files": objects.of_channel(cell.channel, account or owner)}
    return found
