"""A24: CloudTrail's writes time out: nothing is delivered, and no error is told."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Unsure
from trailkeep.doctor.view import FRESH, Spot, Subject, View
from trailkeep.model.trail import Trail, TrailStatus

_WORDS = (
    "Look at AWS Health for S3 and KMS; CloudTrail repeats for 30 days, after that the events are gone. Your own "
    "network "
    "is not in the way: CloudTrail delivers inside AWS."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "trail"):
        if lost is not None:
            yield lost
            continue
        for trail in view.hearing(spot.account):
            status = view.status(trail, spot)
            if status is not None and trail.is_logging:
                yield _of(view, spot, trail, status)


def _of(view: View, spot: Spot, trail: Trail, status: TrailStatus) -> Case:
    where, taken = view.place(spot), view.snapshot.taken
    last = max((t for t in (status.delivered, status.digest_delivered) if t), default=None)
    if status.delivery_error or status.digest_error:
        return Fine(because="CloudTrail tells an error, and time-outs never set one")
    if last is not None and taken - last <= FRESH:
        return Fine(because="a log file or digest was delivered within three hours")
    if last is None:
        young = status.started is None or taken - status.started <= FRESH
        because = "nothing was delivered yet" + (", and logging has only begun" if young else "")
        return Unsure(where=where, because=because, tell="look again when the first hourly digest is due")
    if not trail.validates_files:
        because = (
            f"nothing was delivered since {last:%Y-%m-%d %H:%M} UTC; without digests an idle Region looks the same"
        )
        return Unsure(
            where=where, because=because, tell="switch on log file validation: digests are an hourly heartbeat"
        )
    said = f"no digest since {last:%Y-%m-%d %H:%M} UTC, though one is due every hour, and no error is told"
    source = "cloudtrail GetTrailStatus LatestDigestDeliveryTime"
    return Found(where=where, said=said, source=source, fix=remedy.in_words(view, _WORDS))


CAUSE = Cause(
    id="A24",
    name="time-outs",
    title="Deliveries time out without an error",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="Log files and digests are more than three hours old in a Region where logging is on, and GetTrailStatus "
    "tells no error: time-outs never set one.",
    unknown="Nothing was delivered yet, or validation is off so that there is no hourly heartbeat.",
    remedy="AWS Health; CloudTrail repeats for 30 days. Where another cause is confirmed, that one comes first.",
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-troubleshooting.html",
    ),
    look=_look,
    nothing="no running trail is there that could time out",
)
