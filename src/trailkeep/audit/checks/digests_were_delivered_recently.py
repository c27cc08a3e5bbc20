"""Digests were delivered recently from every account and Region."""

from collections.abc import Iterator
from datetime import timedelta

from trailkeep.audit.asking import on_cells
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.moments import latest, ours, said_when
from trailkeep.audit.view import Seen, View
from trailkeep.model.snapshot import Cell

HOURS = timedelta(hours=3)


def ask(view: View) -> Iterator[Answer]:
    """One answer an account and Region."""

    def judge(_seen: Seen, cell: Cell) -> Said:
        statuses = ours(view, cell)
        digest, started = latest(s.digest_delivered for s in statuses), latest(s.started for s in statuses)
        if digest is None:
            if started and view.now - started > HOURS:
                return bad(f"it logs since {said_when(started)}, and no digest was ever delivered")
            return unsure("CloudTrail does not say that it delivered a digest yet")
        when = f"the last digest came {said_when(digest)}"
        return good(when) if view.now - digest <= HOURS else bad(when)

    return on_cells(view, "trails", judge)


CHECK = Check(
    id="digests-were-delivered-recently",
    claim="Digests were delivered recently from every account and Region",
    why=(
        "CloudTrail writes a digest every hour even where nothing happens: the one heartbeat that "
        "silence cannot imitate."
    ),
    decided="LatestDigestDeliveryTime is less than three hours ago.",
    unknown="The account or Region could not be read, or logging began less than three hours ago.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep coverage, then trailkeep apply",
        cli="aws cloudtrail get-trail-status --name TRAIL_ARN --region {region}",
        cloudformation=("Type: AWS::CloudTrail::Trail\nProperties:\n  EnableLogFileValidation: true"),
        console="CloudTrail, Trails, the trail: Last digest file delivered",
    ),
    sources=(
        (
            "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html"
        ),
        "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html",
    ),
    controls=("CL-CT-07", "CL-INT-03"),
    ask=ask,
)
