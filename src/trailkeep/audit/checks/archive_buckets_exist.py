"""The buckets of the archive exist."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import Holder, View


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket that should be there."""
    for holder in view.holders:
        yield Answer(subject=holder.subject, said=_said(view, holder))


def _said(view: View, holder: Holder) -> Said:
    if holder.bucket is not None:
        return good(f"it is in account {holder.bucket.account}, {holder.bucket.region}")
    if holder.lost:
        return unsure(f"it could not be read: {holder.lost}")
    if view.promise.foreign or not view.promise.specified:
        return unsure("it was not seen: it is in an account whose buckets are not read")
    return bad("there is no such bucket in the archive's account")


CHECK = Check(
    id="archive-buckets-exist",
    claim="The buckets of the archive exist",
    why="A deleted bucket loses what was in it, and anybody may take its name and receive the logs.",
    decided="Each bucket that trails and channels should deliver into is in the archive's account.",
    unknown="The archive's account could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api head-bucket --bucket {bucket}",
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "DeletionPolicy: Retain\n"
            "UpdateReplacePolicy: Retain\n"
            "Properties:\n"
            "  BucketName: BUCKET"
        ),
        console="S3, Buckets in the archive's account",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",),
    controls=("CL-ORG-01", "CL-CT-07"),
    ask=ask,
)
