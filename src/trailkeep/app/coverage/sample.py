"""Whether what is there can be read: some objects fetched, decrypted, inflated, parsed; and how old the oldest is."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

import orjson

from trailkeep.app.coverage.place import Archive, storage_class
from trailkeep.app.pool import Fetched, Pool, each, fetch
from trailkeep.ports import ReadError
from trailkeep.verify.coverage.retention import Retention
from trailkeep.verify.keys import Base, Folder, parse_digest, parse_log

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud

LARGEST: Final = 64 << 20
"""Raw bytes of an object that is parsed; a larger one is only inflated to its end."""

_ATTEMPTS = 6
_FIRST = 1_000
_OLDEST_OF = 64
_MEMBERS = {"log": "Records", "config": "configurationItems"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A folder of one day from which an object may be taken; `kind` is log or config."""

    archive: Archive
    folder: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One object of the sample. `problem` is "" where it could be read; `broken` where it was, and is no log."""

    key: str
    kind: str
    storage: str
    problem: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What came of it; `wanted` were asked for, there may be fewer objects."""

    wanted: int
    taken: tuple[Taken, ...]
    retention: Retention


Draw = Callable[[random.Random], Spot]
"""Chooses a folder of one day: there are millions, so they are not listed first."""


def take(draws: Sequence[Draw], number: int, seed: int, pool: Pool, cloud: "Callable[[], Cloud]") -> Iterator[Taken]:
    """`number` objects, of each kind as many; the same for the same seed and archive; fewer where fewer are found."""
    chance = random.Random(seed)  # noqa: S311 a sample that can be taken again, no secret
    chosen: list[tuple[Spot, str]] = []
    for left, draw in zip(range(len(draws), 0, -1), draws, strict=True):
        wanted = -(-(number - len(chosen)) // left)
        chosen += islice(_objects(draw, wanted * _ATTEMPTS, chance), wanted)

    def one(what: tuple[Spot, str]) -> Taken:
        return _read(*what, cloud)

    return each(pool, one, chosen)


def _objects(draw: Draw, tries: int, chance: random.Random) -> Iterator[tuple[Spot, str]]:
    """Objects of random folders, each one once. An idle account's folders are mostly empty: not all can be tried."""
    taken: set[str] = set()
    for _ in range(tries):
        spot = draw(chance)
        try:
            keys = [e.key for e in islice(spot.archive.store.list(spot.folder), _FIRST) if e.key.endswith(".json.gz")]
        except ReadError as error:
            yield spot, f"{spot.folder}: {error.detail}"
            continue
        left = [k for k in keys if k not in taken]
        if left:
            taken.add(key := chance.choice(left))
            yield spot, key


def _read(spot: Spot, key: str, cloud: "Callable[[], Cloud]") -> Taken:
    if not key.endswith(".json.gz"):
        return Taken(key=spot.folder, kind=spot.kind, storage="", problem=f"not listed: {key}")
    storage = "" if spot.archive.is_folder else storage_class(spot.archive, cloud(), key)
    found = fetch(spot.archive.store, key, keep=LARGEST, stored=False)
    if not isinstance(found, Fetched):
        return Taken(key=key, kind=spot.kind, storage=storage, problem=f"{found.why}: {found.detail}")
    if found.content.fault is not None:
        return Taken(key=key, kind=spot.kind, storage=storage, problem="it is not one gzip file", broken=True)
    problem = "" if found.content.raw is None else _parse(found.content.raw, _MEMBERS[spot.kind])
    return Taken(key=key, kind=spot.kind, storage=storage, problem=problem, broken=bool(problem))


def _parse(raw: bytes, member: str) -> str:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return f"it is not JSON: {error}"
    return "" if isinstance(found, dict) and isinstance(found.get(member), list) else f"it has no list {member}"


def oldest(places: Sequence[tuple[Archive, Base, str]], seed: int, pool: Pool) -> datetime | None:
    """The oldest delivery of some places; None where there is none, or none may be listed."""
    chance = random.Random(seed)  # noqa: S311 as above
    some = chance.sample(places, min(_OLDEST_OF, len(places)))
    found = [when for when in each(pool, lambda place: _oldest(*place), some) if when is not None]
    return min(found, default=None)


def _oldest(archive: Archive, base: Base, region: str) -> datetime | None:
    times = []
    try:
        for entry in islice(archive.store.list(base.folder(Folder.LOG, region)), 10):
            times += [log.delivered] if (log := parse_log(entry.key)) else []
        for entry in islice(archive.store.list(base.folder(Folder.DIGEST, region)), 10):
            times += [digest.end] if (digest := parse_digest(entry.key)) else []
    except ReadError:
        return None
    return min(times, default=None)
