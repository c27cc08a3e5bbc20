"""CloudTrail can deliver from every account and Region."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.moments import ours
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region, by CloudTrail's own status."""
    fine, nothing = good("CloudTrail reports no delivery error"), unsure("no trail of the archive is there")

    def judge(_seen: Seen, cell: Cell) -> Said:
        statuses = ours(view, cell)
        for status in statuses:
            if error := status.delivery_error or status.digest_error:
                return bad(f"CloudTrail cannot deliver: {error}")
        return fine if statuses else nothing

    return on_cells(view, "trails", judge)


CHECK = Check(
    id="trail-can-deliver",
    claim="CloudTrail can deliver from every account and Region",
    why="CloudTrail keeps trying for 30 days; after that the events are gone. Nobody is told.",
    decided="GetTrailStatus of each account and Region: no LatestDeliveryError, no LatestDigestDeliveryError.",
    unknown="The account, the Region or its trails could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply; trailkeep prove --claim cloudtrail-delivers",
        cli="aws cloudtrail get-trail-status --name TRAIL_ARN --region {region}",
        cloudformation=(
            "Type: AWS::S3::BucketPolicy\n"
            "Properties:\n"
            "  Bucket: BUCKET\n"
            "  PolicyDocument:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {Service: cloudtrail.amazonaws.com}\n"
            "        Action: s3:PutObject\n"
            "        Resource: arn:aws:s3:::BUCKET/AWSLogs/*\n"
            "        Condition:\n"
            "          StringEquals: {aws:SourceArn: TRAIL_ARN, s3:x-amz-acl: bucket-owner-full-control}"
        ),
        console="CloudTrail, Trails, the trail: Last log file delivered, and the error beside it",
    ),
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-troubleshooting.html",
    ),
    controls=("CL-CT-07",),
    ask=ask,
)
