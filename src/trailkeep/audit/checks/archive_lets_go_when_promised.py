"""Logs expire when their retention is over."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "lifecycle", _judge)


def _judge(bucket: Bucket) -> Said:
    for rule in bucket.lifecycle:
        if rule.enabled and not rule.prefix and rule.expire_days:
            return good(f"rule {rule.id} expires objects after {rule.expire_days} days")
    return bad("no rule for the whole bucket expires objects")


CHECK = Check(
    id="archive-lets-go-when-promised",
    claim="Logs expire when their retention is over",
    why=(
        "What must be kept for seven years must often not be kept for eight; and what never expires is "
        "paid for, for ever."
    ),
    decided=(
        "An enabled rule for the whole bucket expires objects. Needed where the specification has "
        "retention_days and protection: lock."
    ),
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws s3api put-bucket-lifecycle-configuration --bucket {bucket} --lifecycle-configuration "
            "file://lifecycle.json"
        ),
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  LifecycleConfiguration:\n"
            "    Rules:\n"
            "      - Id: retention\n"
            "        Status: Enabled\n"
            "        ExpirationInDays: 2557"
        ),
        console="S3, the bucket, Management, Create lifecycle rule",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",),
    controls=("CL-S3-08",),
    ask=ask,
    applies=lambda view: view.promise.specified and view.promise.retention_days is not None and not view.promise.mfa,
)
