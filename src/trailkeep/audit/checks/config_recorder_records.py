"""Every recorder of AWS Config is recording."""

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
    if cell.recorder is None:
        return bad("there is no recorder")
    return good("it is recording") if cell.recorder.is_recording else bad("it is stopped")


CHECK = Check(
    id="config-recorder-records",
    claim="Every recorder of AWS Config is recording",
    why="A stopped recorder keeps its settings and its history ends.",
    decided="DescribeConfigurationRecorderStatus: recording.",
    unknown="The account or Region could not be read.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=("aws configservice start-configuration-recorder --region {region} --configuration-recorder-name default"),
        cloudformation=(
            "# the recorder starts once a channel exists\n"
            "Type: AWS::Config::DeliveryChannel\n"
            "Properties:\n"
            "  S3BucketName: BUCKET\n"
            "  S3KmsKeyArn: KEY_ARN\n"
            "  ConfigSnapshotDeliveryProperties: {DeliveryFrequency: TwentyFour_Hours}"
        ),
        console="AWS Config, Settings: Start recording",
    ),
    sources=(("https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorderStatus.html"),),
    controls=("CL-CFG-01",),
    ask=ask,
)
