"""A37: the logs of that day have expired, or must be restored before they can be read."""

from collections.abc import Iterator
from datetime import date

from trailkeep.doctor import lifecycle, objects, remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_GONE = "Raise the days of the rule for what is still there; what has expired may be left as noncurrent versions."
_FROZEN = "Restore the objects (RestoreObject), or keep the days that are investigated in a class that can be read."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        bucket = view.snapshot.bucket(trail.bucket)
        if bucket is None:
            yield walk.unseen(view, trail.bucket)
            continue
        lost = walk.setting_lost(view, bucket, "lifecycle")
        if lost is not None:
            yield lost
            continue
        yield _of(view, bucket, objects.of_trail(view, trail, subject.account or trail.owner), subject.day)


def _of(view: View, bucket: Bucket, key: str, day: date | None) -> Case:
    where, source = f"bucket {bucket.name}", "s3 GetBucketLifecycleConfiguration"
    days = lifecycle.ends(bucket, key)
    frozen = [t for t in lifecycle.transitions(bucket) if t.storage in lifecycle.FROZEN]
    if days is None and not frozen:
        return Fine(because="no rule ends these objects or freezes them")
    rules = [f"they expire after {days} days"] if days else []
    rules += [f"they move to {t.storage} after {t.days} days" for t in frozen]
    if day is None:
        if not frozen:
            return Fine(because=f"{rules[0]}, and no older day is asked about")
        return Unsure(where=where, because="; ".join(rules), tell="say which day's logs are missing: --day 2026-01-31")
    age = (view.snapshot.taken.date() - day).days
    if days is not None and age >= days:
        fix = remedy.in_words(view, _GONE, "archive.retention_days")
        return Found(where=where, said=f"logs of {day} are {age} days old, and {rules[0]}", source=source, fix=fix)
    if any(age >= t.days for t in frozen):
        fix = remedy.in_words(view, _FROZEN)
        return Found(where=where, said=f"logs of {day} are {age} days old, and {rules[-1]}", source=source, fix=fix)
    return Fine(because="logs of that day have neither expired nor been moved")


CAUSE = Cause(
    id="A37",
    name="expired",
    title="The logs have expired, or are in Glacier",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="The age of the day that is asked about (--day) is compared with the lifecycle rules in force.",
    unknown="Objects are moved to Glacier and no day is named; or the rules could not be read.",
    remedy="Restore, or raise the days.",
    sources=(
        "botocore model s3 GetBucketLifecycleConfiguration, RestoreObject",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
    ),
    look=_look,
    about_reading=True,
    nothing="there is no trail",
)
