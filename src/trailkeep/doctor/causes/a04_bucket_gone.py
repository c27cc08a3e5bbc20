"""A4: the bucket that the trail delivers into does not exist."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Fix, Found, Unsure
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Make the bucket again under the same name at once, before somebody else takes the name; otherwise point the trail "
    "at another bucket."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    gone = _reported(view, subject)
    for name, bucket in walk.buckets_of_trails(view, subject):
        fix = remedy.in_words(view, _WORDS, f"bucket {name}")
        if bucket is not None and name not in gone:
            yield Fine(because="S3 listed the bucket")
        elif name in gone:
            yield Found(
                where=f"bucket {name}",
                said=f"LatestDeliveryError = NoSuchBucket in {gone[name]}",
                source="cloudtrail GetTrailStatus",
                fix=fix,
            )
        elif _listed_without(view, name):
            said = "the log archive's buckets were listed, and it is not among them"
            yield Found(where=f"bucket {name}", said=said, source="s3 ListBuckets", fix=fix)
        else:
            yield from _asked(view, name, fix)


def _reported(view: View, subject: Subject) -> dict[str, str]:
    found: dict[str, str] = {}
    buckets = {t.arn: t.bucket for t in walk.trails(view, subject)}
    for spot in view.spots(subject):
        for status in spot.cell.trails if spot.cell else ():
            if "NoSuchBucket" in {status.delivery_error, status.digest_error} and status.arn in buckets:
                found.setdefault(buckets[status.arn], view.place(spot))
    return found


def _listed_without(view: View, name: str) -> bool:
    """Whether the account that should own the bucket was read, and the bucket is not there."""
    if view.places is None or name != view.places.trail_bucket:
        return False
    owner = view.places.log_archive
    return owner in view.snapshot.cells and view.snapshot.unread(owner, "", "bucket") is None


def _asked(view: View, name: str, fix: Fix) -> Iterator[Case]:
    unsure = walk.unseen(view, name)
    told = view.told(unsure.probes[0])
    state = next((row.get("state", "") for row in told.each()), "") if told else ""
    if state == "gone":
        yield Found(where=f"bucket {name}", said="HeadBucket answers 404", source="s3 HeadBucket", fix=fix)
    elif state:
        yield Fine(because="HeadBucket finds it")
    else:
        because = f"HeadBucket did not answer: {told.refused}" if told else unsure.because
        yield Unsure(where=unsure.where, because=because, probes=unsure.probes, lost=True)


CAUSE = Cause(
    id="A4",
    name="bucket-gone",
    title="The bucket does not exist",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="CloudTrail reports NoSuchBucket, the log archive's list of buckets lacks it, or HeadBucket answers 404.",
    unknown="The bucket lies in an account that was not read; HeadBucket (`--probe`) tells.",
    remedy="Make it again under the same name at once: a free bucket name can be taken by anybody.",
    sources=("botocore model cloudtrail GetTrailStatus", "botocore model s3 HeadBucket"),
    look=_look,
    consequences=("A24", "B9", "A30"),
)
