"""Access to the archive is logged elsewhere or by data events."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.data_events import BOTH, directions
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""

    def judge(bucket: Bucket) -> Said:
        target = bucket.logging.partition("/")[0]
        if target and target != bucket.name:
            return good(f"access is logged into {bucket.logging}")
        trails = [t for t in view.hearing(bucket.account) if t.is_logging]
        heard = {
            d for t in trails if t.selectors for d in directions(view.organization.partition, t.selectors, bucket.name)
        }
        if heard >= BOTH:
            return good("data events record reads and writes")
        if any(t.selectors is None for t in trails):
            return unsure("the event selectors of its trail could not be read")
        return bad("it logs its access into itself" if target else "neither access logs nor data events")

    return on_buckets(view, "logging", judge)


CHECK = Check(
    id="archive-access-is-logged",
    claim="Access to the archive is logged elsewhere or by data events",
    why=(
        "Who read the logs is the first question after an incident, and lifecycle deletions appear only in access logs."
    ),
    decided="Server access logging goes to another bucket, or data events of the bucket are recorded.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws s3api put-bucket-logging --bucket {bucket} --bucket-logging-status "
            '\'{"LoggingEnabled":{"TargetBucket":"OTHER_BUCKET","TargetPrefix":"access/"}}\''
        ),
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  LoggingConfiguration:\n"
            "    DestinationBucketName: OTHER_BUCKET\n"
            "    LogFilePrefix: access/"
        ),
        console="S3, the bucket, Properties, Server access logging",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",),
    controls=("CL-S3-07",),
    ask=ask,
)
