"""A3: the trail delivers into another bucket, or under another prefix, than the one that is watched."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    wanted = {t.arn: t for t in view.desired.trails} if view.desired else {}
    for trail in walk.trails(view, subject):
        if view.spec is None:
            if trail.bucket in {b.name for b in view.snapshot.buckets}:
                yield Fine(because="it delivers into a bucket of the archive")
            else:
                because = f"it delivers into {trail.bucket}; which bucket is meant is not said"
                yield Unsure(where=f"trail {trail.name}", because=because, tell="name the specification with --spec")
            continue
        if view.desired is not None and not view.desired.trails:
            yield Fine(because="the trail is somebody else's, who decides where it delivers")
            continue
        if view.places is None:
            because = "the specification does not fit this organization (see B14)"
            yield Unsure(where=f"trail {trail.name}", because=because, tell="`trailkeep plan` says what does not fit")
            continue
        ours = wanted.get(trail.arn)
        bucket = ours.bucket if ours else view.places.trail_bucket
        prefix = ours.prefix if ours else trail.prefix
        if (trail.bucket, trail.prefix) == (bucket, prefix):
            yield Fine(because="it delivers where the specification says")
        else:
            yield _found(view, trail, bucket, prefix)
    yield from walk.unread_trails(view, subject)


def _found(view: View, trail: Trail, bucket: str, prefix: str) -> Found:
    is_, want = f"{trail.bucket}/{trail.prefix}".rstrip("/"), f"{bucket}/{prefix}".rstrip("/")
    words = (
        "Let the bucket's policy allow the trail first, then point the trail at it; move what lies in the other bucket."
    )
    call = ("update-trail", "--s3-bucket-name", bucket, "--s3-key-prefix", prefix)
    return Found(
        where=f"trail {trail.name} of {view.name(trail.owner)}",
        said=f"it delivers into {is_}, not into {want}",
        source="cloudtrail DescribeTrails S3BucketName, S3KeyPrefix",
        fix=remedy.on_trail(view, trail, words, "cloudtrail:UpdateTrail", *call),
    )


CAUSE = Cause(
    id="A3",
    name="other-bucket",
    title="The trail delivers into another bucket or prefix",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="Bucket and prefix of the trail are compared with those of the specification.",
    unknown="Without a specification nobody says which bucket is meant.",
    remedy="Extend the policy of the right bucket first, then update the trail.",
    sources=("botocore model cloudtrail DescribeTrails, UpdateTrail",),
    look=_look,
    consequences=("A4", "B13"),
)
