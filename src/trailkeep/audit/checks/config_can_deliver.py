"""AWS Config can deliver from every account and Region."""

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
    channel = cell.channel
    if channel is None:
        return bad("there is no delivery channel")
    told = {channel.history, channel.snapshot}
    if "failure" in told:
        return bad(f"AWS Config cannot deliver: {channel.error or 'it does not say why'}")
    return good("the last delivery succeeded") if "success" in told else unsure("nothing was delivered yet")


CHECK = Check(
    id="config-can-deliver",
    claim="AWS Config can deliver from every account and Region",
    why="The recorder keeps recording while delivery fails; what was not delivered is not in the archive.",
    decided="DescribeDeliveryChannelStatus: the last delivery of history and of a snapshot did not fail.",
    unknown="The account or Region could not be read. Or nothing was delivered yet.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply; trailkeep prove --claim config-delivers",
        cli="aws configservice describe-delivery-channel-status --region {region}",
        cloudformation=(
            "Type: AWS::S3::BucketPolicy\n"
            "Properties:\n"
            "  Bucket: BUCKET\n"
            "  PolicyDocument:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {Service: config.amazonaws.com}\n"
            "        Action: s3:PutObject\n"
            "        Resource: arn:aws:s3:::BUCKET/AWSLogs/*/Config/*\n"
            "        Condition:\n"
            "          StringEquals: {aws:SourceOrgID: ORGANIZATION, s3:x-amz-acl: bucket-owner-full-control}"
        ),
        console="AWS Config, Settings: the error beside the delivery method",
    ),
    sources=(
        "https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeDeliveryChannelStatus.html",
        "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html",
    ),
    controls=("CL-CFG-02",),
    ask=ask,
)
