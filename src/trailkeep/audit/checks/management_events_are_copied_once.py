"""Management events are copied once."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.model.trail import Trail


def ask(view: View) -> Iterator[Answer]:
    """One answer for each further copy, or one for the organization where there is none."""
    first = _first(view)
    further = [t for t in view.snapshot.trails if t.is_logging and _copies(t) and t not in first]
    for trail in sorted(further, key=lambda t: t.arn):
        yield Answer(subject=view.trail_subject(trail), said=bad(f"a further copy, into {trail.bucket}"))
    unread = [a for a in view.promise.accounts if view.lost(a, "", "trails")]
    for account in unread:
        yield Answer(subject=view.account(account), said=unsure("whether it has trails of its own could not be read"))
    if not further and not unread:
        yield Answer(subject=view.whole, said=good("no further trail records management events"))


def _first(view: View) -> tuple[Trail, ...]:
    """The trails whose copy is wanted: one of the organization, or one for each account."""
    if view.organization_trails:
        return view.organization_trails[:1]
    return tuple(own[0] for own in view.own_trails.values())


def _copies(trail: Trail) -> bool:
    return trail.selectors is None or trail.selectors.management != "none"


CHECK = Check(
    id="management-events-are-copied-once",
    claim="Management events are copied once",
    why=(
        "The first copy is free, each further one costs $2 for 100,000 events: forgotten member trails "
        "are the dearest line of most bills."
    ),
    decided="Besides the archive's trail no logging trail records management events of the same accounts.",
    unknown="An account's trails could not be read.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep plan shows each with its cost; trailkeep apply --retire TRAIL",
        cli="aws cloudtrail stop-logging --name {trail} --region {region}",
        cloudformation="remove the AWS::CloudTrail::Trail of the member",
        console="CloudTrail in the member, Trails, the trail: Stop logging, after a day of overlap",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-trail-manage-costs.html",),
    controls=("CL-CT-08",),
    ask=ask,
)
