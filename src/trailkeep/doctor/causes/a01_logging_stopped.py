"""A1: a trail exists, and logging was stopped or never started."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Found, Probe, Unsure
from trailkeep.doctor.view import Subject, View
from trailkeep.model.trail import Trail


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for trail in walk.trails(view, subject):
        where = f"trail {trail.name} of {view.name(trail.owner)}"
        if trail.is_logging is None:
            probe = Probe(operation="get_trail_status", account=trail.owner, region=trail.home_region, about=trail.arn)
            yield Unsure(where=where, because="its status could not be read", probes=(probe,), lost=True)
        elif trail.is_logging:
            yield Fine(because="GetTrailStatus says IsLogging = true")
        else:
            yield _stopped(view, trail, where)
    yield from walk.unread_trails(view, subject)


def _stopped(view: View, trail: Trail, where: str) -> Found:
    cell = view.snapshot.cell(trail.owner, trail.home_region)
    status = next((s for s in cell.trails if s.arn == trail.arn), None) if cell else None
    since = f", stopped {status.stopped:%Y-%m-%d %H:%M} UTC" if status and status.stopped else ""
    probe = Probe(operation="lookup_events", account=trail.owner, region=trail.home_region, about="StopLogging")
    who = walk.actor(view, probe, trail.name)
    words = (
        "Start logging, in the trail's home Region; what happened meanwhile is in no log file (only in Event history)."
    )
    return Found(
        where=where,
        said=f"IsLogging = false{since}{who}",
        source="cloudtrail GetTrailStatus",
        fix=remedy.on_trail(view, trail, words, "cloudtrail:StartLogging", "start-logging"),
        probes=(probe,),
    )


CAUSE = Cause(
    id="A1",
    name="logging-stopped",
    title="Logging was stopped, or never started",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="`IsLogging` of GetTrailStatus in the trail's home Region is false.",
    unknown="The trail's status could not be read.",
    remedy="Start logging in the home Region; the StopLogging event names who stopped it.",
    sources=("botocore model cloudtrail GetTrailStatus, StartLogging",),
    look=_look,
    consequences=("A24", "B13"),
    nothing="there is no trail that could have been stopped (see A2)",
)
