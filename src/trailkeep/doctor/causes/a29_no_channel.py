"""A29: AWS Config has no delivery channel, or it delivers into another bucket."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import Subject, View

_WORDS = (
    "Point the channel at the archive's Config bucket, once its policy lets Config write (PutDeliveryChannel tries)."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        channel = spot.cell.channel if spot.cell else None
        if lost is not None:
            yield lost
        elif view.foreign_recorder(spot):
            yield Fine(because="recorder and channel are managed by somebody else")
        elif channel is not None and channel.bucket in view.config_names:
            yield Fine(because="the channel delivers into the archive's Config bucket")
        elif channel is not None and view.spec is None:
            because = f"it delivers into {channel.bucket}, most others into {', '.join(view.config_names)}"
            yield Unsure(where=view.place(spot), because=because, tell="say which bucket is meant with --spec")
        else:
            wanted = ", ".join(view.config_names) or "the archive"
            said = (
                f"the channel delivers into {channel.bucket}, not into {wanted}" if channel else "there is no channel"
            )
            fix = remedy.in_words(view, _WORDS, "the delivery channel")
            yield Found(where=view.place(spot), said=said, source="config DescribeDeliveryChannels", fix=fix)


CAUSE = Cause(
    id="A29",
    name="no-channel",
    title="AWS Config delivers nowhere, or elsewhere",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="There is no delivery channel, or its bucket is not the archive's Config bucket as specified.",
    unknown="Config could not be read there; or no specification says which bucket is meant, and channels differ.",
    remedy="`trailkeep apply` puts the channel right.",
    sources=("botocore model config DescribeDeliveryChannels, PutDeliveryChannel",),
    look=_look,
)
