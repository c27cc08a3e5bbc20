"""Rules that end versions before their time, for the causes that ask about current and about replaced ones."""

from collections.abc import Iterator

from trailkeep.doctor import lifecycle, remedy, retention, walk
from trailkeep.doctor.cause import Look
from trailkeep.doctor.verdict import Case, Fine, Fix, Found, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket


def look_for(ends: retention.Ends) -> Look:
    """Look for rules that end current, or replaced, versions too early."""

    def look(view: View, subject: Subject) -> Iterator[Case]:
        want = retention.wanted(view, subject)
        for bucket in view.archive:
            lost = walk.setting_lost(view, bucket, "lifecycle")
            days = [r.expire_days if ends == "current" else r.noncurrent_days for r in bucket.lifecycle if r.enabled]
            if lost is not None:
                yield lost
            elif not any(days) and not any(r.other for r in bucket.lifecycle):
                yield Fine(because="no rule in force ends them")
            elif want is None or (ends == "noncurrent" and want.noncurrent is None):
                because = "nobody says how long logs should be kept"
                tell = "--days N, or a specification with --spec"
                yield Unsure(where=f"bucket {bucket.name}", because=because, tell=tell)
            else:
                yield from _early(view, bucket, want, ends)
        yield from walk.unseen_buckets(view)

    return look


def _early(view: View, bucket: Bucket, want: retention.Wanted, ends: retention.Ends) -> Iterator[Case]:
    said = [words for _, words in retention.early(bucket, want, ends)]
    if not said:
        yield Fine(because="no rule ends them before their time")
    for words in said:
        source = "s3 GetBucketLifecycleConfiguration"
        yield Found(
            where=f"bucket {bucket.name}", said=words, source=source, fix=rewrite(view, bucket, "Raise the days.")
        )


def rewrite(view: View, bucket: Bucket, words: str) -> Fix:
    """Write the whole set of rules again: the call replaces all of them (botocore model s3)."""
    wanted = next((b.lifecycle for b in view.desired.buckets if b.name == bucket.name), ()) if view.desired else ()
    told = lifecycle.document(wanted) if wanted else "file://lifecycle.json"
    call = ("put-bucket-lifecycle-configuration", "--lifecycle-configuration", told)
    return remedy.on_bucket(view, bucket, words, "s3:PutLifecycleConfiguration", *call)
