"""A31: the Config bucket has Object Lock with default retention, which AWS Config does not take."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View

_WORDS = "Give AWS Config a bucket of its own without Object Lock, and point the channels at it."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    failing = {
        spot.cell.channel.bucket
        for spot in view.spots(subject)
        if spot.cell and spot.cell.channel and "failure" in {spot.cell.channel.history, spot.cell.channel.snapshot}
    }
    for name in dict.fromkeys(channel.bucket for _, channel in walk.channels(view, subject)):
        bucket = view.snapshot.bucket(name)
        if bucket is None:
            yield walk.unseen(view, name)
            continue
        lost = walk.setting_lost(view, bucket, "object lock")
        if lost is not None:
            yield lost
        elif bucket.lock is not None and bucket.lock.mode is not None:
            fix = remedy.in_words(view, _WORDS, "a Config bucket of its own")
            said = f"default retention is {bucket.lock}"
            yield Found(where=f"bucket {name}", said=said, source="s3 GetObjectLockConfiguration", fix=fix)
        elif bucket.lock is not None and name in failing:
            because = "Object Lock is on without default retention; AWS's pages disagree whether Config delivers then"
            yield Unsure(where=f"bucket {name}", because=because, tell="try another bucket for one Region")
        else:
            yield Fine(because="the Config bucket has no default retention")


CAUSE = Cause(
    id="A31",
    name="config-lock",
    title="The Config bucket has default retention",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="GetObjectLockConfiguration of the bucket that the channels name has a default rule.",
    unknown="The bucket was not read; or the lock is on without default retention and deliveries fail.",
    remedy="A bucket of its own for AWS Config, without Object Lock.",
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html",),
    look=_look,
    consequences=("A30",),
    nothing="there is no delivery channel (see A29)",
)
