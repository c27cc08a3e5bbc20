"""The archive's key rotates every year."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_keys
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.archive import Key


def ask(view: View) -> Iterator[Answer]:
    """One answer a key that the archive is encrypted with."""
    return on_keys(view, _judge, "rotation")


def _judge(key: Key) -> Said:
    return good("it rotates") if key.rotates else bad("it does not rotate")


CHECK = Check(
    id="key-rotates",
    claim="The archive's key rotates every year",
    why="Rotation limits how much one key's material ever protects; old logs stay readable.",
    decided="GetKeyRotationStatus.",
    unknown="The key or its rotation could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws kms enable-key-rotation --key-id {key} --region {region}",
        cloudformation=("Type: AWS::KMS::Key\nProperties:\n  EnableKeyRotation: true"),
        console="KMS, Customer managed keys, the key, Key rotation",
    ),
    sources=("https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",),
    controls=("CL-S3-06",),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
