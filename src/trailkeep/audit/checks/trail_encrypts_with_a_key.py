"""Every trail encrypts with a KMS key."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_trails
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.trail import Trail


def ask(view: View) -> Iterator[Answer]:
    """One answer a trail."""
    wanted = view.promise.key

    def judge(trail: Trail) -> Said:
        if not trail.kms_key:
            return bad("its log files are encrypted with SSE-S3 only")
        if wanted and trail.kms_key != wanted:
            return bad(f"it encrypts with {trail.kms_key}, not with {wanted}")
        return good(f"it encrypts with {trail.kms_key}")

    return on_trails(view, judge)


CHECK = Check(
    id="trail-encrypts-with-a-key",
    claim="Every trail encrypts with a KMS key",
    why="With a key of another account, who can read the bucket still cannot read the logs.",
    decided="KmsKeyId of the trail is set, to the key of the specification where there is one.",
    unknown="The management account's trails could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail update-trail --name {trail} --kms-key-id KEY_ARN",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  KMSKeyId: KEY_ARN"),
        console="CloudTrail, Trails, the trail, Edit, Log file SSE-KMS encryption",
    ),
    sources=(
        (
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html"
        ),
    ),
    controls=("CL-S3-06",),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
