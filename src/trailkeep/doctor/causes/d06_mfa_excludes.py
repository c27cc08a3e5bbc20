"""D6: MFA Delete is on, so no lifecycle rule can exist."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, retention, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View

_WORDS = "Choose one: `archive.protection: lock` with a retention in days, or MFA Delete and `retention_days: null`."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    want = retention.wanted(view, subject)
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "versioning")
        if lost is not None:
            yield lost
        elif not bucket.mfa_delete:
            yield Fine(because="MFA Delete is off")
        elif want is None:
            because = "MFA Delete is on, so nothing can expire; nobody says whether it should"
            yield Unsure(
                where=f"bucket {bucket.name}", because=because, tell="--days N, or a specification with --spec"
            )
        elif want.keep is None:
            yield Fine(because="MFA Delete is on, and nothing is meant to expire")
        else:
            said = f"MFADelete = Enabled, so no lifecycle rule can exist; wanted is expiry after {want.keep} days"
            fix = remedy.in_words(view, _WORDS, "archive.protection")
            yield Found(where=f"bucket {bucket.name}", said=said, source="s3 GetBucketVersioning", fix=fix)
    yield from walk.unseen_buckets(view)


CAUSE = Cause(
    id="D6",
    name="mfa-excludes",
    title="MFA Delete leaves no room for lifecycle",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="MFADelete is Enabled while expiry is wanted: S3 supports no lifecycle on such a bucket.",
    unknown="Nobody says how long logs should be kept, or the setting could not be read.",
    remedy="Choose one of the two.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html",),
    look=_look,
)
