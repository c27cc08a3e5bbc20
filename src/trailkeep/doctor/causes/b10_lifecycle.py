"""B10: a lifecycle rule, mistaken or hostile, ends logs before their time; no policy stops what lifecycle deletes."""

from collections.abc import Iterator

from trailkeep.doctor import retention, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.rules import rewrite
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket

_WORDS = (
    "Put the rules right at once: what has expired is still there as a noncurrent version until NoncurrentDays "
    "have passed."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    want = retention.wanted(view, subject)
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "lifecycle")
        if lost is not None:
            yield lost
        elif not any(r.enabled and (r.expire_days or r.noncurrent_days or r.other) for r in bucket.lifecycle):
            yield Fine(because="no lifecycle rule in force ends anything")
        elif want is None:
            because = "nobody says how long logs should be kept"
            yield Unsure(
                where=f"bucket {bucket.name}", because=because, tell="--days N, or a specification with --spec"
            )
        else:
            current, old = retention.early(bucket, want, "current"), retention.early(bucket, want, "noncurrent")
            said = [words for _, words in (*current, *old)]
            yield _found(view, bucket, said) if said else Fine(because="no rule ends logs before their time")
    yield from walk.unseen_buckets(view)


def _found(view: View, bucket: Bucket, said: list[str]) -> Found:
    probe = Probe(operation="lookup_events", account=bucket.account, region=bucket.region, about="PutBucketLifecycle")
    return Found(
        where=f"bucket {bucket.name}",
        said="; ".join(said) + walk.actor(view, probe, bucket.name),
        source="s3 GetBucketLifecycleConfiguration",
        fix=rewrite(view, bucket, _WORDS),
        probes=(probe,),
    )


CAUSE = Cause(
    id="B10",
    name="lifecycle",
    title="A lifecycle rule ends logs before their time",
    family=Family.DELETION,
    cost=Cost.SETTING,
    decided="Expiration and noncurrent days of the rules in force are compared with `archive.retention_days` and "
    "`archive.noncurrent_days` (or --days).",
    unknown="Nobody says how long logs should be kept, or the rules could not be read.",
    remedy="Put the rules back. Bucket policies do not stop lifecycle; deny s3:PutLifecycleConfiguration.",
    sources=("botocore model s3 GetBucketLifecycleConfiguration, PutBucketLifecycleConfiguration",),
    look=_look,
    consequences=("D7",),
    also=("D1", "D2"),
)
