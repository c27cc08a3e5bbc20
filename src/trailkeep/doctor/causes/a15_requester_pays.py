"""A15: the bucket makes requesters pay, which CloudTrail does not."""

from collections.abc import Iterator
from dataclasses import replace

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = "Let the bucket's owner pay."


def _look(view: View, _subject: Subject) -> Iterator[Case]:
    for bucket in view.archive:
        lost = walk.setting_lost(view, bucket, "request payment")
        if lost is not None:
            yield lost
        elif not bucket.requester_pays:
            yield Fine(because="GetBucketRequestPayment says Payer = BucketOwner")
        else:
            call = ("put-bucket-request-payment", "--request-payment-configuration", "Payer=BucketOwner")
            made = remedy.on_bucket(view, bucket, _WORDS, "s3:PutBucketRequestPayment", *call)
            fix = replace(made, trailkeep="")  # trailkeep makes no change of this setting
            said = "Payer = Requester"
            yield Found(where=f"bucket {bucket.name}", said=said, source="s3 GetBucketRequestPayment", fix=fix)
    yield from walk.unseen_buckets(view)


CAUSE = Cause(
    id="A15",
    name="requester-pays",
    title="Requester Pays is on",
    family=Family.LOGS,
    cost=Cost.SETTING,
    decided="Payer of GetBucketRequestPayment is Requester.",
    unknown="The setting could not be read.",
    remedy="Set Payer to BucketOwner.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",),
    look=_look,
)
