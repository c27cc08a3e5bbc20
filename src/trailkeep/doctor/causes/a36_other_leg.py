"""A36: only the notification or the copy to CloudWatch Logs is broken; the files arrive."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View

_LEGS = {"notification_error": "LatestNotificationError", "cloudwatch_error": "LatestCloudWatchLogsDeliveryError"}
_WORDS = (
    "Correct the topic's policy (sns:Publish for cloudtrail.amazonaws.com, members included) or the role for "
    "CloudWatch "
    "Logs; the bucket is not concerned."
)


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        where = f"trail {trail.name} of {view.name(trail.owner)}"
        probe = Probe(operation="get_trail_status", account=trail.owner, region=trail.home_region, about=trail.arn)
        told = view.told(probe)
        if told is None or told.refused:
            because = f"its status could not be asked for: {told.refused}" if told else "a snapshot does not hold them"
            yield Unsure(where=f"notifications of {where}", because=because, probes=(probe,))
            continue
        row = next(iter(told.each()), {})
        broken = [f"{name} = {row[field]}" for field, name in _LEGS.items() if row.get(field)]
        if broken:
            fix = remedy.in_words(view, _WORDS)
            yield Found(where=where, said=", ".join(broken), source="cloudtrail GetTrailStatus", fix=fix)
        else:
            yield Fine(because="GetTrailStatus tells no error of notifications or CloudWatch Logs")


CAUSE = Cause(
    id="A36",
    name="other-leg",
    title="Only notifications or CloudWatch Logs are broken",
    family=Family.LOGS,
    cost=Cost.CALL,
    decided="LatestNotificationError or LatestCloudWatchLogsDeliveryError of GetTrailStatus.",
    unknown="A snapshot does not hold these fields; `--probe` asks GetTrailStatus.",
    remedy="The topic's policy, or the role that CloudTrail uses for the log group.",
    sources=("botocore model cloudtrail GetTrailStatus",),
    look=_look,
    about_reading=True,
    nothing="there is no trail",
)
