"""No trail records its own deliveries."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_trails
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.data_events import directions
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.trail import Trail


def ask(view: View) -> Iterator[Answer]:
    """One answer a trail."""

    def judge(trail: Trail) -> Said:
        if trail.selectors is None:
            return unsure("its event selectors could not be read")
        covers = directions(view.organization.partition, trail.selectors, trail.bucket)
        if covers and trail.recursive:
            return bad("it records data events of its own bucket, its own deliveries included")
        return good("its own deliveries are left out" if covers else "it records no data events of its own bucket")

    return on_trails(view, judge)


CHECK = Check(
    id="trail-does-not-record-its-own-deliveries",
    claim="No trail records its own deliveries",
    why=("With data events on its own bucket each delivery is an event, which is delivered: a loop that is paid for."),
    decided="RecursiveLogging is off wherever the trail's data events cover its own bucket.",
    unknown="The trail or its event selectors could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail update-trail --name {trail} --no-recursive-logging",
        cloudformation="no property yet; use the CLI",
        console="not in the console; use the CLI",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html",),
    controls=("CL-CT-05",),
    ask=ask,
)
