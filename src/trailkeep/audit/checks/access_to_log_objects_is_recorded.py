"""Who reads and writes log objects is recorded."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.data_events import BOTH, directions
from trailkeep.audit.finding import Answer, Said, Severity, Subject, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.ids import AccountId


def ask(view: View) -> Iterator[Answer]:
    """One answer a bucket of the archive."""
    for holder in view.holders:
        yield Answer(subject=holder.subject, said=_said(view, holder.subject))


def _said(view: View, subject: Subject) -> Said:
    hearing = [t for t in view.hearing(AccountId(subject.account)) if t.is_logging] if subject.account else []
    heard = {
        d for t in hearing if t.selectors for d in directions(view.organization.partition, t.selectors, subject.id)
    }
    if heard >= BOTH:
        return good(f"data events: {', '.join(t.name for t in hearing[:3])}")
    if any(t.selectors is None for t in hearing):
        return unsure("the event selectors of its trail could not be read")
    return bad(
        f"data events record {' and '.join(sorted(heard))} only" if heard else "no trail records data events of it"
    )


CHECK = Check(
    id="access-to-log-objects-is-recorded",
    claim="Who reads and writes log objects is recorded",
    why="Without data events on the archive's buckets nobody can say who deleted or read a log.",
    decided=("A logging trail has data event selectors for S3 objects that cover the whole bucket, reads and writes."),
    unknown="The event selectors of the trail that hears the archive's account could not be read.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws cloudtrail put-event-selectors --trail-name TRAIL --advanced-event-selectors "
            '\'[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]},{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::BUCKET/"]}]}]\''
        ),
        cloudformation=(
            "Type: AWS::CloudTrail::Trail\n"
            "Properties:\n"
            "  AdvancedEventSelectors:\n"
            "    - FieldSelectors:\n"
            "        - {Field: eventCategory, Equals: [Management]}\n"
            "    - FieldSelectors:\n"
            "        - {Field: eventCategory, Equals: [Data]}\n"
            "        - {Field: resources.type, Equals: ['AWS::S3::Object']}\n"
            "        - {Field: resources.ARN, StartsWith: ['arn:aws:s3:::BUCKET/']}"
        ),
        console="CloudTrail, Trails, the trail, Data events: S3, Custom, resources.ARN starts with the bucket's",
    ),
    sources=(("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html"),),
    controls=("CL-CT-05", "CL-S3-07"),
    ask=ask,
    applies=lambda view: view.promise.data_events,
)
