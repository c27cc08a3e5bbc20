"""The archive keeps every version."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    return on_buckets(view, "versioning", _judge)


def _judge(bucket: Bucket) -> Said:
    if bucket.versioning == "Enabled":
        return good("versioning is on")
    return bad("versioning is suspended" if bucket.versioning else "versioning was never switched on")


CHECK = Check(
    id="archive-keeps-versions",
    claim="The archive keeps every version",
    why="Without versioning a deleted or overwritten log is gone, and Object Lock cannot be.",
    decided="Versioning is Enabled, not Suspended.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration Status=Enabled",
        cloudformation=("Type: AWS::S3::Bucket\nProperties:\n  VersioningConfiguration:\n    Status: Enabled"),
        console="S3, the bucket, Properties, Bucket Versioning",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",),
    controls=("CL-S3-01",),
    ask=ask,
)
