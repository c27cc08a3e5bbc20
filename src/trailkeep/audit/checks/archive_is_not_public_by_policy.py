"""No statement opens the archive to everybody."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.grants import allows, is_open
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "policy", _judge)


def _judge(bucket: Bucket) -> Said:
    for statement in allows(bucket.policy):
        if is_open(statement):
            return bad(f"statement {statement.get('Sid', 'without Sid')} lets everybody in")
    return good("no statement lets everybody in")


CHECK = Check(
    id="archive-is-not-public-by-policy",
    claim="No statement opens the archive to everybody",
    why="A public statement waits for the day on which the public access block is taken off.",
    decided="No Allow names everybody (or everybody but some) without a condition on who asks or whence.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-bucket-policy-status --bucket {bucket}",
        cloudformation=(
            "# without a statement for Principal: '*'\nType: AWS::S3::BucketPolicy\nProperties:\n  Bucket: BUCKET"
        ),
        console="S3, the bucket, Permissions, Bucket policy",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",),
    controls=("CL-S3-04", "CL-S3-10"),
    ask=ask,
)
