"""The digests of an account and Region in their order: as they are listed, and as they are remembered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from trailkeep.app.pool import Fetched, fetch
from trailkeep.app.verify.attest import Attested
from trailkeep.app.verify.deleted import Deleted, Lost, fetch_deleted
from trailkeep.app.verify.logs import Dark
from trailkeep.app.verify.run import Tools, listing
from trailkeep.app.verify.tell import Telling
from trailkeep.ports import Entry, ReadError, Store
from trailkeep.verify.chain import HOUR, Seen
from trailkeep.verify.content import LARGEST_DIGEST
from trailkeep.verify.judge import Judged, judge
from trailkeep.verify.keys import DigestKey, Folder, Strand, parse_digest
from trailkeep.verify.summary import ChainSum
from trailkeep.verify.verdict import Cause, Kind

BEFORE: Final = timedelta(days=1)
"""How far before a window digests are listed, to link the first one in it."""


@dataclass(slots=True)
class Slot:
    """One digest on its way. A witness lies outside the window: it proves its neighbour, and is not judged itself."""

    key: DigestKey
    state: str
    size: int = 0
    is_witness: bool = False
    attested: Attested | None = None
    is_gone: bool = False
    versions: tuple[str, ...] = ()
    """Of a digest that was deleted: its old versions, newest first."""
    found: Fetched | ReadError | None = None
    judged: Judged | None = None
    is_begun: bool = False
    is_settled: bool = False
    is_whole: bool = True
    left: int = 0
    stored: int = 0
    raw: int = 0
    """Bytes that were read of it and of its log files, as they are stored and inflated."""
    sum: ChainSum | None = None
    """Where its log files are counted, once they are fetched."""
    rows: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """How far one chain is."""

    before: Seen | None = None
    unproved: list[DigestKey] = field(default_factory=list)
    dark: list[Dark] = field(default_factory=list)
    """The hours of `unproved`."""
    pending: Slot | None = None
    last_end: datetime | None = None
    """The end of the last digest that was settled, whatever came of it."""


class Slots:
    """Everything to be judged, merged from the listing and from attestations, with a witness on each side of a window.

    Iterating may raise ReadError.
    """

    def __init__(self, telling: Telling) -> None:
        self.telling = telling
        self.unit, self.tools = telling.unit, telling.tools
        since, trail = self.unit.window.since, self.unit.trail
        self.deleted = Deleted(
            store=self.tools.store,
            folder=self.unit.base.folder(Folder.DIGEST, self.unit.region),
            begin=since - BEFORE if since else None,
            is_expired=telling.is_expired,
            wanted=lambda key: not trail or key.chain.trail == trail,
        )
        self._strays: set[str] = set()

    def __iter__(self) -> Iterator[Slot]:
        window = self.unit.window
        witness: dict[Strand, Slot] = {}
        seen: set[Strand] = set()
        followed: set[Strand] = set()
        for slot in self._with_deleted():
            strand = slot.key.strand
            if self.unit.trail and slot.key.chain.trail != self.unit.trail:
                self.telling.shelf.mixed = True
                continue
            if window.since and slot.key.end <= window.since:
                witness[strand] = slot
                continue
            if window.until and slot.key.end > window.until:
                is_next = slot.key.end <= window.until + 2 * HOUR
                is_only = not (seen or followed or witness)  # what lies between may be gone: this one says so
                if strand not in followed and (is_next or is_only):
                    followed.add(strand)
                    yield from _witnesses(witness.pop(strand, None), slot)
                elif not is_next and slot.key.end.date() > window.until.date():
                    break
                continue
            seen.add(strand)
            yield from _witnesses(witness.pop(strand, None))
            yield slot
        # chains that go no further than this: nothing of them lies in the window
        yield from _witnesses(*(slot for slot in witness.values() if not slot.key.is_backfill))

    def _with_deleted(self) -> Iterator[Slot]:
        """Everything listed and remembered, and between it what was deleted and can still be read."""
        window, deleted = self.unit.window, self.deleted
        if self.tools.is_ahead:
            yield from self._from_before()
            return
        for slot in self._from_before():
            if deleted.wanted(slot.key):
                yield from map(was_deleted, deleted.before(slot.key, is_start=self._is_start(slot)))
            yield slot
        until = min(window.until, window.expected) if window.until else window.expected
        yield from map(was_deleted, deleted.behind(until))

    def _from_before(self) -> Iterator[Slot]:
        """Everything from a day before the window on; from the last day before that, where the window has nothing."""
        folder, begin, until = self.deleted.folder, self.deleted.begin, self.unit.window.until
        if begin is None:
            yield from self._merged(folder, "")
            return
        slots = self._merged(folder, f"{folder}{begin:%Y/%m/%d}/")
        first = next(slots, None)
        if first is None or (until and first.key.end > until):
            last = last_day(self.tools.store, folder, begin)
            if last:
                yield from self._merged(folder, last)
                return
        if first is not None:
            yield first
            yield from slots

    def _is_start(self, slot: Slot) -> bool:
        """Whether this digest is proved to begin its chain, so that none can lie deleted before it."""
        if slot.attested is not None:
            return slot.attested.digest.previous is None
        if slot.key.is_backfill or self.deleted.begin or (slot.key.chain, False) in self.deleted.last:
            return False  # nobody asks
        found = slot.found = fetch_digest(self.tools, slot)  # one request, as looking for what is deleted would be
        if not isinstance(found, Fetched):
            return False
        judged = judge(slot.key, self.tools.store.bucket, found.content, found.found.metadata, self.tools.keys)
        return judged.is_proved and judged.digest is not None and judged.digest.previous is None

    def _merged(self, folder: str, after: str) -> Iterator[Slot]:
        ledger, unit, recheck = self.tools.ledger, self.unit, self.tools.recheck
        since, until = unit.window.since, unit.window.until
        old = ledger.digests(unit.base, unit.region, since, until, recheck=recheck) if ledger else iter(())
        known = next(old, None)
        for entry, state in listing(self.tools, folder, after):
            while known is not None and known.key < entry.key:
                yield from self._missed(known)
                known = next(old, None)
            same = known if known is not None and known.key == entry.key else None
            if same is not None:
                known = next(old, None)
            key = parse_digest(entry.key)
            if key is None:
                self._stray(entry)
            elif same is not None and same.state(recheck=self.tools.recheck) == state:
                yield Slot(key, state, attested=same)
            else:
                yield Slot(key, state, entry.size)
        while known is not None:
            yield from self._missed(known)
            known = next(old, None)

    def _missed(self, known: Attested) -> Iterator[Slot]:
        key = parse_digest(known.key)
        if key is not None and (not self.telling.is_expired(key.end)):
            yield Slot(key, "", attested=known, is_gone=True)

    def _stray(self, entry: Entry) -> None:
        if (entry.size == 0 and not entry.key.endswith(".json.gz")) or entry.key in self._strays:
            return
        self._strays.add(entry.key)
        self.telling.find(
            Cause.UNREFERENCED, Kind.DIGEST, entry.key, detail="it lies among digests and is not named like one"
        )


def _witnesses(*slots: Slot | None) -> Iterator[Slot]:
    for slot in slots:
        if slot is not None:
            slot.is_witness = True
            yield slot


def last_day(store: Store, folder: str, before: datetime) -> str:
    """The newest folder of a day, of those before a moment, that has something in it; "" for none.

    Three listings of folders where there is one. Raises ReadError.
    """
    return next(day_folders(store, folder, f"{folder}{before:%Y/%m/%d}/"), "")


def day_folders(store: Store, folder: str, stop: str) -> Iterator[str]:
    """The folders of days before `stop`, newest first: a listing for each year and month. Raises ReadError."""

    def inside(prefix: str, digits: Sequence[int]) -> Iterator[str]:
        names = re.compile(rf"\d{{{digits[0]}}}/")
        for found in sorted(store.folders(prefix), reverse=True):
            if found < stop and names.fullmatch(found[len(prefix) :]):
                if len(digits) > 1:
                    yield from inside(found, digits[1:])
                else:
                    yield found

    yield from inside(folder, (4, 2, 2))


def fetch_digest(tools: Tools, slot: Slot) -> Fetched | ReadError:
    """A digest, or the old version of a deleted one that CloudTrail signed."""
    stored = tools.ledger is not None
    if slot.versions:
        return fetch_deleted(tools.store, slot.key, slot.versions, tools.keys, stored=stored)
    return fetch(tools.store, str(slot.key), keep=LARGEST_DIGEST, stored=stored)


def was_deleted(lost: Lost) -> Slot:
    """A digest that is MISSING, and may prove its log files all the same."""
    return Slot(lost.key, "", lost.size, is_gone=True, versions=lost.versions)
