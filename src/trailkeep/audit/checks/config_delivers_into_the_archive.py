"""AWS Config delivers into the archive from every account and Region."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""
    wanted = view.promise.config_bucket
    fine = good(f"into {wanted}")

    def judge(seen: Seen, cell: Cell) -> Said:
        if cell.channel is None:
            return bad("there is no delivery channel")
        if cell.channel.bucket == wanted:
            return fine
        if cell.recorder and ("recorder", seen.account, cell.recorder.name) in view.foreign:
            return unsure(f"into {cell.channel.bucket}, by a recorder that somebody else manages")
        return bad(f"into {cell.channel.bucket}, not into {wanted}")

    return on_cells(view, "config", judge)


CHECK = Check(
    id="config-delivers-into-the-archive",
    claim="AWS Config delivers into the archive from every account and Region",
    why="History in a member's own bucket is history its administrator can delete.",
    decided=(
        "The channel's bucket is the archive's for AWS Config. A channel beside a recorder that somebody "
        "else manages is left to them."
    ),
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
