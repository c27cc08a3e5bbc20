"""The bucket for AWS Config has no default retention."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the bucket that AWS Config delivers into, which may be the trail's too."""
    shared = view.promise.config_bucket == view.promise.trail_bucket
    return on_buckets(view, "object lock", _judge, ("trail",) if shared else ("config",))


def _judge(bucket: Bucket) -> Said:
    if bucket.lock is not None:
        return bad(f"Object Lock is on: {bucket.lock}")
    return good("Object Lock is off")


CHECK = Check(
    id="config-bucket-has-no-default-retention",
    claim="The bucket for AWS Config has no default retention",
    why="AWS Config cannot deliver into a bucket with Object Lock and default retention.",
    decided="Object Lock of the Config bucket is off.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-object-lock-configuration --bucket {bucket}",
        cloudformation=(
            "# another bucket, without Object Lock\nType: AWS::S3::Bucket\nProperties:\n  BucketName: OTHER_BUCKET"
        ),
        console="S3, the bucket, Properties, Object Lock; a lock cannot be switched off, take another bucket",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html",),
    controls=("CL-CFG-02",),
    ask=ask,
)
