"""The archive refuses plain transport."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.guards import denied
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket

PLAIN = {"aws:securetransport": ("false",)}


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    partition = view.organization.partition

    def judge(bucket: Bucket) -> Said:
        arn = f"arn:{partition}:s3:::{bucket.name}"
        asked = [("s3:GetObject", f"{arn}/x"), ("s3:PutObject", f"{arn}/x"), ("s3:ListBucket", arn)]
        open_ = [action for action, resource in asked if not denied(bucket, partition, action, resource, PLAIN)]
        return (
            bad(f"{', '.join(open_)} without TLS is not denied") if open_ else good("denied to everybody without TLS")
        )

    return on_buckets(view, "policy", judge)


CHECK = Check(
    id="archive-asks-for-tls",
    claim="The archive refuses plain transport",
    why="Logs that travel without TLS can be read and changed on their way.",
    decided="The bucket policy explicitly denies reading, writing and listing without TLS, to everybody.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws s3api get-bucket-policy --bucket {bucket}",
        cloudformation=(
            "Type: AWS::S3::BucketPolicy\n"
            "Properties:\n"
            "  Bucket: BUCKET\n"
            "  PolicyDocument:\n"
            "    Statement:\n"
            "      - Effect: Deny\n"
            "        Principal: '*'\n"
            "        Action: s3:*\n"
            "        Resource: ['arn:aws:s3:::BUCKET', 'arn:aws:s3:::BUCKET/*']\n"
            "        Condition: {Bool: {aws:SecureTransport: false}}"
        ),
        console="S3, the bucket, Permissions, Bucket policy",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",),
    controls=("CL-S3-05",),
    ask=ask,
)
