"""verify on many processes or machines: days are read anywhere, their chains are judged by processes of this machine.

Reading is what costs. Its unit is an account, a Region and a day, which needs nothing but the archive: the day's
digests that are VALID with all their log files come back one by one, and are attested here, by one writer, since a file
has one chain of seals. When all days are read, each account and Region is verified as ever: what was attested is not
fetched again, so little is. The same code tells the same, however the days were dealt out.

Public keys that a worker had to ask for come back too. Workers read the archive with credentials of their own.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from trailkeep.app.verify.attest import Attested, Batch, Ledger, Row, batch_of
from trailkeep.app.verify.days import days_to_read
from trailkeep.app.verify.keys import PublicKeys
from trailkeep.app.verify.place import How, Location, open_place
from trailkeep.app.verify.run import Memory, Place, Tools, Unit, UnitResult
from trailkeep.app.verify.unit import verify_unit
from trailkeep.app.world import Access
from trailkeep.spread import Processes, Spread, Tell
from trailkeep.verify.digest import Digest
from trailkeep.verify.keys import DigestKey, Folder
from trailkeep.verify.verdict import Finding, Totals

_READ: Final = 0.9
"""The share of an account's and Region's work that is done when its days are handed out: an estimate, for progress."""

_AT_ONCE: Final = 64
"""So many objects are read before a worker says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all units of a run are verified with, anywhere; `keys` are the public keys at hand here, as lines."""

    location: Location
    how: How
    profile: str | None
    requests: int
    keys: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An account and Region to verify, and what the lifecycle has expired in its folders."""

    unit: Unit
    oldest: dict[str, datetime | None]


class Objects(NamedTuple):
    """So many objects of so many stored bytes were read."""

    number: int
    size: int


class NewKeys(NamedTuple):
    """Public keys that were asked for, as lines of the file of keys."""

    lines: bytes


Piece = Batch | Finding | Objects | NewKeys | UnitResult
"""What a worker tells."""


def spread_out(
    place: Place, spread: Spread, location: Location, access: Access, how: How, here: Spread | None = None
) -> Place:
    """The same archive, its days read by what `spread` stands for, and its chains judged by `here`.

    Without `here`, that is `spread` if it is of this machine, where the attestations lie, or else a process a core.
    """
    here = here or (spread if isinstance(spread, Processes) else Processes(number=os.cpu_count() or 1))

    def elsewhere(units: list[Unit], tools: Tools) -> Iterator[UnitResult]:
        shared = partial(_shared, location, access, place.keys)
        with ExitStack() as stack:
            folder, ledger = how.attest, place.ledger
            if folder is None or ledger is None:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="trailkeep-")))
                ledger = Ledger(folder, place.store.bucket or place.name, place.now)
            taking = partial(_take, ledger=ledger, tools=tools, keys=place.keys)

            begun: set[Unit] = set()
            bare = replace(how, attest=None, signing_key=None, recheck=False)
            days = days_to_read(units, tools, ledger, _handed_out(begun, tools))
            yield from taking(spread.map(partial(read_day, shared(bare)), days))

            signing_key = how.signing_key.absolute() if how.signing_key else None
            full = replace(how, attest=folder.absolute(), signing_key=signing_key)
            jobs = (Job(unit=u, oldest={f: tools.oldest(f) for f in folders_of(u)}) for u in units)
            for result in taking(here.map(partial(verify_chains, shared(full)), jobs)):
                tools.progress.unit_done(1 - _READ if result.unit in begun else 1)
                yield result

    return replace(place, elsewhere=elsewhere)


def _shared(location: Location, access: Access, keys: PublicKeys, how: How) -> Shared:
    if not location.is_bucket:  # workers stand in other folders
        location = replace(location, text=str(Path(location.text).absolute()), called=location.text)
    how = replace(how, snapshot=None, inventory=None, keys=None)
    return Shared(location=location, how=how, profile=access.profile, requests=access.workers, keys=keys.known())


def read_day(shared: Shared, day: Unit, tell: Tell[Piece]) -> None:
    """Read what lies in one account and Region on one day, in any process: tells what can be attested."""
    place, hands = _opened(shared), _Hands(tell)
    reading = _Reading(place.store.bucket or place.name, place.now, tell)
    result = verify_unit(day, replace(_tools(place, hands, reading), sink=_Unsaid(), is_ahead=True))
    hands.flush(place)
    # it will be counted by whoever judges the chain, and was not verified before this run
    read = Totals(read_bytes=result.totals.read_bytes, raw_bytes=result.totals.raw_bytes, attested=-reading.attested)
    tell(UnitResult(unit=day, totals=read))


def verify_chains(shared: Shared, job: Job, tell: Tell[Piece]) -> None:
    """Verify one account and Region in a process of its own, fetching only what is not attested."""
    place, hands = _opened(shared), _Hands(tell)
    assert place.ledger is not None
    tools = replace(_tools(place, hands, _Handing(place.ledger, tell)), oldest=job.oldest.get)
    result = verify_unit(job.unit, tools)
    hands.flush(place)
    tell(result)


@cache
def _opened(shared: Shared) -> Place:
    """The archive, opened once in each process."""
    access = Access(profile=shared.profile, workers=shared.requests)
    place, _ = open_place(shared.location, access, shared.how, known=shared.keys)
    return place


def _tools(place: Place, hands: "_Hands", memory: Memory) -> Tools:
    return Tools(
        store=place.store,
        pool=place.pool,
        keys=place.keys,
        sink=hands,
        progress=hands,
        ledger=memory,
        recheck=place.recheck,
    )


@dataclass(slots=True)
class _Hands:
    """A Sink and a Progress that pass on what they are told."""

    tell: Tell[Piece]
    number: int = 0
    size: int = 0

    def add(self, finding: Finding) -> None:
        """See Sink."""
        self.tell(finding)

    def units(self, total: int) -> None:
        """See Progress."""

    def unit_done(self, share: float = 1) -> None:
        """See Progress."""

    def objects(self, number: int, size: int) -> None:
        """See Progress."""
        self.number += number
        self.size += size
        if self.number >= _AT_ONCE:
            self.count()

    def count(self) -> None:
        """Tell what was read."""
        self.tell(Objects(self.number, self.size))
        self.number = self.size = 0

    def flush(self, place: Place) -> None:
        """Tell what is left to be told of a unit: what was read, and public keys."""
        self.count()
        if new := place.keys.take_new():
            self.tell(NewKeys(new))


class _Unsaid:
    """A Sink for what is said when the chain is judged."""

    def add(self, finding: Finding) -> None:
        """See Sink."""


class _Reading:
    """Remembers nothing: a day that is read was not verified before. What is VALID is handed to whoever writes."""

    def __init__(self, bucket: str, at: datetime, tell: Tell[Piece]) -> None:
        self.bucket, self.at, self.tell = bucket, at, tell
        self.attested = 0

    def attest(self, key: DigestKey, digest: Digest, signature: str, row: Row, rows: Sequence[bytes]) -> None:
        """Hand it over."""
        self.attested += 1 + len(rows)
        self.tell(batch_of(self.bucket, self.at, key, digest, signature, row, rows))

    def digests(self, *_: object, **__: object) -> Iterator[Attested]:
        """None."""
        return iter(())

    def row(self, *_: object) -> None:
        """Nothing."""

    def keys_of(self, *_: object) -> tuple[str, ...]:
        """None."""
        return ()


class _Handing(Ledger):
    """Reads the attestations there are; new ones are handed to whoever writes, who may be in the middle of a file."""

    def __init__(self, there: Ledger, tell: Tell[Piece]) -> None:
        super().__init__(there.folder, there.bucket, there.at, there.key)
        self.tell = tell

    def append(self, batch: Batch) -> None:
        """Hand it over."""
        self.tell(batch)

    def _cut(self, path: Path, data: bytes, whole: int) -> None:
        """Somebody else writes there."""


def folders_of(unit: Unit) -> tuple[str, str]:
    """Where the digests and the log files of a unit lie."""
    return unit.base.folder(Folder.DIGEST, unit.region), unit.base.folder(Folder.LOG, unit.region)


def _handed_out(begun: set[Unit], tools: Tools) -> Callable[[Unit], None]:
    def tell(unit: Unit) -> None:
        begun.add(unit)
        tools.progress.unit_done(_READ)

    return tell


def _take(pieces: Iterable[Piece], *, ledger: Ledger, tools: Tools, keys: PublicKeys) -> Iterator[UnitResult]:
    """Put everything that is told where it belongs; results are passed on."""
    for piece in pieces:
        match piece:
            case Batch():
                ledger.append(piece)
            case Objects(number, size):
                tools.progress.objects(number, size)
            case NewKeys(lines):
                keys.add(lines)
            case UnitResult():
                yield piece
            case _:
                tools.sink.add(piece)
