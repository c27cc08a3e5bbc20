"""What is missing where chains end, and in a window for which no digest speaks."""

from collections.abc import Mapping
from datetime import datetime

from trailkeep.app.verify.run import IN_FLIGHT
from trailkeep.app.verify.slots import Line
from trailkeep.app.verify.tell import Telling
from trailkeep.verify.chain import HOUR, end_of
from trailkeep.verify.keys import Chain, Folder, Strand
from trailkeep.verify.summary import Window
from trailkeep.verify.verdict import Cause, Kind

Lines = Mapping[Strand, Line]
"""How far each chain is, those of backfill digests (True) by themselves."""


def tell_ends(telling: Telling, lines: Lines) -> datetime:
    """Tell what is missing behind the last digest of each chain; from when on log files wait for the next digest.

    A chain that no trail goes on with has ended rightly, which is noted and not told.
    """
    until, writers = _last(telling.unit.window), telling.unit.writers
    waits = []
    for (chain, is_backfill), line in lines.items():
        if is_backfill:
            continue
        if writers is None or (chain.trail, chain.home_region) in writers:
            _tell_end(telling, chain, line, until)
        else:
            telling.result.ended.append(chain)
        if line.last_end:
            # the next digest is not due yet: what was delivered since the last one is in none
            due = line.last_end + HOUR * max(0, int((until - line.last_end) / HOUR))
            waits.append(due if due > until else due - IN_FLIGHT)
    return min(waits, default=until - IN_FLIGHT)


def tell_silence(telling: Telling, lines: Lines) -> None:
    """Tell a window for which no digest speaks, of an account and Region that has left something in the archive."""
    unit, since, until = telling.unit, telling.unit.window.since, _last(telling.unit.window)
    is_told = bool(lines) or telling.is_blind or telling.shelf.mixed or unit.writers == frozenset()
    if is_told or since is None or until - since < HOUR or telling.is_expired(until):
        return
    telling.result.is_silent = True
    detail = "the archive has a folder of this account and Region, and no digest in it speaks for these hours"
    folder = unit.base.folder(Folder.DIGEST, unit.region)
    telling.find(Cause.NO_CHAIN, Kind.HOURS, folder, None, since, until, detail)


def _tell_end(telling: Telling, chain: Chain, line: Line, until: datetime) -> None:
    window = telling.unit.window
    since = window.since
    if line.before is not None:
        holes = list(end_of(line.before, line.unproved, until))
        if since and line.last_end and line.last_end <= since and holes and holes[-1].end > since:
            said = f"the last digest of this chain ends at {line.last_end:%Y-%m-%d %H:%M} UTC"
            telling.gap(chain, since, holes[-1].end, said)
            return
        for hole in holes:
            telling.hole(chain, hole)
    elif line.last_end and line.last_end < until - HOUR:
        begin = max(line.last_end, since or line.last_end)
        telling.gap(chain, begin, until, "no digest that can be believed says what came then")
    elif line.unproved and window.until and line.unproved[0].end > window.until:
        begin = since or until - HOUR
        telling.gap(chain, begin, until, "no digest of these hours is left, and the next one proves nothing")


def _last(window: Window) -> datetime:
    return min(window.until, window.expected) if window.until else window.expected
