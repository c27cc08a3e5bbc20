"""Deleting a version of a log asks for the root user's MFA code."""

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
    return good("MFA Delete is on") if bucket.mfa_delete else bad("MFA Delete is off")


CHECK = Check(
    id="deleting-a-version-asks-for-mfa",
    claim="Deleting a version of a log asks for the root user's MFA code",
    why="With protection: mfa it is MFA Delete that keeps versions; only the root user can switch it.",
    decided="MFADelete of GetBucketVersioning is Enabled. Needed with protection: mfa.",
    unknown="The bucket or this setting of it could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep plan prints the root user's procedure and checks the result",
        cli=(
            "aws s3api put-bucket-versioning --bucket {bucket} --versioning-configuration "
            "Status=Enabled,MFADelete=Enabled --mfa 'SERIAL CODE' (as the root user)"
        ),
        cloudformation="CloudFormation cannot switch MFA Delete",
        console="the console cannot switch MFA Delete",
    ),
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html",),
    controls=("CL-S3-02",),
    ask=ask,
    applies=lambda view: view.promise.mfa,
)
