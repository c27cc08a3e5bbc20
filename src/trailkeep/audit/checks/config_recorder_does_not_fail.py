"""No recorder of AWS Config fails."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""
    return on_cells(view, "config", _judge)


def _judge(_seen: Seen, cell: Cell) -> Said | None:
    recorder = cell.recorder
    if recorder is None:
        return unsure("there is no recorder")
    if recorder.status == "failure":
        return bad(f"AWS Config cannot record: {recorder.error or 'it does not say why'}")
    return good("it reports no failure")


CHECK = Check(
    id="config-recorder-does-not-fail",
    claim="No recorder of AWS Config fails",
    why="A recorder without the permissions it needs runs, and records nothing of what it may not see.",
    decided="DescribeConfigurationRecorderStatus: lastStatus is not Failure.",
    unknown="The account or Region could not be read. Or there is no recorder.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws configservice describe-configuration-recorder-status --region {region}",
        cloudformation=(
            "Type: AWS::Config::ConfigurationRecorder\nProperties:\n  RoleARN: ROLE_ARN  # of AWSServiceRoleForConfig"
        ),
        console="AWS Config, Settings: the error beside the recorder",
    ),
    sources=(("https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorderStatus.html"),),
    controls=("CL-CFG-01",),
    ask=ask,
)
