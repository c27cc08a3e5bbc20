"""C1: the trail hears its home Region only."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = "Make the trail a multi-Region one: it then hears new Regions by itself."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        if trail.is_multi_region:
            yield Fine(because="IsMultiRegionTrail = true")
        else:
            yield Found(
                where=f"trail {trail.name} of {view.name(trail.owner)}",
                said=f"IsMultiRegionTrail = false: only {trail.home_region} is heard",
                source="cloudtrail DescribeTrails",
                fix=remedy.on_trail(
                    view, trail, _WORDS, "cloudtrail:UpdateTrail", "update-trail", "--is-multi-region-trail"
                ),
            )
    yield from walk.unread_trails(view, subject)


CAUSE = Cause(
    id="C1",
    name="single-region",
    title="The trail hears one Region only",
    family=Family.REGIONS,
    cost=Cost.STATUS,
    decided="IsMultiRegionTrail of the trails that feed the archive.",
    unknown="The account's trails could not be read.",
    remedy="Update the trail; the default of the API is a single Region.",
    sources=("botocore model cloudtrail DescribeTrails, UpdateTrail",),
    look=_look,
    consequences=("A2", "B13", "C2"),
    nothing="there is no trail (see A2)",
)
