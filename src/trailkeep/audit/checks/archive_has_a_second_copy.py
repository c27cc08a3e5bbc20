"""The archive has a second copy elsewhere."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "replication", _judge)


def _judge(bucket: Bucket) -> Said:
    if bucket.replication:
        return good("replication is configured")
    return unsure("no replication is configured; copies by other means cannot be seen")


CHECK = Check(
    id="archive-has-a-second-copy",
    claim="The archive has a second copy elsewhere",
    why="A closed account, a lost key or a lost Region takes the only copy along.",
    decided=(
        "S3 replication is configured. Copies by other means cannot be seen from here, so that nothing "
        "configured is UNKNOWN."
    ),
    unknown="No replication is configured: whether there is a copy by other means cannot be seen.",
    severity=Severity.INFORMATIONAL,
    fix=Fix(
        trailkeep="not made by trailkeep: replicate into a bucket of another account",
        cli=("aws s3api put-bucket-replication --bucket {bucket} --replication-configuration file://replication.json"),
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  ReplicationConfiguration:\n"
            "    Role: ROLE_ARN\n"
            "    Rules:\n"
            "      - Status: Enabled\n"
            "        Destination: {Bucket: OTHER_BUCKET_ARN, Account: OTHER_ACCOUNT}"
        ),
        console="S3, the bucket, Management, Replication rules",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",),
    controls=("CL-S3-09",),
    ask=ask,
)
