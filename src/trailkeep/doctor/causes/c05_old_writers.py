"""C5: the bucket policy lists CloudTrail's old account ids, one a Region, so newer Regions are missing."""

from collections.abc import Iterator

from trailkeep.doctor import requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import put_policy
from trailkeep.doctor.statements import may_check, may_write
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.trail import Trail

_WORDS = "Name the service instead of the accounts: Principal Service cloudtrail.amazonaws.com stands for every Region."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    def judge(trail: Trail, bucket: Bucket, steps: walk.Steps) -> Iterator[Case]:
        for step in steps:
            if step.allow != "old accounts":
                yield Fine(because="the policy lets the service itself write, or nobody in its stead")
                continue
            writers = ", ".join(walk.old_writers(view, bucket, step.ask))
            make = may_check if step.ask.step == "check" else may_write
            yield Found(
                where=f"bucket {bucket.name}",
                said=f"{requests.delivers(step.ask)} is not allowed to the service, only to the accounts {writers}",
                source=f"s3 GetBucketPolicy of {bucket.name}, evaluated",
                fix=put_policy(view, bucket, _WORDS, make(view, trail, bucket)),
            )

    yield from walk.deliveries(view, subject, judge)


CAUSE = Cause(
    id="C5",
    name="old-writers",
    title="The bucket policy lists CloudTrail's accounts by Region",
    family=Family.REGIONS,
    cost=Cost.POLICY,
    decided="CloudTrail's request is not allowed to the service, and would be to accounts outside of the organization "
    "that the policy names.",
    unknown="The bucket or its policy could not be read.",
    remedy="Allow the service principal; take the accounts out.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",),
    look=_look,
    consequences=("B12",),
)
