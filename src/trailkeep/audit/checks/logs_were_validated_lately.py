"""The logs were validated up to this week."""

from collections.abc import Iterator
from datetime import timedelta

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.moments import said_when
from trailkeep.audit.view import View

WEEK = timedelta(days=7)


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=_said(view))


def _said(view: View) -> Said:
    if view.verified is None:
        return unsure("nobody verified: trailkeep verify -o json, then --verified FILE")
    until = view.verified.until
    if until is None:
        return unsure("the verification does not say up to when it looked")
    when = f"validated up to {said_when(until)}"
    return good(when) if view.now - until <= WEEK else bad(when)


CHECK = Check(
    id="logs-were-validated-lately",
    claim="The logs were validated up to this week",
    why="Tampering that is found a year later is found too late to ask anybody.",
    decided="The window of the verification ends less than seven days before the snapshot.",
    unknown="Nobody verified, or the account and Region was not looked at.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep=(
            "trailkeep verify -o json --output-file verified.json, then trailkeep audit --verified verified.json"
        ),
        cli="aws cloudtrail validate-logs --trail-arn TRAIL_ARN --start-time START",
        cloudformation="nothing to declare: this is about the objects themselves",
        console="S3, the trail bucket; the console verifies nothing",
    ),
    sources=(("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html"),),
    controls=("CL-INT-01", "CL-AUD-01"),
    ask=ask,
)
