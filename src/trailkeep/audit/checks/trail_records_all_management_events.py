"""Every trail records all management events, reads and writes."""

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
    if trail.selectors is None:
        return unsure("its event selectors could not be read")
    return (
        good("reads and writes")
        if trail.selectors.management == "all"
        else bad(f"of management events it records {trail.selectors.management}")
    )


CHECK = Check(
    id="trail-records-all-management-events",
    claim="Every trail records all management events, reads and writes",
    why="Reconnaissance is reads: a trail of writes alone shows the break-in, and not how it was prepared.",
    decided="GetEventSelectors: management events included, of both directions.",
    unknown="The trail or its event selectors could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws cloudtrail put-event-selectors --trail-name {trail} --advanced-event-selectors "
            '\'[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]\' (it replaces all '
            "selectors: repeat the data selectors that get-event-selectors shows)"
        ),
        cloudformation=(
            "Type: AWS::CloudTrail::Trail\n"
            "Properties:\n"
            "  AdvancedEventSelectors:  # beside the data selectors there are\n"
            "    - FieldSelectors:\n"
            "        - Field: eventCategory\n"
            "          Equals: [Management]"
        ),
        console="CloudTrail, Trails, the trail, Management events: Read and Write",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html",),
    controls=("CL-CT-02",),
    ask=ask,
)
