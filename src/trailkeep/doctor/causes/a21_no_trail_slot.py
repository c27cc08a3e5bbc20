"""A21: the account has as many trails in the Region as AWS allows, so the organization trail finds no place."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View
from trailkeep.model.ids import AccountId
from trailkeep.model.trail import Trail

MOST = 5
_WORDS = "Stop and delete trails that nobody needs any more; the organization trail records the same events already."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    everywhere = [t for t in walk.trails(view, subject) if t.is_organization]
    if not everywhere:
        return
    own: dict[AccountId, list[Trail]] = {}
    for trail in view.snapshot.trails:
        if not trail.is_organization:
            own.setdefault(trail.owner, []).append(trail)
    for spot, lost in walk.spots(view, subject, "trail"):
        if lost is not None:
            yield lost
            continue
        here = [t for t in own.get(spot.account, ()) if t.is_multi_region or t.home_region == spot.region]
        if len(here) < MOST or any(view.status(t, spot) for t in everywhere):
            yield Fine(because=f"fewer than {MOST} trails of its own, or the organization trail appears")
        else:
            names = ", ".join(sorted(t.name for t in here)[:MOST])
            said = f"{len(here)} trails of its own ({names}), and the organization trail is not there"
            fix = remedy.in_words(view, _WORDS, "`--retire NAME`")
            yield Found(where=view.place(spot), said=said, source="cloudtrail DescribeTrails", fix=fix)


CAUSE = Cause(
    id="A21",
    name="no-trail-slot",
    title="All trail slots of the Region are taken",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="Five trails of the account are in the Region and the organization trail is not. That the quota is the "
    "reason is a conclusion: AWS's pages do not say what happens then.",
    unknown="The account's trails could not be read.",
    remedy="Retire trails that are not needed; the quota of five cannot be raised.",
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html",),
    look=_look,
    consequences=("A18",),
    nothing="no organization trail is in use",
)
