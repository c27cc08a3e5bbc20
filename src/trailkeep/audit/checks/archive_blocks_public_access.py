"""The archive blocks public access."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "public access block", _judge)


def _judge(bucket: Bucket) -> Said:
    return good("all four are on") if bucket.blocks_public_access else bad("public access is not blocked altogether")


CHECK = Check(
    id="archive-blocks-public-access",
    claim="The archive blocks public access",
    why="One careless statement must not be enough to show the world every call in every account.",
    decided="All four settings of the bucket's public access block are on.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration "
            "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
        ),
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  PublicAccessBlockConfiguration:\n"
            "    BlockPublicAcls: true\n"
            "    BlockPublicPolicy: true\n"
            "    IgnorePublicAcls: true\n"
            "    RestrictPublicBuckets: true"
        ),
        console="S3, the bucket, Permissions, Block public access",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",),
    controls=("CL-S3-04",),
    ask=ask,
)
