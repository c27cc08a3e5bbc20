"""The organization trail is there in every account and Region."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region in which an organization trail should be."""
    trails = [t for t in view.organization_trails if t.is_logging]
    there, silent = (
        good("the organization trail is there and logs"),
        bad("the organization trail is there, and is stopped"),
    )
    missing = bad("the organization trail is not there")

    def judge(seen: Seen, cell: Cell) -> Said | None:
        wanted = [t.arn for t in trails if t.is_multi_region or t.home_region == seen.region]
        if not wanted:
            return None
        logging = {s.arn: s.is_logging for s in cell.trails}
        if all(logging.get(arn) for arn in wanted):
            return there
        return missing if any(arn not in logging for arn in wanted) else silent

    return on_cells(view, "trails", judge)


CHECK = Check(
    id="organization-trail-is-in-every-account-and-region",
    claim="The organization trail is there in every account and Region",
    why=(
        "A trail looks fine in the management account although trusted access is off or a member's copy "
        "was never made; only the member's own Region tells."
    ),
    decided=(
        "DescribeTrails in each account and Region shows each organization trail, and GetTrailStatus "
        "there says it is logging."
    ),
    unknown="The account, the Region or its trails could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply; a new account or Region can take hours",
        cli="aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com",
        cloudformation="CloudTrail makes the copies itself; nothing to declare in members",
        console="Organizations, Services, CloudTrail: Enable trusted access",
    ),
    sources=(
        ("https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudtrail.html"),
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
    ),
    controls=("CL-CT-01", "CL-CT-07"),
    ask=ask,
    applies=lambda view: view.promise.organization_trail,
)
