"""A35: nothing changed for six hours, so AWS Config has no history to deliver."""

from collections.abc import Iterator

from trailkeep.doctor import walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Unsure
from trailkeep.doctor.view import Subject, View


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        channel = spot.cell.channel if spot.cell else None
        if lost is not None:
            yield lost
        elif channel is None:
            continue
        elif channel.history == "success":
            yield Fine(because="configHistoryDeliveryInfo says Success: history was delivered")
        elif channel.history == "failure":
            yield Fine(because="history was tried and failed (see A30)")
        elif channel.snapshot == "success" and channel.frequency:
            because = "no history was delivered yet, and snapshots arrive: nothing may have changed, which is normal"
            yield Unsure(where=view.place(spot), because=because, tell="the snapshots are the heartbeat")
        else:
            because = "neither history nor snapshot was delivered yet; both are due within 24 hours"
            yield Unsure(where=view.place(spot), because=because, tell="look again when a day has passed")


CAUSE = Cause(
    id="A35",
    name="nothing-changed",
    title="Nothing changed, so there is no history file",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="History was delivered at least once, or tried: then this is not the reason.",
    unknown="Nothing was delivered yet. A snapshot does not hold when a resource last changed, so an idle Region and a "
    "young one look alike, and this is never confirmed; snapshots (`deliveryFrequency`) are the heartbeat that tells.",
    remedy="None: history files are written every six hours, and only when something changed.",
    sources=(
        "https://docs.aws.amazon.com/config/latest/developerguide/how-does-config-work.html",
        "botocore model config DescribeDeliveryChannelStatus",
    ),
    look=_look,
    nothing="there is no delivery channel (see A29)",
)
