"""A7: the bucket policy names another trail (Region, name or account) than the one that delivers."""

from collections.abc import Iterator

from trailkeep.doctor import requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import put_policy
from trailkeep.doctor.statements import may_check, may_write, sources_named
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    def judge(trail: Trail, bucket: Bucket, steps: walk.Steps) -> Iterator[Case]:
        for step in steps:
            if step.allow != "source":
                yield Fine(because="its Allow fits the trail's ARN, or there is none (A5, A8)")
                continue
            named = sources_named(bucket.policy)
            words = "Write the trail's own ARN: for an organization trail always with the management account's id."
            make = may_check if step.ask.step == "check" else may_write
            yield Found(
                where=f"bucket {bucket.name}",
                said=f"{requests.delivers(step.ask)} comes from {trail.arn}; "
                f"the policy allows {named or 'another source'}",
                source=f"s3 GetBucketPolicy of {bucket.name}, evaluated with and without aws:SourceArn",
                fix=put_policy(view, bucket, words, make(view, trail, bucket)),
            )

    yield from walk.deliveries(view, subject, judge)


CAUSE = Cause(
    id="A7",
    name="wrong-source",
    title="The bucket policy names another trail",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="The trail's request is refused, and would be allowed if the Allows asked nothing about aws:SourceArn and "
    "aws:SourceAccount.",
    unknown="The bucket or its policy could not be read.",
    remedy="aws:SourceArn is the trail's ARN with its home Region and, also for a trail that a delegated administrator "
    "made, the management account's id.",
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html",
    ),
    look=_look,
)
