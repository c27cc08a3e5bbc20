"""C2: events of global services (IAM, STS, Organizations) are not recorded."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.ids import leader

_WORDS = "Include global service events, in a multi-Region trail: they are events of the partition's first Region."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    first = leader(view.partition)
    for trail in walk.trails(view, subject):
        reaches = trail.is_multi_region or trail.home_region == first
        if trail.global_events and reaches:
            yield Fine(because="IncludeGlobalServiceEvents = true, and the Region where they are recorded is heard")
            continue
        said = (
            "IncludeGlobalServiceEvents = false" if reaches else f"they are recorded in {first}, which it does not hear"
        )
        call = ("update-trail", "--include-global-service-events", "--is-multi-region-trail")
        yield Found(
            where=f"trail {trail.name} of {view.name(trail.owner)}",
            said=said,
            source="cloudtrail DescribeTrails",
            fix=remedy.on_trail(view, trail, _WORDS, "cloudtrail:UpdateTrail", *call),
        )
    yield from walk.unread_trails(view, subject)


CAUSE = Cause(
    id="C2",
    name="global-events",
    title="Events of global services are missing",
    family=Family.REGIONS,
    cost=Cost.STATUS,
    decided="IncludeGlobalServiceEvents is false, or a single-Region trail is homed elsewhere than where they appear.",
    unknown="The account's trails could not be read.",
    remedy="A multi-Region trail with global service events.",
    sources=("botocore model cloudtrail CreateTrail IncludeGlobalServiceEvents",),
    look=_look,
    nothing="there is no trail (see A2)",
)
