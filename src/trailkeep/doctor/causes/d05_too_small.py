"""D5: most log files are too small to move to a cheaper storage class."""

from collections.abc import Iterator

from trailkeep.doctor import lifecycle, remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

LEAST = 128 * 1024
_WORDS = (
    "Accept it: each move is a billed request, and moving millions of small files costs more than it saves. If it "
    "is wanted, "
    "set TransitionDefaultMinimumObjectSize=varies_by_storage_class."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "lifecycle")
        moves = [t for t in lifecycle.transitions(bucket) if t.above is None]
        if lost is not None:
            yield lost
        elif not moves:
            yield Fine(because="no rule moves objects, or each says from which size on")
        else:
            yield _asked(view, bucket, moves[0])
    yield from walk.unseen_buckets(view)


def _asked(view: View, bucket: Bucket, move: lifecycle.Transition) -> Case:
    probe = Probe(
        operation="get_bucket_lifecycle_configuration", account=bucket.account, region=bucket.region, about=bucket.name
    )
    told = view.told(probe)
    where, rule = f"bucket {bucket.name}", f"rule {move.rule.id} moves to {move.storage} after {move.days} days"
    if told is None or told.refused:
        because = f"{rule}; whether also objects below 128 KB is not in a snapshot"
        return Unsure(where=where, because=told.refused if told else because, probes=(probe,))
    if any(row.get("minimum") == "varies_by_storage_class" for row in told.each()):
        return Fine(because="TransitionDefaultMinimumObjectSize = varies_by_storage_class")
    said = (
        f"{rule}, but nothing below 128 KB is moved (TransitionDefaultMinimumObjectSize), and most log files are "
        "smaller"
    )
    source = "s3 GetBucketLifecycleConfiguration"
    return Found(where=where, said=said, source=source, fix=remedy.in_words(view, _WORDS))


CAUSE = Cause(
    id="D5",
    name="too-small",
    title="Files are too small to be moved",
    family=Family.RETENTION,
    cost=Cost.CALL,
    decided="A rule moves objects without a size filter, and TransitionDefaultMinimumObjectSize is not "
    "varies_by_storage_class.",
    unknown="A snapshot does not hold that setting; `--probe` asks for it.",
    remedy="Accept it, or set it; the sum rarely comes out in favour of moving.",
    sources=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
        "botocore model s3 TransitionDefaultMinimumObjectSize",
    ),
    look=_look,
)
