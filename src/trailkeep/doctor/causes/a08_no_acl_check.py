"""A8: the bucket policy does not let CloudTrail read the bucket's ACL, which it checks first."""

from collections.abc import Iterator

from trailkeep.doctor import requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import put_policy
from trailkeep.doctor.statements import may_check
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    def judge(trail: Trail, bucket: Bucket, steps: walk.Steps) -> Iterator[Case]:
        for step in steps:
            if step.ask.step != "check":
                continue
            if step.allow != "missing":
                yield Fine(because="an Allow of s3:GetBucketAcl is there")
                continue
            words = "Let CloudTrail check the bucket: add this statement, with no other condition."
            yield Found(
                where=f"bucket {bucket.name}",
                said=f"{requests.delivers(step.ask)}: no statement of the bucket policy allows it",
                source=f"s3 GetBucketPolicy of {bucket.name}, evaluated",
                fix=put_policy(view, bucket, words, may_check(view, trail, bucket)),
            )

    yield from walk.deliveries(view, subject, judge)


CAUSE = Cause(
    id="A8",
    name="no-acl-check",
    title="CloudTrail may not check the bucket's ACL",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="The trail's s3:GetBucketAcl is evaluated against the bucket policy's Allows: none lets it through, "
    "whatever its aws:SourceArn.",
    unknown="The bucket or its policy could not be read.",
    remedy="Allow cloudtrail.amazonaws.com s3:GetBucketAcl on the bucket, with the trail's ARN as only condition.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",),
    look=_look,
)
