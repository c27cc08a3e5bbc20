"""The archive's key is in another account than the logs."""

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
        apart = key.account != bucket.account
        return good(f"it is in account {key.account}") if apart else bad("it is in the account of the logs")

    return on_keys(view, judge)


CHECK = Check(
    id="key-lives-apart-from-the-logs",
    claim="The archive's key is in another account than the logs",
    why="With both in one account its administrator alone can read, and destroy, everything.",
    decided="The key's account is not the trail bucket's.",
    unknown="The key or the bucket could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws kms create-key --region HOME_REGION (in the security account)",
        cloudformation=(
            "# in a stack of the security account\nType: AWS::KMS::Key\nProperties:\n  EnableKeyRotation: true"
        ),
        console="KMS in the security account, Create key",
    ),
    sources=(
        ("https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/log-archive.html"),
    ),
    controls=("CL-S3-06", "CL-POL-04"),
    ask=ask,
    applies=lambda view: view.promise.kms,
)
