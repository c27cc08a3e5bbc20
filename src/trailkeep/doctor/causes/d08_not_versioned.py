"""D8: versioning is off, so what is overwritten or deleted is gone at once."""

from collections.abc import Iterator

from trailkeep.doctor import walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.causes.b04_versioning import versioning
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "versioning")
        if lost is not None:
            yield lost
        elif bucket.versioning == "Enabled":
            yield Fine(because="GetBucketVersioning says Enabled")
        else:
            said = f"versioning is {bucket.versioning or 'not enabled'}"
            fix = versioning(view, bucket)
            yield Found(where=f"bucket {bucket.name}", said=said, source="s3 GetBucketVersioning", fix=fix)
    yield from walk.unseen_buckets(view)


CAUSE = Cause(
    id="D8",
    name="not-versioned",
    title="Versioning is off",
    family=Family.RETENTION,
    cost=Cost.SETTING,
    decided="Status of GetBucketVersioning is not Enabled.",
    unknown="The setting could not be read.",
    remedy="Enable it; wait 15 minutes after the first time before writing counts as versioned.",
    sources=("botocore model s3 GetBucketVersioning, PutBucketVersioning",),
    look=_look,
    also=("B4",),
)
