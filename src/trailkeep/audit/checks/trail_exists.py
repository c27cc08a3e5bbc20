"""A trail delivers into the archive."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=_said(view))


def _said(view: View) -> Said:
    name = view.promise.trail_bucket
    found = [t.name for t in view.trails if t.bucket == name]
    if found:
        return good(f"{', '.join(found[:5])} into {name}")
    lost = view.lost(view.organization.management, "", "trails")
    return unsure(f"the trails could not be read: {lost}") if lost else bad("no trail delivers there")


CHECK = Check(
    id="trail-exists",
    claim="A trail delivers into the archive",
    why=(
        "Without a trail nothing is recorded that anybody could keep; CloudTrail's own event history "
        "forgets after 90 days."
    ),
    decided="Some trail has the archive's bucket as its destination, whatever else is wrong with it.",
    unknown="The management account's trails could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws cloudtrail create-trail --name trailkeep --s3-bucket-name BUCKET --is-multi-region-trail "
            "--is-organization-trail --enable-log-file-validation && aws cloudtrail start-logging --name "
            "trailkeep"
        ),
        cloudformation=(
            "Type: AWS::CloudTrail::Trail\n"
            "Properties:\n"
            "  S3BucketName: BUCKET\n"
            "  IsLogging: true\n"
            "  IsMultiRegionTrail: true\n"
            "  IsOrganizationTrail: true\n"
            "  EnableLogFileValidation: true"
        ),
        console="CloudTrail, Trails, Create trail; Enable for all accounts in my organization",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",),
    controls=("CL-CT-01",),
    ask=ask,
)
