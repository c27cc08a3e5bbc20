"""Every trail validates its log files."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_trails
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.trail import Trail


def ask(view: View) -> Iterator[Answer]:
    """One answer a trail."""
    return on_trails(view, _judge)


def _judge(trail: Trail) -> Said:
    return (
        good("log file validation is on")
        if trail.validates_files
        else bad("log file validation is off: there are no digests")
    )


CHECK = Check(
    id="trail-validates-log-files",
    claim="Every trail validates its log files",
    why="Digests are what shows later that logs are whole; hours without them can never be proved intact.",
    decided=(
        "LogFileValidationEnabled of the trail. That the logs were validated is another answer: see logs-are-intact."
    ),
    unknown="The management account's trails could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail update-trail --name {trail} --enable-log-file-validation",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  EnableLogFileValidation: true"),
        console="CloudTrail, Trails, the trail, Edit, Log file validation",
    ),
    sources=(("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html"),),
    controls=("CL-CT-04",),
    ask=ask,
)
