"""A30: AWS Config cannot write into the bucket of its channel."""

from collections.abc import Iterator

from trailkeep.doctor import requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.remedy import in_words, put_policy
from trailkeep.doctor.statements import config_may_check, config_may_write
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import AccountId


def _look(view: View, subject: Subject) -> Iterator[Case]:
    yield from _reported(view, subject)

    def judge(account: AccountId, bucket: Bucket, steps: walk.Steps) -> Iterator[Case]:
        for step in steps:
            ask = step.ask
            if step.allow == "there":
                yield Fine(because="the bucket policy lets AWS Config check and write")
                continue
            prefix = ask.request.resource.partition("/")[2].partition("AWSLogs")[0].rstrip("/")
            check = ask.step == "check"
            statement = config_may_check(view, bucket) if check else config_may_write(view, bucket, prefix)
            words = "Let AWS Config deliver: add this statement to the bucket's policy."
            yield Found(
                where=f"bucket {bucket.name}",
                said=f"{requests.delivers(ask)} for {view.name(account)}: no statement of the bucket policy allows it",
                source=f"s3 GetBucketPolicy of {bucket.name}, evaluated",
                fix=put_policy(view, bucket, words, statement),
            )

    yield from walk.config_deliveries(view, subject, judge)


def _reported(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        channel = spot.cell.channel if spot.cell else None
        if lost is not None:
            yield lost
        elif channel is not None and "failure" in {channel.history, channel.snapshot}:
            words = (
                "Read the error: AccessDenied is the bucket's or key's policy, NoSuchBucket the bucket. If AWS "
                "Config goes "
                "on saying that it cannot write, set `recorder.write_condition: accounts`: AWS's pages disagree on the "
                "condition that satisfies it. Its HeadBucket failing with AccessDenied is noise, never the cause."
            )
            yield Found(
                where=view.place(spot),
                said=f"lastStatus = Failure: {channel.error or 'no error told'}",
                source="config DescribeDeliveryChannelStatus",
                fix=in_words(view, words, "recorder.write_condition"),
            )
        elif channel is not None:
            yield Fine(because="DescribeDeliveryChannelStatus tells no failure")


CAUSE = Cause(
    id="A30",
    name="config-cannot-write",
    title="AWS Config cannot write",
    family=Family.LOGS,
    cost=Cost.POLICY,
    decided="DescribeDeliveryChannelStatus says Failure, or the service's own s3:GetBucketAcl and s3:PutObject, "
    "evaluated against the bucket policy, are not allowed.",
    unknown="Config or the bucket policy could not be read.",
    remedy="Allow config.amazonaws.com by aws:SourceOrgID; if that does not satisfy it, by the list of accounts.",
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html",
        "botocore model config DescribeDeliveryChannelStatus",
    ),
    look=_look,
    nothing="there is no delivery channel (see A29)",
)
