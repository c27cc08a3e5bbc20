"""The digest chains of every account and Region are unbroken."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_verified
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.results import Chains
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, by what `verify` found."""

    def judge(chains: Chains) -> Said:
        holes = chains.bad.get("UNCOVERED", 0)
        if holes:
            return bad(f"{holes} ranges of hours or objects that no chain covers")
        return good("no hour is without its digest") if chains.digests else unsure("no digest of it was read")

    return on_verified(view, judge)


CHECK = Check(
    id="digest-chains-are-unbroken",
    claim="The digest chains of every account and Region are unbroken",
    why="Hours that no digest covers can have held anything.",
    decided=(
        "verify found no hours UNCOVERED: every digest's predecessor is there, and no range of hours is without one."
    ),
    unknown="Nobody verified, or the account and Region was not looked at.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep=(
            "trailkeep verify -o json --output-file verified.json, then trailkeep audit --verified verified.json"
        ),
        cli=(
            "aws cloudtrail validate-logs --trail-arn TRAIL_ARN --start-time START --account-id {account} "
            "--region {region} --verbose"
        ),
        cloudformation="nothing to declare: this is about the objects themselves",
        console="S3, the trail bucket; the console verifies nothing",
    ),
    sources=(
        (
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html"
        ),
    ),
    controls=("CL-INT-01", "CL-INT-03"),
    ask=ask,
)
