"""Digests that were deleted from a versioned bucket and are still there as old versions: found where one is missed.

Versions are listed only where a chain has a hole, begins or ends too early; a probe of one day's folder says whether
more is to be found. What an old version says is believed as far as CloudTrail signed it, like everything else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from trailkeep.app.pool import Fetched, fetch
from trailkeep.ports import ReadError, Store, Version
from trailkeep.verify.chain import HOUR
from trailkeep.verify.content import LARGEST_DIGEST
from trailkeep.verify.judge import KeyFor, judge
from trailkeep.verify.keys import DigestKey, Strand, parse_digest

_ODD: Final = timedelta(minutes=5)
_MOST_VERSIONS: Final = 8
"""So many old versions of one digest are tried, the newest first: somebody may have written over it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A digest under a delete marker: its key, and its old versions, newest first."""

    key: DigestKey
    size: int
    versions: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Deleted:
    """Follows the digests of one folder in the order of their keys, and says which ones lie deleted between them.

    `folder` holds the digests of an account and Region, `begin` is where its listing began (None: at its beginning).
    """

    store: Store
    folder: str
    begin: datetime | None
    is_expired: Callable[[datetime], bool]
    wanted: Callable[[DigestKey], bool]
    last: dict[Strand, DigestKey] = field(default_factory=dict)
    quiet: set[Strand] = field(default_factory=set)
    """Chains behind whose last digest nothing deleted was found."""
    found: set[DigestKey] = field(default_factory=set)
    looked: set[str] = field(default_factory=set)
    day: str = ""

    def before(self, key: DigestKey, *, is_start: bool) -> Iterator[Lost]:
        """What lies deleted before the next digest; `is_start` where that one is known to begin its chain."""
        today = str(key)[len(self.folder) :][:10]
        if self.day and today != self.day:
            yield from self._ended(_midnight(key.end))
        self.day = today
        strand = key.strand
        known = self.last.get(strand)
        self.last[strand] = key
        self.quiet.discard(strand)
        if key.is_backfill:
            return
        if known is None:
            yield from () if is_start else self._head(key)
        elif key.end - known.end > HOUR + _ODD:
            yield from self._between(strand, str(known), str(key))

    def behind(self, until: datetime) -> Iterator[Lost]:
        """What lies deleted at the end of the chains, which should reach until then; of all, where nothing is left."""
        if self.last:
            yield from self._ended(until)
        else:
            after = f"{self.folder}{self.begin:%Y/%m/%d}/" if self.begin else ""
            yield from self._between(None, after, "")

    def around(self, moment: datetime) -> Iterator[Lost]:
        """What else lies deleted on the day of a log file that nothing names, and on the next: backfill digests too."""
        for day in (moment, moment + timedelta(days=1)):
            folder = f"{self.folder}{day:%Y/%m/%d}/"
            if folder not in self.looked:
                self.looked.add(folder)
                known = frozenset(self.found)
                yield from (f for f in self._lost(None, folder, "", "") if f.key not in known)

    def _ended(self, until: datetime) -> Iterator[Lost]:
        for strand, known in list(self.last.items()):
            if strand in self.quiet or strand[1] or until - known.end <= HOUR + _ODD:
                continue
            following = known.end + HOUR
            if any(f.key.end > known.end for f in self._on(strand, following)):
                yield from self._between(strand, str(known), str(known.at(until + timedelta(seconds=1))))
            else:
                self.quiet.add(strand)

    def _head(self, key: DigestKey) -> Iterator[Lost]:
        before = key.end - HOUR
        if self.is_expired(before) or (self.begin and before - _ODD <= _midnight(self.begin)):
            return
        strand = key.strand
        if any(f.key.end < key.end for f in self._on(strand, before)):
            after = f"{self.folder}{self.begin:%Y/%m/%d}/" if self.begin else ""
            found = list(self._between(strand, after, str(key)))
            self.last[strand] = key
            yield from found

    def _on(self, strand: Strand, moment: datetime) -> Iterator[Lost]:
        yield from self._lost(strand, f"{self.folder}{moment:%Y/%m/%d}/", "", "")

    def _between(self, strand: Strand | None, after: str, stop: str) -> Iterator[Lost]:
        for found in self._lost(strand, self.folder, after, stop):
            own = found.key.strand
            if own not in self.last or found.key.end > self.last[own].end:
                self.last[own] = found.key
            yield found

    def _lost(self, strand: Strand | None, prefix: str, after: str, stop: str) -> Iterator[Lost]:
        try:
            for name, group in groupby(self.store.versions(prefix, after), key=lambda v: v.key):
                if stop and name >= stop:
                    return
                key = parse_digest(name)
                lost = self._deleted(key, list(group)) if key else None
                if lost is not None and strand in {None, lost.key.strand}:
                    self.found.add(lost.key)
                    yield lost
        except ReadError:  # then it is missing, and whoever looks for versions to recover says why they are not listed
            return

    def _deleted(self, key: DigestKey, versions: list[Version]) -> Lost | None:
        left = [v for v in versions if not v.is_delete_marker]
        if any(v.is_latest for v in left) or not left or not self.wanted(key) or self.is_expired(key.end):
            return None
        return Lost(key=key, size=left[0].size, versions=tuple(v.id for v in left[:_MOST_VERSIONS]))


def fetch_deleted(
    store: Store, key: DigestKey, versions: tuple[str, ...], keys: KeyFor, *, stored: bool
) -> Fetched | ReadError:
    """The newest old version that CloudTrail signed; the newest one that could be read where none is proved."""
    first: Fetched | ReadError | None = None
    for version in versions:
        found = fetch(store, str(key), keep=LARGEST_DIGEST, stored=stored, version=version)
        if isinstance(found, Fetched):
            if judge(key, store.bucket, found.content, found.found.metadata, keys).is_proved:
                return found
            first = found if first is None or isinstance(first, ReadError) else first
        first = first or found
    assert first is not None
    return first


def _midnight(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
