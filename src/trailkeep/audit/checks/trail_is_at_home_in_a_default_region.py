"""Every trail is at home in a Region that is enabled by default."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_trails
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.ids import is_opt_in
from trailkeep.model.trail import Trail


def ask(view: View) -> Iterator[Answer]:
    """One answer a trail."""
    return on_trails(view, _judge)


def _judge(trail: Trail) -> Said:
    home = trail.home_region
    return (
        bad(f"{home} must be enabled by every member itself") if is_opt_in(home) else good(f"{home} is always enabled")
    )


CHECK = Check(
    id="trail-is-at-home-in-a-default-region",
    claim="Every trail is at home in a Region that is enabled by default",
    why=("Members that have not enabled an opt-in Region send nothing to an organization trail that is at home there."),
    decided="The trail's home Region is none of the opt-in Regions of the commercial partition.",
    unknown="The management account's trails could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="set organization.home_region to a default Region, then trailkeep apply",
        cli=(
            "aws cloudtrail create-trail --name NEW --region us-east-1 --is-organization-trail "
            "--is-multi-region-trail --s3-bucket-name BUCKET"
        ),
        cloudformation=(
            "# in a stack of a Region that is enabled by default\n"
            "Type: AWS::CloudTrail::Trail\n"
            "Properties:\n"
            "  IsOrganizationTrail: true\n"
            "  IsMultiRegionTrail: true"
        ),
        console="CloudTrail in a Region that is enabled by default, Create trail",
    ),
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-troubleshooting.html",
        "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html",
    ),
    controls=("CL-CT-01",),
    ask=ask,
)
