"""No lifecycle rule removes an old version before its time."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    wanted = view.promise.noncurrent_days

    def judge(bucket: Bucket) -> Said:
        for rule in bucket.lifecycle:
            if rule.enabled and rule.noncurrent_days and rule.noncurrent_days < wanted:
                return bad(f"rule {rule.id} removes old versions after {rule.noncurrent_days} days, not {wanted}")
        return good(f"old versions stay for {wanted} days at least")

    return on_buckets(view, "lifecycle", judge)


CHECK = Check(
    id="archive-keeps-old-versions",
    claim="No lifecycle rule removes an old version before its time",
    why="A log that was overwritten or deleted lives on as an old version, until a rule removes that too.",
    decided=("No enabled rule removes noncurrent versions before the days of the specification (without one: a day)."),
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-bucket-lifecycle-configuration --bucket {bucket}",
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  LifecycleConfiguration:\n"
            "    Rules:\n"
            "      - Id: retention\n"
            "        Status: Enabled\n"
            "        NoncurrentVersionExpiration: {NoncurrentDays: 90}"
        ),
        console="S3, the bucket, Management, Lifecycle rules",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",),
    controls=("CL-S3-08",),
    ask=ask,
)
