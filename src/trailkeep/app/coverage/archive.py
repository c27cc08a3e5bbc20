"""coverage: look through the archive, and say for every account, Region and hour whether what should be there is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_

from trailkeep.app.coverage.config import config_rows, sampled
from trailkeep.app.coverage.expect import begin, find_places, units_of, wish_of
from trailkeep.app.coverage.expiry import Expiries
from trailkeep.app.coverage.place import look
from trailkeep.app.coverage.run import Asked, Coverage, Progress, Sources, Unit
from trailkeep.app.coverage.told import regions_enabled, trail_history
from trailkeep.app.pool import each
from trailkeep.model.ids import Region, is_opt_in
from trailkeep.model.snapshot import Snapshot
from trailkeep.verify.coverage.causes import (
    Expiry,
    Trails,
    facts,
    facts_of_archive,
    judge,
    without_region,
    without_start,
)
from trailkeep.verify.coverage.events import Outage, told
from trailkeep.verify.coverage.expected import Expected
from trailkeep.verify.coverage.row import Row
from trailkeep.verify.coverage.seen import Seen
from trailkeep.verify.coverage.window import Window


def coverage(sources: Sources, asked: Asked, progress: Progress) -> Coverage:
    """Expected against seen. Raises UsageError where there is nothing to look at; what cannot be read is UNKNOWN."""
    bases, unread = find_places(sources)
    found = begin(sources, asked, bases)
    found.notes += [f"UNKNOWN: not listed: {u}" for u in unread]
    wish = wish_of(sources.spec, sources.snapshot)
    units = units_of(sources, asked, bases, found, wish)
    progress.units(len(units))

    seen: dict[tuple[str, str], Seen] = {}

    def one(unit: Unit) -> tuple[Unit, Seen]:
        it = unit.expected
        done = look(unit.places, it.region, found.window, it.cells, read=asked.read) if it.cells else Seen()
        progress.unit_done()
        return unit, done

    for unit, result in each(sources.pool, one, units):
        seen[unit.expected.account, unit.expected.region] = result

    if sources.snapshot is None:
        found.rows = _rows_of_archive(units, seen, found.window)
    else:
        found.rows = _rows(sources, sources.snapshot, asked, units, seen, found)
        if asked.config and sources.config:
            found.config = config_rows(sources, sources.snapshot, asked, wish, found)
    if asked.sample:
        found.sample = sampled(sources, asked, units, found)
    return found


def _rows_of_archive(units: list[Unit], seen: Mapping[tuple[str, str], Seen], window: Window) -> list[Row]:
    begun: dict[str, datetime] = {}
    for (account, region), there in seen.items():
        first = min((m for m in (there.first, there.oldest) if m), default=None)
        if first is not None and not is_opt_in(Region(region)):
            begun[account] = min(first, begun.get(account, first))
    rows = []
    for its in (u.expected for u in units):
        there = seen[its.account, its.region]
        start = there.first if is_opt_in(Region(its.region)) else begun.get(its.account, there.first)
        rows.append(judge(its, there, facts_of_archive(start), window))
    return sorted(rows, key=lambda r: (r.account, r.region))


def _rows(
    sources: Sources,
    snapshot: Snapshot,
    asked: Asked,
    units: list[Unit],
    seen: Mapping[tuple[str, str], Seen],
    found: Coverage,
) -> list[Row]:
    known_buckets = {t.bucket for t in snapshot.trails}  # a copy's bucket is none of them: then every trail counts
    trails = Trails.of(snapshot, [b for a in sources.archives if (b := a.store.bucket) in known_buckets])
    missing = [u.expected for u in units if u.expected.cells & ~seen[u.expected.account, u.expected.region].cells]
    history: tuple[Outage, ...] = ()
    if asked.events and missing:
        history, found.enabled = _history(sources, trails, missing, found)
    known = _Known(
        trails=trails,
        history=history,
        enabled=found.enabled,
        elsewhere=reduce(or_, (s.cells for s in seen.values()), 0) if trails.everywhere else 0,
    )
    expiries = Expiries(sources)
    rows = []
    for unit in units:
        its = unit.expected
        there = seen.get((its.account, its.region))
        lost = its.cells & ~there.cells if there else its.cells
        rows.append(_row(its, there, known, expiries.of(unit) if lost else Expiry(), found.window))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What explains missing hours of any place."""

    trails: Trails
    history: tuple[Outage, ...]
    enabled: Mapping[tuple[str, str], datetime]
    elsewhere: int


def _row(its: Expected, there: Seen | None, known: _Known, expiry: Expiry, window: Window) -> Row:
    if there is None or not its.cells:
        return judge(its, Seen(), (), window)
    heard = known.trails.at(its.account, its.region)
    if heard and not any(t.validates_files for t, _ in heard):
        there = replace(there, cells=there.cells | there.logs)
    its = without_start(its, there, heard, window, known.elsewhere)
    its = without_region(its, there, known.enabled.get((its.account, its.region)), window)
    told_here = told(known.history, heard, its.account, its.region)
    return judge(its, there, facts(its, there, heard, told_here, expiry), window, elsewhere=known.elsewhere)


def _history(
    sources: Sources, trails: Trails, missing: list[Expected], found: Coverage
) -> tuple[tuple[Outage, ...], Mapping[tuple[str, str], datetime]]:
    heard = {t.arn: t for e in missing for t, _ in trails.at(e.account, e.region)}
    history, notes = trail_history(sources.cloud(), heard.values(), found.window.start, sources.now)
    found.notes += notes
    late = sorted({e.account for e in missing if is_opt_in(Region(e.region))})
    enabled, more = regions_enabled(sources.cloud(), late, found.window.start, sources.now) if late else ({}, ())
    found.notes += more
    return history, enabled
