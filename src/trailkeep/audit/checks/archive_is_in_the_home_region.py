"""The archive is in the home Region."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""

    def judge(bucket: Bucket) -> Said:
        if view.promise.home in {None, bucket.region}:
            return good(f"it is in {bucket.region}")
        return bad(f"it is in {bucket.region}, not in {view.promise.home}")

    return on_buckets(view, "region", judge)


CHECK = Check(
    id="archive-is-in-the-home-region",
    claim="The archive is in the home Region",
    why=("CloudTrail encrypts only with a key of the bucket's Region, and reading across Regions is paid for."),
    decided="The buckets are in the specification's home Region; without one, in the trail's.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-bucket-location --bucket {bucket}",
        cloudformation=("# in a stack of the home Region\nType: AWS::S3::Bucket\nProperties:\n  BucketName: BUCKET"),
        console="S3, Buckets: AWS Region; a bucket cannot be moved",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-creation.html",),
    controls=("CL-ORG-01",),
    ask=ask,
)
