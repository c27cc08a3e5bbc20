"""D12: Control Tower or another landing zone manages the bucket's retention."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Change the retention there (Control Tower: retentionDays in the landing zone's settings); what you set is "
    "put back."
)


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    owners = {(f.account, f.name): f.owner for f in view.snapshot.foreign if f.kind == "bucket"}
    for bucket in view.archive:
        owner = owners.get((bucket.account, bucket.name))
        if owner is None:
            yield Fine(because="nobody else's mark is on the bucket")
        else:
            fix = remedy.in_words(view, _WORDS)
            said = f"{owner} manages it, by its name or tag"
            yield Found(where=f"bucket {bucket.name}", said=said, source="s3 ListBuckets, GetBucketTagging", fix=fix)
    yield from walk.unseen_buckets(view)


CAUSE = Cause(
    id="D12",
    name="other-owner",
    title="A landing zone manages the retention",
    family=Family.RETENTION,
    cost=Cost.STATUS,
    decided="The bucket bears the name or tag of Control Tower, Landing Zone Accelerator or another owner.",
    unknown="No bucket of the archive is in the snapshot.",
    remedy="Change it where it is managed.",
    sources=("https://docs.aws.amazon.com/controltower/latest/userguide/about-logging.html",),
    look=_look,
)
