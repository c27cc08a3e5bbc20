"""Every trail records events of global services."""

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
        good("events of global services are recorded")
        if trail.global_events
        else bad("events of global services (IAM, STS, CloudFront) are left out")
    )


CHECK = Check(
    id="trail-records-global-events",
    claim="Every trail records events of global services",
    why=(
        "IAM, STS and CloudFront write their events once; a trail that leaves them out misses every "
        "change of permissions."
    ),
    decided="IncludeGlobalServiceEvents of the trail.",
    unknown="The management account's trails could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail update-trail --name {trail} --include-global-service-events",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  IncludeGlobalServiceEvents: true"),
        console="only the CLI and the API show it; multi-Region trails made in the console have it",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html",),
    controls=("CL-CT-03",),
    ask=ask,
)
