"""C7: an SCP that denies Regions stops the recorder's own role there."""

from collections.abc import Iterator

from trailkeep.doctor import recorder_role, remedy, requests, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Let the recorder use the service-linked role of AWS Config, which SCPs do not bind; or exempt its role in the SCP."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        role = recorder_role.own_role(spot)
        if lost is not None:
            yield lost
        elif not role:
            yield Fine(because="the recorder uses the service-linked role, which no SCP binds")
        else:
            reason = recorder_role.stopped(view, role, spot.region)
            other = recorder_role.elsewhere(view, role, spot) if reason else None
            if reason is None or other is None:
                yield Fine(because="no SCP treats this Region unlike others")
                continue
            denied = requests.in_words(view, reason) if reason.policy else f"no SCP allows it at {reason.level}"
            said = f"{role} may not look at resources here, as it may in {other}: {denied}"
            fix = remedy.in_words(view, _WORDS, "the recorder's role")
            source = "organizations DescribePolicy, evaluated"
            yield Found(where=view.place(spot), said=said, source=source, fix=fix)


CAUSE = Cause(
    id="C7",
    name="region-deny",
    title="A Region deny stops the recorder's role",
    family=Family.REGIONS,
    cost=Cost.POLICY,
    decided="What a recorder looks at resources with is evaluated for its own role, Region by Region: an SCP denies it "
    "here and allows it in another Region of the account.",
    unknown="Config could not be read there.",
    remedy="The service-linked role.",
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html",),
    look=_look,
    consequences=("C10",),
    nothing="there is no recorder",
)
