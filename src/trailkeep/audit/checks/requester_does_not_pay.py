"""The archive's owner pays for requests."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "request payment", _judge)


def _judge(bucket: Bucket) -> Said:
    return bad("the requester pays") if bucket.requester_pays else good("the owner pays")


CHECK = Check(
    id="requester-does-not-pay",
    claim="The archive's owner pays for requests",
    why="CloudTrail cannot deliver into a bucket with Requester Pays.",
    decided="Payer of GetBucketRequestPayment is BucketOwner.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws s3api put-bucket-request-payment --bucket {bucket} --request-payment-configuration Payer=BucketOwner"
        ),
        cloudformation="not in CloudFormation",
        console="S3, the bucket, Properties, Requester pays",
    ),
    sources=(
        ("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"),
    ),
    controls=("CL-CT-07",),
    ask=ask,
)
