"""D9: objects expire before the minimum time of their storage class, which is billed anyway."""

from collections.abc import Iterator

from trailkeep.doctor import lifecycle, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.rules import rewrite
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_WORDS = "Move earlier, expire later, or leave the class out: what remains of the minimum is billed."


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "lifecycle")
        if lost is not None:
            yield lost
            continue
        moves = list(lifecycle.transitions(bucket))
        if not moves:
            yield Fine(because="no rule moves objects to another class")
        yield from (_of(view, bucket, move) for move in moves)
    yield from walk.unseen_buckets(view)


def _of(view: View, bucket: Bucket, move: lifecycle.Transition) -> Case:
    least = lifecycle.MINIMUM.get(move.storage, 0)
    ends = [
        r.expire_days
        for r in bucket.lifecycle
        if r.enabled
        and r.expire_days
        and (r.prefix.startswith(move.rule.prefix) or move.rule.prefix.startswith(r.prefix))
    ]
    if not ends or min(ends) - move.days >= least:
        return Fine(because="objects stay in their class for its minimum time")
    said = (
        f"moved to {move.storage} after {move.days} days, expired after {min(ends)}: at least {least} days are billed"
    )
    source = "s3 GetBucketLifecycleConfiguration"
    return Found(where=f"bucket {bucket.name}", said=said, source=source, fix=rewrite(view, bucket, _WORDS))


CAUSE = Cause(
    id="D9",
    name="early-charges",
    title="Objects expire before their class's minimum",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="The days between move and expiry are fewer than the 30, 90 or 180 that the class is billed for.",
    unknown="The rules could not be read.",
    remedy="Adjust the days.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",),
    look=_look,
)
