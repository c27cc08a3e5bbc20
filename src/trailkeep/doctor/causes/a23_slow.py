"""A23: delivery is slow, not broken: the events are minutes old."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Spot, Subject, View

SLOW, BROKEN = timedelta(minutes=15), timedelta(minutes=60)
_WORDS = (
    "Wait: CloudTrail delivers in about 5 minutes on average and promises nothing; alarm after an hour, not before."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "trail"):
        if lost is not None:
            yield lost
            continue
        delivered = _delivered(view, spot)
        if delivered is None or view.snapshot.taken - delivered > BROKEN:
            yield Fine(because="the last delivery is more than an hour old, or none was made: it is not merely slow")
        elif view.snapshot.taken - delivered <= SLOW:
            yield Fine(because="files were delivered within the last 15 minutes")
        else:
            yield _asked(view, spot, delivered)


def _delivered(view: View, spot: Spot) -> datetime | None:
    statuses = [view.status(t, spot) for t in view.hearing(spot.account)]
    return max((s.delivered for s in statuses if s and s.delivered and not s.delivery_error), default=None)


def _asked(view: View, spot: Spot, delivered: datetime) -> Case:
    probe = Probe(operation="lookup_events", account=spot.account, region=spot.region)
    told = view.told(probe)
    if told is None or told.refused:
        because = f"files were delivered at {delivered:%H:%M} UTC; whether events have happened since is not known"
        return Unsure(where=view.place(spot), because=because, probes=(probe,))
    newest = max((row.get("time", "") for row in told.each()), default="")
    if newest <= delivered.isoformat():
        return Fine(because="LookupEvents shows nothing newer than the last delivery")
    said = f"the last delivery was at {delivered:%H:%M} UTC, the newest event is of {newest}"
    source = "cloudtrail GetTrailStatus, LookupEvents"
    return Found(where=view.place(spot), said=said, source=source, fix=remedy.in_words(view, _WORDS))


CAUSE = Cause(
    id="A23",
    name="slow",
    title="Delivery is slow, not broken",
    family=Family.LOGS,
    cost=Cost.CALL,
    decided="The last delivery is 15 to 60 minutes old, without error, and LookupEvents shows newer events.",
    unknown="Whether events have happened since the last delivery; `--probe` asks LookupEvents.",
    remedy="Wait; alarm after an hour, not before.",
    sources=(
        "botocore model cloudtrail GetTrailStatus, LookupEvents",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html",
    ),
    look=_look,
    about_reading=True,
)
