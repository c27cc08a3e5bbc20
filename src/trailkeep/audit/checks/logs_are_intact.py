"""The logs of every account and Region are intact."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_verified
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.moments import said_when
from trailkeep.audit.results import Chains
from trailkeep.audit.view import View

WRONG = ("TAMPERED", "MISSING")


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, by what `verify` found."""

    def judge(chains: Chains) -> Said:
        wrong = {v: n for v in WRONG if (n := chains.bad.get(v, 0))}
        if wrong:
            counted = ", ".join(f"{n} {v}" for v, n in wrong.items())
            return bad(f"{counted}, the first: {chains.example}")
        if chains.end is None:
            return unsure("no digest of it was read")
        return good(f"{chains.digests} digests and {chains.logs} log files validated up to {said_when(chains.end)}")

    return on_verified(view, judge)


CHECK = Check(
    id="logs-are-intact",
    claim="The logs of every account and Region are intact",
    why="That validation is switched on says that it could be shown; only verifying shows it.",
    decided=(
        "verify found no object TAMPERED or MISSING: signatures, hashes and links of every digest, "
        "hashes of every log file."
    ),
    unknown="Nobody verified, or the account and Region was not looked at.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep=(
            "trailkeep verify -o json --output-file verified.json, then trailkeep audit --verified verified.json"
        ),
        cli=(
            "aws cloudtrail validate-logs --trail-arn TRAIL_ARN --start-time START --account-id {account} "
            "--region {region}"
        ),
        cloudformation="nothing to declare: this is about the objects themselves",
        console="S3, the trail bucket; the console verifies nothing",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-cli.html",),
    controls=("CL-INT-01", "CL-INT-02"),
    ask=ask,
)
