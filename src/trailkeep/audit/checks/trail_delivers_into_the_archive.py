"""Every trail that was promised delivers into the archive's bucket."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_trails
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.trail import Trail


def ask(view: View) -> Iterator[Answer]:
    """One answer a trail."""
    wanted = view.promise.trail_bucket

    def judge(trail: Trail) -> Said:
        where = f"it delivers into {trail.bucket}"
        return good(where) if trail.bucket == wanted else bad(f"{where}, not into {wanted}")

    return on_trails(view, judge)


CHECK = Check(
    id="trail-delivers-into-the-archive",
    claim="Every trail that was promised delivers into the archive's bucket",
    why=(
        "A trail that was turned to another bucket still runs and reports no error, and its logs are "
        "somewhere nobody protects."
    ),
    decided=(
        "The trail's bucket is the one of the specification; without one, the bucket of the organization's trail."
    ),
    unknown="The management account's trails could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail update-trail --name {trail} --s3-bucket-name BUCKET",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  S3BucketName: BUCKET"),
        console="CloudTrail, Trails, the trail, Edit, Storage location",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html",),
    controls=("CL-CT-01", "CL-CT-08"),
    ask=ask,
)
