"""A9: a Deny of the bucket policy, meant for people, catches the log services."""

from collections.abc import Iterator

from trailkeep.authz.request import Reason
from trailkeep.doctor import requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import put_policy
from trailkeep.doctor.statements import but_services
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import AccountId
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    def judge(_who: Trail | AccountId, bucket: Bucket, steps: walk.Steps) -> Iterator[Case]:
        for step in steps:
            if step.denied is not None:
                yield _found(view, bucket, step.ask, step.denied)
            else:
                yield Fine(because="no Deny of the bucket policy is about it")

    yield from walk.deliveries(view, subject, judge)
    yield from walk.config_deliveries(view, subject, judge)


def _found(view: View, bucket: Bucket, ask: requests.Ask, reason: Reason) -> Found:
    words = (
        "Except AWS's services from this Deny: a log service is no principal of the organization, comes from no VPC "
        "and sends no encryption header. A Deny about an encryption header has to go: the bucket's default does it."
    )
    statement = but_services(bucket.policy, reason.statement)
    return Found(
        where=f"bucket {bucket.name}",
        said=f"{requests.delivers(ask)} is denied by {requests.in_words(view, reason)}",
        source=f"s3 GetBucketPolicy of {bucket.name}, evaluated",
        fix=put_policy(view, bucket, words, statement, instead=reason.statement),
    )


CAUSE = Cause(
    id="A9",
    name="deny-catches",
    title="A Deny of the bucket policy catches the log service",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="The services' own requests (over TLS, without an organization id, VPC or encryption header) are "
    "evaluated; a statement of the bucket policy denies them explicitly.",
    unknown="The bucket or its policy could not be read.",
    remedy="Add `aws:PrincipalIsAWSService` = false to the Deny, or take it out where it is about a header.",
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    ),
    look=_look,
    consequences=("A30",),
)
