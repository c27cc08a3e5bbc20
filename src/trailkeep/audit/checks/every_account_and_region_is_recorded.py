"""Management events of every account and Region reach the archive."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, judged on the organization's trails."""
    recorded = {t.arn: good(f"recorded by trail {t.name}") for t in view.trails}
    nobody = bad("no logging trail of the archive hears it")
    doubtful = unsure("whether its trail is logging could not be read")

    def judge(seen: Seen, _cell: Cell) -> Said:
        assert seen.region is not None
        hearing = view.hearing(seen.account)
        for trail in hearing:
            if trail.records(seen.account, seen.region):
                return recorded[trail.arn]
        return doubtful if any(t.is_logging is None for t in hearing) else nobody

    return on_cells(view, "trails", judge)


CHECK = Check(
    id="every-account-and-region-is-recorded",
    claim="Management events of every account and Region reach the archive",
    why=(
        "An account or Region that no trail hears is where an intruder works in peace. Members of an "
        "organization trail need no trail of their own."
    ),
    decided="A logging trail of the archive has the account in its scope and the Region in its reach.",
    unknown="The account, the Region or its trails could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail start-logging --name TRAIL --region HOME_REGION",
        cloudformation=(
            "Type: AWS::CloudTrail::Trail\n"
            "Properties:\n"
            "  IsLogging: true\n"
            "  IsMultiRegionTrail: true\n"
            "  IsOrganizationTrail: true"
        ),
        console="CloudTrail, Trails, the trail: Start logging; Multi-region trail: Yes",
    ),
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-multi-region-trails.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
    ),
    controls=("CL-CT-01",),
    ask=ask,
)
