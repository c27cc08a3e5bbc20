"""Every log that was asked for could be read."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_verified
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, good, unsure
from trailkeep.audit.results import Chains
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, by what `verify` found."""

    def judge(chains: Chains) -> Said:
        lost = chains.bad.get("UNREADABLE", 0)
        if lost:
            return unsure(f"{lost} objects could not be read, the first: {chains.example}")
        return good("everything that was asked for could be read") if chains.digests else unsure("nothing was read")

    return on_verified(view, judge)


CHECK = Check(
    id="logs-can-be-read",
    claim="Every log that was asked for could be read",
    why="An archive that nobody can decrypt is as good as none, and nobody notices before the incident.",
    decided="verify found no object UNREADABLE.",
    unknown="Nobody verified, or an object could not be read: not being able to read is never called a failure.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep=(
            "trailkeep verify -o json --output-file verified.json, then trailkeep audit --verified verified.json"
        ),
        cli="aws s3api head-object --bucket BUCKET --key KEY",
        cloudformation="nothing to declare: this is about the objects themselves",
        console="S3, the trail bucket; the console verifies nothing",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-find-log-files.html",),
    controls=("CL-INT-05",),
    ask=ask,
)
