"""The archive's key is in the archive's Region."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_keys
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.archive import Key


def ask(view: View) -> Iterator[Answer]:
    """One answer a key that the archive is encrypted with."""
    bucket = view.holder("trail")

    def judge(key: Key) -> Said:
        if bucket is None:
            return unsure("the bucket was not seen")
        said = f"the key is in {key.region}, the bucket in {bucket.region}"
        return good(said) if key.region == bucket.region else bad(said)

    return on_keys(view, judge)


CHECK = Check(
    id="key-is-in-the-archives-region",
    claim="The archive's key is in the archive's Region",
    why="CloudTrail refuses a key of another Region than the bucket's.",
    decided="The key's Region is the trail bucket's.",
    unknown="The key or the bucket could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws kms create-key --region HOME_REGION",
        cloudformation=(
            "# in a stack of the bucket's Region\nType: AWS::KMS::Key\nProperties:\n  EnableKeyRotation: true"
        ),
        console="KMS in the bucket's Region, Create key",
    ),
    sources=(("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"),),
    controls=("CL-S3-06",),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
