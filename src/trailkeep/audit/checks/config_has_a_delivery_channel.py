"""AWS Config has a delivery channel in every account and Region."""

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
    return good("there is a channel") if cell.channel else bad("there is no delivery channel")


CHECK = Check(
    id="config-has-a-delivery-channel",
    claim="AWS Config has a delivery channel in every account and Region",
    why="A recorder without a channel records, and delivers to nobody.",
    decided="DescribeDeliveryChannels shows one.",
    unknown="The account or Region could not be read.",
    severity=Severity.HIGH,
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
            "  S3KmsKeyArn: KEY_ARN\n"
            "  ConfigSnapshotDeliveryProperties: {DeliveryFrequency: TwentyFour_Hours}"
        ),
        console="AWS Config, Settings, Edit: Delivery method",
    ),
    sources=("https://docs.aws.amazon.com/config/latest/APIReference/API_PutDeliveryChannel.html",),
    controls=("CL-CFG-02",),
    ask=ask,
)
