"""Log files were delivered recently from every account and Region."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.moments import latest, ours, said_when
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell

DAY = timedelta(days=1)
HOURS = timedelta(hours=3)


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""

    def judge(_seen: Seen, cell: Cell) -> Said:
        statuses = ours(view, cell)
        delivered = latest(s.delivered for s in statuses)
        digest = latest(s.digest_delivered for s in statuses)
        if delivered and view.now - delivered <= DAY:
            return good(f"the last log file came {said_when(delivered)}")
        if digest and view.now - digest <= HOURS:
            return good(f"it is silent, and its digests arrive: the last {said_when(digest)}")
        if delivered:
            return bad(f"the last log file came {said_when(delivered)}, and no digest since shows that it was silent")
        return _never(view, latest(s.started for s in statuses))

    return on_cells(view, "trails", judge)


def _never(view: View, started: datetime | None) -> Said:
    if started and view.now - started > DAY:
        return bad(f"it logs since {said_when(started)} without an error, and nothing was ever delivered")
    return unsure("CloudTrail does not say that it delivered anything yet")


CHECK = Check(
    id="logs-were-delivered-recently",
    claim="Log files were delivered recently from every account and Region",
    why="A time-out never sets an error: GetTrailStatus can look clean although nothing arrives.",
    decided=(
        "The last delivery is less than a day ago; an older one is an idle Region as long as digests "
        "arrive every hour. A day of logging without any delivery fails."
    ),
    unknown="The account or Region could not be read, or logging began less than a day ago.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep coverage, then trailkeep apply",
        cli="aws cloudtrail get-trail-status --name TRAIL_ARN --region {region}",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  IsLogging: true"),
        console="CloudTrail, Trails, the trail: Last log file delivered",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",),
    controls=("CL-CT-07",),
    ask=ask,
)
