"""No lifecycle rule ends a log before its time."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    wanted = view.promise.retention_days
    promised = f"{wanted} days" if wanted else "for ever"

    def judge(bucket: Bucket) -> Said:
        for rule in bucket.lifecycle:
            if rule.enabled and "Date" in rule.other:
                return bad(f"rule {rule.id} acts on a date")
            if rule.enabled and rule.expire_days and (wanted is None or rule.expire_days < wanted):
                return bad(f"rule {rule.id} expires objects after {rule.expire_days} days; promised: {promised}")
        return good(f"nothing expires before its time; promised: {promised}")

    return on_buckets(view, "lifecycle", judge)


CHECK = Check(
    id="archive-keeps-logs-as-long-as-promised",
    claim="No lifecycle rule ends a log before its time",
    why=(
        "One rule of somebody's cost clean-up deletes the evidence, and lifecycle asks no policy and leaves no event."
    ),
    decided=(
        "No enabled rule expires current objects before the promised retention (without a specification: "
        "365 days), or on a date."
    ),
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.CRITICAL,
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
            "        ExpirationInDays: 2557"
        ),
        console="S3, the bucket, Management, Lifecycle rules",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",),
    controls=("CL-S3-08",),
    ask=ask,
)
