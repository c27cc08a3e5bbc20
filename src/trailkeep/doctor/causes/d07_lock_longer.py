"""D7: Object Lock holds longer than lifecycle wants, so objects stay and are paid for."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Let the lock be no longer than the expiry. At the expiry the current version only gets a delete marker; the "
    "locked "
    "version stays, unseen, until its lock ends."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "lifecycle") or walk.setting_lost(view, bucket, "object lock")
        days = [r.expire_days for r in bucket.lifecycle if r.enabled and r.expire_days]
        lock = bucket.lock.days if bucket.lock and bucket.lock.mode else None
        if lost is not None:
            yield lost
        elif lock is None or not days or lock <= min(days):
            yield Fine(because="no lock outlasts an expiry")
        else:
            said = f"default retention {lock} days, expiry after {min(days)} days"
            fix = remedy.in_words(view, _WORDS, "archive.lock.days, archive.retention_days")
            source = "s3 GetObjectLockConfiguration, GetBucketLifecycleConfiguration"
            yield Found(where=f"bucket {bucket.name}", said=said, source=source, fix=fix)
    yield from walk.unseen_buckets(view)


CAUSE = Cause(
    id="D7",
    name="lock-longer",
    title="The lock outlasts the expiry",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="Days of the default retention are more than the days of a rule in force.",
    unknown="One of the two settings could not be read.",
    remedy="Align them.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html",),
    look=_look,
)
