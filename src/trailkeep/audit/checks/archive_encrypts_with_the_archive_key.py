"""The archive's buckets encrypt with the archive's key."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_buckets
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Bucket


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    key = view.promise.key
    wanted = {key, *(k.alias for k in view.snapshot.keys if k.arn == key)} - {""}

    def judge(bucket: Bucket) -> Said:
        used = bucket.encryption.key
        if not used:
            return bad("it encrypts with SSE-S3")
        if wanted and used not in wanted:
            return bad(f"it encrypts with {used}, not with {key}")
        return good(f"it encrypts with {used}")

    return on_buckets(view, "encryption", judge)


CHECK = Check(
    id="archive-encrypts-with-the-archive-key",
    claim="The archive's buckets encrypt with the archive's key",
    why=(
        "What is written without naming a key is encrypted with the bucket's default; with SSE-S3 the "
        "key policy protects nothing."
    ),
    decided="Default encryption is SSE-KMS with the key of the specification, or of the trail.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws s3api put-bucket-encryption --bucket {bucket} --server-side-encryption-configuration "
            '\'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"KEY_ARN"}}]}\''
        ),
        cloudformation=(
            "Type: AWS::S3::Bucket\n"
            "Properties:\n"
            "  BucketEncryption:\n"
            "    ServerSideEncryptionConfiguration:\n"
            "      - ServerSideEncryptionByDefault: {SSEAlgorithm: aws:kms, KMSMasterKeyID: KEY_ARN}"
        ),
        console="S3, the bucket, Properties, Default encryption",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",),
    controls=("CL-S3-06",),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
