"""The archive has no ACLs."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "ownership", _judge)


def _judge(bucket: Bucket) -> Said:
    if bucket.ownership == "BucketOwnerEnforced":
        return good("the owner's rules hold, there are no ACLs")
    return bad(f"object ownership is {bucket.ownership or 'not set'}")


CHECK = Check(
    id="archive-has-no-acls",
    claim="The archive has no ACLs",
    why="An ACL opens objects beside every policy; with BucketOwnerEnforced there are none.",
    decided="ObjectOwnership is BucketOwnerEnforced, which suits CloudTrail and AWS Config.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws s3api put-bucket-ownership-controls --bucket {bucket} --ownership-controls "
            "'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'"
        ),
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  OwnershipControls:\n"
            "    Rules: [{ObjectOwnership: BucketOwnerEnforced}]"
        ),
        console="S3, the bucket, Permissions, Object Ownership: ACLs disabled",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",),
    controls=("CL-S3-04",),
    ask=ask,
)
