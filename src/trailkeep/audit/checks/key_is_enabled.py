"""The archive's key is enabled."""

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
    return good("it is enabled") if key.state == "Enabled" else bad(f"its state is {key.state}")


CHECK = Check(
    id="key-is-enabled",
    claim="The archive's key is enabled",
    why="Nothing can be written or read with a disabled key: delivery stops, and the archive is dark.",
    decided="KeyState of DescribeKey is Enabled.",
    unknown="The key could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws kms enable-key --key-id {key} --region {region}",
        cloudformation=("Type: AWS::KMS::Key\nProperties:\n  Enabled: true"),
        console="KMS, Customer managed keys, the key, Key actions: Enable",
    ),
    sources=("https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",),
    controls=("CL-S3-06",),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
