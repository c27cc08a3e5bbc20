"""Every trail is logging."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_trails
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.trail import Trail


def ask(view: View) -> Iterator[Answer]:
    """One answer a trail."""
    return on_trails(view, _judge)


def _judge(trail: Trail) -> Said:
    if trail.is_logging is None:
        return unsure("its status could not be read")
    return good("it is logging") if trail.is_logging else bad("it is stopped")


CHECK = Check(
    id="trail-is-logging",
    claim="Every trail is logging",
    why=("A stopped trail keeps its settings and looks complete; nothing is recorded until somebody starts it."),
    decided="IsLogging of GetTrailStatus in the trail's home Region.",
    unknown="The trail or its status could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail start-logging --name {trail} --region {region}",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  IsLogging: true"),
        console="CloudTrail, Trails, the trail: Start logging",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartLogging.html",),
    controls=("CL-CT-01", "CL-CT-07"),
    ask=ask,
)
