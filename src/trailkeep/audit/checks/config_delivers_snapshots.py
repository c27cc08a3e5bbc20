"""AWS Config delivers snapshots."""

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
    if cell.channel is None:
        return bad("there is no delivery channel")
    return good("snapshots are delivered") if cell.channel.frequency else bad("no snapshot is ever delivered")


CHECK = Check(
    id="config-delivers-snapshots",
    claim="AWS Config delivers snapshots",
    why=(
        "Without a frequency no snapshot ever comes; history files come only where something changed, so "
        "silence says nothing."
    ),
    decided="The channel has a snapshot frequency.",
    unknown="The account or Region could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws configservice put-delivery-channel --region {region} --delivery-channel "
            "name=default,s3BucketName=BUCKET,s3KmsKeyArn=KEY_ARN,configSnapshotDeliveryProperties={deliveryFrequency=TwentyFour_Hours}"
        ),
        cloudformation=(
            "Type: AWS::Config::DeliveryChannel\n"
            "Properties:\n"
            "  S3BucketName: BUCKET\n"
            "  ConfigSnapshotDeliveryProperties:\n"
            "    DeliveryFrequency: TwentyFour_Hours"
        ),
        console="not in the console; use the CLI",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/developerguide/deliver-snapshot-cli.html",),
    controls=("CL-CFG-02",),
    ask=ask,
)
