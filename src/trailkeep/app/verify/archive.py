"""verify: find what lies in an archive, verify every account and Region of it, and what should be there but is not."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from trailkeep.app.pool import Pool, each
from trailkeep.app.verify.find import find_units, refuse_unfound
from trailkeep.app.verify.findings import Findings
from trailkeep.app.verify.follow import follow_leads
from trailkeep.app.verify.recover import look_for_versions
from trailkeep.app.verify.run import GRACE, Asked, Lead, Place, Progress, Tools, Unit, UnitResult
from trailkeep.app.verify.unit import verify_unit
from trailkeep.errors import UsageError
from trailkeep.model.archive import LifecycleRule
from trailkeep.ports import ReadError, Store
from trailkeep.verify.chain import HOUR
from trailkeep.verify.expected import by_organization, by_symmetry, writers
from trailkeep.verify.keys import Base, Chain, Folder, parse_digest
from trailkeep.verify.lifecycle import Kept, kept
from trailkeep.verify.summary import Summary, Window
from trailkeep.verify.verdict import Cause, Finding, Kind

if TYPE_CHECKING:
    from trailkeep.app.verify.inventory import Inventory

UNITS_AT_ONCE = 16
"""So many accounts × Regions are under way: enough to keep every thread busy where each has little."""

_NAMED = 5


@dataclass(slots=True, kw_only=True)
class Verified(Summary):
    """What came of it. `findings` are iterated from disk, and closed by whoever has read them."""

    findings: Findings


def verify(place: Place, asked: Asked, progress: Progress) -> Verified:
    """Verify an archive. Raises UsageError where there is none; what cannot be read is in what it returns."""
    units, unread = find_units(place, asked)
    if not units and not unread:
        raise UsageError(
            f"there are no CloudTrail logs below {place.name}/{asked.prefix}",
            hint="name the folder that holds AWSLogs/, and check --account, --region and --organization",
        )
    if place.snapshot is None and not unread:
        refuse_unfound(place, asked, units)
    window = _window(place, asked, units)
    verified = Verified(place=place.name, window=window, findings=Findings(), notes=_notes(place, window))
    tools = Tools(
        store=place.store,
        pool=place.pool,
        keys=place.keys,
        sink=verified.findings,
        progress=progress,
        ledger=place.ledger,
        recheck=place.recheck,
        at_once=max(1, min(UNITS_AT_ONCE, len(units))),
        inventory=place.inventory,
        oldest=Expired(place.lifecycle, place.now, verified.notes).oldest,
    )
    for finding in unread:
        verified.totals.add(finding.kind, finding.verdict)
        verified.findings.add(finding)

    progress.units(len(units))
    known = writers(place.snapshot, place.store.bucket) if place.snapshot else (lambda _: None)
    work = [Unit(base=b, region=r, window=window, trail=asked.trail, writers=known(b)) for b, r in units]
    leads, silent = _run(work, place, tools, verified)
    verified.chains.sort(key=lambda c: c.chain)
    _absent(place, asked, verified, tools, silent)
    if not place.is_folder:
        look_for_versions(verified.findings, place.store, place.name, place.pool, verified.totals)
    if place.ledger is not None:
        place.ledger.close()
    _follow(place, leads, tools, verified)
    if verified.totals.is_empty:
        whose = f" of the trail {asked.trail}" if asked.trail else ""
        verified.notes.append(f"nothing was verified: no digest{whose} lies in the window")
    return verified


def _run(work: list[Unit], place: Place, tools: Tools, verified: Verified) -> tuple[list[Lead], set[tuple[Base, str]]]:
    """Verify every unit: what leads into other buckets, and which accounts and Regions nothing speaks for."""
    leads: list[Lead] = []
    ended: list[Chain] = []
    silent: set[tuple[Base, str]] = set()
    for result in place.elsewhere(work, tools) if place.elsewhere else _at_once(verify_unit, work, tools):
        leads += result.onward
        ended += result.ended
        silent |= {(result.unit.base, result.unit.region)} if result.is_silent else set()
        verified.totals.merge(result.totals)
        verified.chains.extend(result.chains.values())
        verified.notes.extend(n for n in result.notes if n not in verified.notes)
    verified.notes.extend(_over(ended))
    return leads, silent


def _follow(place: Place, leads: list[Lead], tools: Tools, verified: Verified) -> None:
    """Verify the chains' earlier hours where they lie in other buckets; those hours are not known otherwise."""
    if leads and place.opening is None:
        buckets = ", ".join(sorted({lead.link.bucket for lead in leads}))
        verified.notes.append(f"{len(leads)} chains go on in other buckets, which were not followed: {buckets}")
        return

    def run(units: list[Unit], there: Tools) -> Iterator[UnitResult]:
        there.progress.units(len(units))
        return _at_once(verify_unit, units, there)

    for other in follow_leads(leads, place.opening, run, tools, verified) if place.opening else ():
        look_for_versions(verified.findings, other.store, other.store.bucket, place.pool, verified.totals)


def _window(place: Place, asked: Asked, units: Iterable[tuple[Base, str]]) -> Window:
    expected = place.now - GRACE
    if place.is_folder:
        expected = asked.until or _newest(place.store, units) or expected
    until = asked.until
    if place.inventory is not None:  # what came later may be in it or not
        seen = place.inventory.created - GRACE
        until, expected = min(until or seen, seen), min(expected, seen)
    last = min(until or expected, expected)
    if asked.since is not None and asked.since >= last:
        raise UsageError(
            f"there is nothing to verify between --since and {last:%Y-%m-%d %H:%M} UTC, {_why(place, last, until)}",
            hint="give an earlier --since",
        )
    return Window(since=asked.since, until=until, expected=expected)


def _why(place: Place, last: datetime, until: datetime | None) -> str:
    if place.inventory is not None:
        return f"two hours before the inventory of {place.inventory.created:%Y-%m-%d %H:%M} UTC"
    if last == until:
        return "which is --until"
    return "when the folder's newest digest ends" if place.is_folder else "as a digest may be on its way for two hours"


class Expired:
    """What the lifecycle has expired; its rules are asked for once, when something is not there."""

    def __init__(self, rules: "Callable[[], tuple[LifecycleRule, ...]]", now: datetime, notes: list[str]) -> None:
        self._rules = cache(rules)
        self._now = now
        self._notes = notes
        self._lock = Lock()

    def oldest(self, folder: str) -> datetime | None:
        """What was written before has been expired in a folder; None where nothing was, for sure."""
        with self._lock:
            try:
                found = kept(self._rules(), folder, self._now)
            except ReadError as error:
                found, self._rules = Kept(), cache(lambda: ())
                self._notes.append(f"the lifecycle could not be read, so what it expired looks deleted: {error.detail}")
        if found.perhaps is not None:
            rule = found.rule or "without a name"
            said = f"the lifecycle rule {rule} (by tags, size or a longer prefix) may have expired what is MISSING"
            if said not in self._notes:
                self._notes.append(said)
        return found.horizon(self._now)


def _newest(store: Store, units: Iterable[tuple[Base, str]]) -> datetime | None:
    """When the newest digest of a folder ends: by then every chain of it should have come as far."""
    newest: datetime | None = None
    for base, region in units:
        for entry in store.list(base.folder(Folder.DIGEST, region)):
            found = parse_digest(entry.key)
            if found is not None and (newest is None or found.end > newest):
                newest = found.end
    return newest


def _notes(place: Place, window: Window) -> list[str]:
    notes = []
    if place.is_folder and window.until is None:
        notes.append(
            f"a folder tells nothing later than its newest digest ({window.expected:%Y-%m-%d %H:%M} UTC): see --until"
        )
    if place.inventory is not None:
        notes += _of_inventory(place, place.inventory)
    elif place.recheck:
        notes.append(
            "objects verified before were compared by their version id: this trusts S3 never to change a version, and "
            "the attestations"
        )
    elif place.ledger is not None:
        notes.append(
            "objects verified before were compared by ETag, size and time in S3's listing: this trusts S3 to give "
            "every write a new time, and the attestations"
        )
    if place.snapshot is None:
        notes.append(
            "without --snapshot nobody says which accounts and Regions there should be: one that left no trace at all "
            "is not missed"
        )
    return notes


def _of_inventory(place: Place, inventory: "Inventory") -> Iterator[str]:
    made, age = inventory.created, place.now - inventory.created
    yield (
        f"objects verified before were compared with the version ids of {inventory.objects:,} objects in S3 Inventory: "
        "this trusts S3 never to change a version, S3's inventory and whoever can write where it lies, and the "
        "attestations"
    )
    yield (
        f"the inventory is of {made:%Y-%m-%d %H:%M} UTC, {age.days} days and {age.seconds // 3600} hours ago: what was "
        "changed or deleted since does not show, and S3 says that the latest changes before may be missing too"
    )
    newest = place.ledger.newest_day() if place.ledger else None
    if newest is not None and newest >= made.date():
        yield (
            f"digests were verified up to {newest}, later than the inventory: those after "
            f"{made - GRACE:%Y-%m-%d %H:%M} UTC were not rechecked"
        )


def _at_once(function: "Callable[[Unit, Tools], UnitResult]", work: list[Unit], tools: Tools) -> Iterator[UnitResult]:
    """Results in the order in which they are done, never more than some units under way."""

    def one(unit: Unit) -> UnitResult:
        done = function(unit, tools)
        tools.progress.unit_done()
        return done

    drivers = Pool(UNITS_AT_ONCE, first=UNITS_AT_ONCE)
    yield from each(drivers, one, work)
    drivers.close()


def _absent(place: Place, asked: Asked, verified: Verified, tools: Tools, silent: set[tuple[Base, str]]) -> None:
    """Chains that should be there and have left no digest in the window, besides those already told of."""
    seen = {c.chain for c in verified.chains if c.digests}
    told = {c.chain for c in verified.chains}
    if place.snapshot is not None:
        expected = dict(by_organization(place.snapshot, place.store.bucket))
        why = "the organization has this account and Region, and its trail keeps digests, but none is here"
    else:
        expected = dict.fromkeys(by_symmetry(seen))
        why = "the trail keeps digests of this Region for other accounts, and of other Regions for this one"
    window = verified.window
    until = min(window.until or window.expected, window.expected)
    for chain in sorted(c for c in set(expected) - told if (c.base, c.region) not in silent):
        joined = expected[chain]
        start = max((m for m in (window.since, tools.oldest(_digests(chain)), joined) if m), default=None)
        if not _is_asked(chain, asked) or (start is not None and start > until - HOUR):
            continue
        finding = Finding(
            cause=Cause.NO_CHAIN,
            kind=Kind.HOURS,
            bucket=place.store.bucket,
            key=_digests(chain),
            account=chain.base.account,
            region=chain.region,
            trail=chain.trail,
            start=start,
            end=until,
            detail=why,
        )
        verified.totals.add(Kind.HOURS, finding.verdict)
        verified.findings.add(finding)


def _over(ended: list[Chain]) -> Iterator[str]:
    if ended:
        whose = sorted({f"{c.trail} in {c.base.account}" for c in ended})
        more = f" and {len(whose) - _NAMED:,} more" if len(whose) > _NAMED else ""
        yield (
            f"where {len(ended):,} chains end is not judged, as the snapshot has no trail that goes on with them for "
            f"an active account: {', '.join(whose[:_NAMED])}{more}"
        )


def _digests(chain: Chain) -> str:
    return chain.base.folder(Folder.DIGEST, chain.region)


def _is_asked(chain: Chain, asked: Asked) -> bool:
    return (
        asked.has(chain.base)
        and (not asked.regions or chain.region in asked.regions)
        and (not asked.trail or chain.trail == asked.trail)
        and str(chain.base).startswith(asked.prefix)
    )
