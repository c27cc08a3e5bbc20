"""The archive's key is not about to be deleted."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_keys
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Key


def ask(view: View) -> Iterator[Answer]:
    """One answer a key that the archive is encrypted with."""
    return on_keys(view, _judge)


def _judge(key: Key) -> Said:
    return bad(f"its state is {key.state}") if "Deletion" in key.state else good("no deletion is scheduled")


CHECK = Check(
    id="key-is-not-being-deleted",
    claim="The archive's key is not about to be deleted",
    why="When a key is gone every log it encrypted is gone, Object Lock or not.",
    decided="KeyState of DescribeKey is neither PendingDeletion nor PendingReplicaDeletion.",
    unknown="The key could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws kms cancel-key-deletion --key-id {key} --region {region} && aws kms enable-key --key-id "
            "{key} --region {region}"
        ),
        cloudformation=(
            "Type: AWS::KMS::Key\n"
            "DeletionPolicy: Retain\n"
            "UpdateReplacePolicy: Retain\n"
            "Properties:\n"
            "  PendingWindowInDays: 30"
        ),
        console="KMS, Customer managed keys, the key, Key actions: Cancel key deletion",
    ),
    sources=("https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",),
    controls=("CL-S3-06", "CL-POL-04"),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
