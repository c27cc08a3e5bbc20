"""What the tour says of an organization before and after: the audit's tally, the doctor's causes."""

from trailkeep.app import audit
from trailkeep.app.world import Wanted
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.finding import Status
from trailkeep.doctor.causes import BY_ID
from trailkeep.doctor.diagnose import diagnose
from trailkeep.doctor.verdict import State
from trailkeep.doctor.view import Subject, View
from trailkeep.model.snapshot import Snapshot
from trailkeep.report.words import count

_NAMED = 3


def tally(wanted: Wanted, snapshot: Snapshot) -> str:
    """How many answers of the audit are PASS, FAIL and UNKNOWN."""
    found = audit.judge(wanted, snapshot, CHECKS, audit.Beside()).tally()
    return ", ".join(f"{found[status]:,} {status}" for status in Status)


def causes(wanted: Wanted, snapshot: Snapshot) -> str:
    """The causes of trouble that are confirmed, the first of them by name."""
    diagnosis = diagnose(View(snapshot=snapshot, spec=wanted.spec), Subject())
    titles = [BY_ID[verdict.cause].title for verdict in diagnosis.of(State.CONFIRMED)]
    more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    said = f": {'; '.join(titles[:_NAMED])}{more}" if titles else ""
    return f"{count(len(titles), 'cause')} confirmed{said}"
