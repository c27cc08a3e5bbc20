"""A6: the organization trail may write members' files, not those of the management account."""

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
        if not trail.is_organization:
            yield Fine(because="it is no organization trail: it has one folder")
            return
        members = any(s.allow in {"there", "source"} for s in steps if s.ask.step == "organization's folder")
        for step in steps:
            if step.ask.step != "own folder":
                continue
            if not members or step.allow != "missing":
                yield Fine(because="an Allow for the management account's folder is there, or for none (see A5)")
                continue
            words = "Let CloudTrail also write below the management account's own id: add this statement."
            yield Found(
                where=f"bucket {bucket.name}",
                said=f"{requests.delivers(step.ask)}: no statement allows it, while the organization's folder is "
                "allowed; CreateTrail and UpdateTrail are reported to answer InsufficientS3BucketPolicyException then",
                source=f"s3 GetBucketPolicy of {bucket.name}, evaluated",
                fix=put_policy(view, bucket, words, may_write(view, trail, bucket)),
            )

    yield from walk.deliveries(view, subject, judge)


CAUSE = Cause(
    id="A6",
    name="no-management-folder",
    title="The bucket policy lacks the management account's folder",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="PutObject below AWSLogs/<management account>/ is not allowed while AWSLogs/<organization>/ is.",
    unknown="The bucket or its policy could not be read.",
    remedy="AWS's own policy for organization trails has both folders. That CreateTrail insists on both rests on one "
    "public report; allowing both does no harm.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",),
    look=_look,
)
