"""C12: AWS Config is not offered in the Region."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = "Nothing is wrong: leave the Region out, with the reason (`organization.exclude`)."


def _look(view: View, subject: Subject) -> Iterator[Case]:
    missing = {(u.account, u.region) for u in view.snapshot.unreachable if u.reason == "not offered"}
    for spot, lost in walk.spots(view, subject, "config"):
        if (spot.account, spot.region) in missing:
            said = "the service has no endpoint there, or does not know the call"
            fix = remedy.in_words(view, _WORDS)
            yield Found(where=view.place(spot), said=said, source="config DescribeConfigurationRecorderStatus", fix=fix)
        else:
            yield lost or Fine(because="AWS Config answers there")


CAUSE = Cause(
    id="C12",
    name="not-offered",
    title="AWS Config is not offered in the Region",
    family=Family.REGIONS,
    cost=Cost.STATUS,
    decided="The endpoint is missing, or answers that it does not support the operation.",
    unknown="The Region could not be read for another reason.",
    remedy="Exclude the Region in the specification, with the reason.",
    sources=("botocore exceptions EndpointConnectionError; AWS Config UnsupportedOperation",),
    look=_look,
)
