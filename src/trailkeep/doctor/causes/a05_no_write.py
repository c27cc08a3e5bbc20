"""A5: the bucket policy does not let CloudTrail write the files of the trail."""

from collections.abc import Iterator

from trailkeep.doctor import requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import put_policy
from trailkeep.doctor.statements import may_write
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    def judge(trail: Trail, bucket: Bucket, steps: walk.Steps) -> Iterator[Case]:
        main = "organization's folder" if trail.is_organization else "own folder"
        for step in steps:
            if step.ask.step != main:
                continue
            if step.allow != "missing":
                yield Fine(because="an Allow for the service is there")
                continue
            words = "Let CloudTrail write the trail's files: add this statement to the bucket's policy."
            yield Found(
                where=f"bucket {bucket.name}",
                said=f"{requests.delivers(step.ask)}: no statement of the bucket policy allows it",
                source=f"s3 GetBucketPolicy of {bucket.name}, evaluated",
                fix=put_policy(view, bucket, words, may_write(view, trail, bucket)),
            )

    yield from walk.deliveries(view, subject, judge)


CAUSE = Cause(
    id="A5",
    name="no-write",
    title="The bucket policy does not let CloudTrail write",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="The trail's own PutObject (into the organization's folder for an organization trail) is evaluated against "
    "the bucket policy's Allows: none lets it through, whatever its aws:SourceArn.",
    unknown="The bucket or its policy could not be read.",
    remedy="Allow cloudtrail.amazonaws.com s3:PutObject on the trail's folders, with its ARN as aws:SourceArn.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",),
    look=_look,
    consequences=("A6",),
)
