"""When something last happened, as CloudTrail says it of the archive's trails in one account and Region."""

from collections.abc import Iterable
from datetime import datetime

from trailkeep.audit.view import View
from trailkeep.model.snapshot import Cell
from trailkeep.model.trail import TrailStatus


def ours(view: View, cell: Cell) -> tuple[TrailStatus, ...]:
    """The statuses of the archive's trails; those of other trails say nothing about the archive."""
    return tuple(s for s in cell.trails if s.arn in view.arns)


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest moment, None where there is none."""
    return max((m for m in moments if m is not None), default=None)


def said_when(moment: datetime) -> str:
    """To the minute, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
