"""C3: an opt-in Region was enabled a short while ago, and the trail is still on its way."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Spot, Subject, View
from trailkeep.model.ids import is_opt_in

_WORDS = "Wait: a multi-Region trail appears in a newly enabled Region within hours."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "trail"):
        everywhere = [t for t in view.hearing(spot.account) if t.is_organization and t.is_multi_region]
        if not is_opt_in(spot.region) or not everywhere:
            yield Fine(
                because="the Region is enabled in every account by default, or no multi-Region trail is meant to"
            )
        elif any(view.status(t, spot) for t in everywhere):
            yield Fine(because="the trail is there already")
        else:
            yield _asked(view, spot) if lost is None else lost


def _asked(view: View, spot: Spot) -> Case:
    probe = Probe(operation="list_regions", account=spot.account)
    told = view.told(probe)
    if told is None or told.refused:
        because = (
            f"its state did not answer: {told.refused}" if told else "the trail is not there; a snapshot has no states"
        )
        return Unsure(where=view.place(spot), because=because, probes=(probe,))
    state = next((row.get("state") for row in told.each() if row.get("region") == spot.region), "unknown")
    if state == "ENABLING":
        fix = remedy.in_words(view, _WORDS)
        return Found(where=view.place(spot), said="the Region is ENABLING", source="account ListRegions", fix=fix)
    because = f"the Region is {state}, and the trail is not there; AWS does not tell since when"
    return Unsure(where=view.place(spot), because=because, tell="look again in a few hours; then it is another cause")


CAUSE = Cause(
    id="C3",
    name="new-region",
    title="The opt-in Region was enabled a short while ago",
    family=Family.REGIONS,
    cost=Cost.CALL,
    decided="The trail is not in an opt-in Region whose state is ENABLING.",
    unknown="A snapshot holds which Regions are enabled, not since when; `--probe` asks for their states.",
    remedy="Wait some hours.",
    sources=(
        "botocore model account ListRegions RegionOptStatus",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-multi-region-trails.html",
    ),
    look=_look,
    consequences=("A18",),
)
