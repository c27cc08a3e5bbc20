"""Every trail is multi-Region."""

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
    return good("it hears every Region") if trail.is_multi_region else bad(f"it hears only {trail.home_region}")


CHECK = Check(
    id="trail-is-multi-region",
    claim="Every trail is multi-Region",
    why="A trail of one Region misses what happens in all others, also in Regions nobody uses on purpose.",
    decided="IsMultiRegionTrail of the trail.",
    unknown="The management account's trails could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail update-trail --name {trail} --is-multi-region-trail",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  IsMultiRegionTrail: true"),
        console="CloudTrail, Trails, the trail; trails made in the console are multi-Region",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-multi-region-trails.html",),
    controls=("CL-CT-01",),
    ask=ask,
)
