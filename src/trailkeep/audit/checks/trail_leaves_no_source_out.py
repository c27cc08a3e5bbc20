"""No trail leaves out a source of events."""

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
        good("no source is left out")
        if not trail.selectors.excluded_sources
        else bad(f"left out: {', '.join(trail.selectors.excluded_sources)}")
    )


CHECK = Check(
    id="trail-leaves-no-source-out",
    claim="No trail leaves out a source of events",
    why="Calls to KMS show who decrypted what; leaving them out to save money takes away the evidence.",
    decided="ExcludeManagementEventSources of the selectors is empty.",
    unknown="The trail or its event selectors could not be read.",
    severity=Severity.MEDIUM,
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
        console=(
            "CloudTrail, Trails, the trail, Management events: clear Exclude AWS KMS events and Exclude "
            "Amazon RDS Data API events"
        ),
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html",),
    controls=("CL-CT-02",),
    ask=ask,
)
