"""The files of a made-up archive, chain by chain: log files of realistic sizes and their signed digests."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from trailkeep.lab.delivery.signing import KeyRing
from trailkeep.lab.delivery.trail_files import File, Place, digest_file, log_file
from trailkeep.lab.logs.made_events import EventMaker
from trailkeep.lab.logs.shape import DAY, VOLUMES, Shape
from trailkeep.verify.digest import Link, LogFile
from trailkeep.verify.keys import Chain

HOUR = 3600
SLOT = 300
_MEDIAN_EVENTS, _SPREAD, _MOST_EVENTS = 72, 1.1, 3_000
"""Events in a log file, log-normal: the median makes some 8 KB of gzip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One file of the archive; `kind` is `log`, `digest` or `backfill`, `moment` when it was delivered."""

    file: File
    kind: str
    moment: float


def chain_files(shape: Shape, chain: Chain, keys: KeyRing) -> Iterator[Made]:
    """All files of one account and Region, in the order in which CloudTrail would deliver them.

    Hours begin at a second of the chain's own, and the last one ends before `shape.until`.
    """
    maker = _ChainMaker(shape, chain, keys)
    for hour in range(shape.days * 24):
        yield from maker.hour(shape.until - shape.days * DAY + (hour - 1) * HOUR + maker.offset)


class _ChainMaker:
    def __init__(self, shape: Shape, chain: Chain, keys: KeyRing) -> None:
        self._shape, self._keys = shape, keys
        self._place = Place(bucket=shape.bucket, chain=chain)
        self._chance = random.Random(f"{shape.seed}/{chain}/{chain.home_region}")
        self.offset = self._chance.randrange(1, HOUR)
        self._events = EventMaker(chain.base.account, chain.region, self._chance)
        volume = VOLUMES[shape.volume]
        busy = shape.regions.index(chain.region) < volume.busy
        self._rate = volume.files if busy else volume.idle_files
        hours = shape.days * 24
        self._backfills = frozenset(self._chance.sample(range(hours), min(shape.backfills, hours)))
        self._previous: Link | None = None
        self._backfilled: Link | None = None
        self._hours = self._written = 0

    def hour(self, begins: int) -> Iterator[Made]:
        """The log files of an hour, then its digest, and now and then a backfill digest for it."""
        entries: list[LogFile] = []
        for moment in sorted(self._chance.randrange(1, HOUR) + begins for _ in range(self._number())):
            made, entry = self._log(moment // SLOT * SLOT if moment // SLOT * SLOT > begins else moment)
            entries.append(entry)
            yield made
        ends = begins + HOUR
        digest, self._previous = digest_file(
            self._place, self._keys, begins=begins, ends=ends, files=entries, previous=self._previous
        )
        yield Made(file=digest, kind="digest", moment=ends)
        if self._hours in self._backfills:
            yield from self._backfill(begins, ends)
        self._hours += 1

    def _backfill(self, begins: int, ends: int) -> Iterator[Made]:
        when = ends + self._chance.randrange(HOUR, 3 * HOUR)
        made, entry = self._log(when, late=True)
        yield made
        digest, self._backfilled = digest_file(
            self._place, self._keys,
            begins=begins, ends=ends, files=[entry], previous=self._backfilled, backfilled=when,
        )  # fmt: skip
        yield Made(file=digest, kind="backfill", moment=when)

    def _log(self, moment: int, *, late: bool = False) -> tuple[Made, LogFile]:
        late = late or self._chance.random() < self._shape.late
        number = min(_MOST_EVENTS, max(1, round(self._chance.lognormvariate(math.log(_MEDIAN_EVENTS), _SPREAD))))
        oldest = moment - self._chance.randrange(300, 900) - (self._chance.randrange(HOUR, DAY) if late else 0)
        newest = oldest + self._chance.randrange(1, 200)
        times = sorted(self._chance.uniform(oldest, newest) for _ in range(number))
        records = [self._events.make(time, late=late) for time in times]
        self._written += 1
        name = f"{self._shape.seed}/{self._place.chain}/{self._written}"
        file, entry = log_file(self._place, records, moment, name, oldest=times[0], newest=times[-1])
        return Made(file=file, kind="log", moment=moment), entry

    def _number(self) -> int:
        """A number of log files for an hour: Poisson's, by counting waiting times."""
        number, passed = 0, self._chance.expovariate(self._rate) if self._rate else math.inf
        while passed < 1:
            number += 1
            passed += self._chance.expovariate(self._rate)
        return number
