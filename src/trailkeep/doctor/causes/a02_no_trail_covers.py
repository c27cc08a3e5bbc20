"""A2: no trail covers the account and Region."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_FIX = "Create one multi-Region organization trail of the management account, or make the existing trail that."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "trail"):
        hearing = view.hearing(spot.account)
        if any(t.is_multi_region or t.home_region == spot.region for t in hearing):
            yield Fine(because="a trail has it in its scope")
        elif lost is not None:
            yield lost
        else:
            said = "no trail of the archive has this account in its scope"
            if hearing:
                names = ", ".join(f"{t.name} ({t.home_region} only)" for t in hearing)
                said = f"only single-Region trails hear this account: {names}"
            fix = remedy.in_words(view, _FIX, "the trail")
            yield Found(where=view.place(spot), said=said, source="cloudtrail DescribeTrails", fix=fix)


CAUSE = Cause(
    id="A2",
    name="no-trail-covers",
    title="No trail covers the account and Region",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="None of the trails that feed the archive has the account and Region in its scope.",
    unknown="The account's trails could not be read.",
    remedy="One multi-Region organization trail covers every account and Region, new ones too.",
    sources=(
        "botocore model cloudtrail DescribeTrails",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html",
    ),
    look=_look,
    consequences=("B13",),
)
