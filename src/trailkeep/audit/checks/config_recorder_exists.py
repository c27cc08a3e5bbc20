"""AWS Config has a recorder in every account and Region."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""
    return on_cells(view, "config", _judge)


def _judge(_seen: Seen, cell: Cell) -> Said | None:
    if cell.recorder is not None:
        return good("there is a customer-managed recorder")
    return bad("there is no customer-managed recorder")


CHECK = Check(
    id="config-recorder-exists",
    claim="AWS Config has a recorder in every account and Region",
    why="AWS Config is Regional: a Region without a recorder has no history of what was changed there.",
    decided="DescribeConfigurationRecorders shows a customer-managed recorder.",
    unknown="The account or Region could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-configuration-recorder --region {region} --configuration-recorder "
            "name=default,roleARN=ROLE_ARN --recording-group allSupported=true"
        ),
        cloudformation=(
            "Type: AWS::Config::ConfigurationRecorder\n"
            "Properties:\n"
            "  RoleARN: ROLE_ARN\n"
            "  RecordingGroup:\n"
            "    AllSupported: true"
        ),
        console="AWS Config in that Region, Get started",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorders.html",),
    controls=("CL-CFG-01",),
    ask=ask,
)
