"""What the names of digests tell: which time each chain speaks for, and so which hours are covered.

A digest's name ends with its digestEndTime. It covers the time since the digest before it ended, an hour at most
(https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html).
An hour is covered when one chain covers all of it. Hours are those of delivery, as digests count them.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from trailkeep.verify.coverage.window import Window
from trailkeep.verify.keys import Base, Folder, parse_digest

LONGEST: Final = 3600.0
"""Seconds that one digest is taken to cover where only its name is known."""

_TAIL: Final = len("HHMMSSZ.json.gz")

SLACK: Final = 300.0
"""Seconds by which a digest may begin after the one before it: CloudTrail's hours drift, its chains do not break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What lies there of an account and Region. `cells` are covered; `heard` are the stretches of time, in order.

    `logs` are hours in which log files arrived. `unread` says why the rest is not known, "" where all was listed.
    `oldest` is the end of the oldest digest there is, also before the window, where it was looked for; `newest` that of
    the newest one of those that were listed, which are all up to `listed_until`.
    """

    cells: int = 0
    heard: tuple[tuple[datetime, datetime], ...] = ()
    logs: int = 0
    unread: str = ""
    oldest: datetime | None = None
    newest: datetime | None = None
    listed_until: datetime | None = None

    @property
    def first(self) -> datetime | None:
        """Where the first stretch begins."""
        return self.heard[0][0] if self.heard else None


@dataclass(slots=True)
class Heartbeats:
    """The digests of one account and Region, told one after the other, each chain in its order of time."""

    base: Base
    region: str
    stretches: dict[str, list[list[float]]] = field(default_factory=dict)
    _pattern: re.Pattern[str] = field(init=False)
    _known: dict[str, bool] = field(default_factory=dict)
    _heads: dict[str, tuple[str, float]] = field(default_factory=dict)
    _tails: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        folder, account = re.escape(self.base.folder(Folder.DIGEST, self.region)), re.escape(self.base.account)
        self._pattern = re.compile(
            rf"{folder}([0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}})/{account}_CloudTrail-Digest_{re.escape(self.region)}_(.+)_"
            r"([0-9]{8})T([0-9]{2})([0-9]{2})([0-9]{2})Z\.json\.gz",
            re.DOTALL | re.ASCII,
        )

    def add(self, key: str) -> bool:
        """One object of the digests' folder; False for what is no hourly digest (backfills cover nothing new)."""
        end = self.end_of(key)
        if end is None:
            return False
        chain, moment = end
        self.tell(chain, None, moment)
        return True

    def end_of(self, key: str) -> tuple[str, float] | None:
        """The chain a digest belongs to and its end, in seconds since 1970; None for everything else.

        As `parse_digest`, which is asked about the first key of each chain only. The head of a name (its day) and the
        tail (its time) are known by heart once they were seen: an organization has millions, and few different ones.
        """
        head, second = self._heads.get(key[:-_TAIL]), self._tails.get(key[-_TAIL:])
        if head is not None and second is not None:
            return head[0], head[1] + second
        found = self._pattern.fullmatch(key)
        if found is None:
            return None
        folder, chain, day, *time = found.groups()
        midnight = _midnight(day) if folder.replace("/", "") == day else -1.0
        hour, minute, seconds = map(int, time)
        if midnight < 0 or hour > 23 or minute > 59 or seconds > 59:
            return None
        known = self._known.get(chain)
        if known is None:
            known = self._known[chain] = parse_digest(key) is not None
        if not known:
            return None
        self._heads[key[:-_TAIL]] = (chain, midnight)
        second = self._tails[key[-_TAIL:]] = hour * 3600.0 + minute * 60.0 + seconds
        return chain, midnight + second

    def tell(self, chain: str, start: float | None, end: float) -> None:
        """A digest covers `start` (None: as far as a name can tell) to `end`."""
        line = self.stretches.setdefault(chain, [])
        last = line[-1] if line else None
        begin = end - LONGEST if start is None else start
        if last is not None and begin - SLACK <= last[1]:
            last[1] = max(last[1], end)
        else:
            line.append([begin, end])

    def cells(self, window: Window) -> int:
        """The cells that a chain covers whole."""
        found = 0
        for line in self.stretches.values():
            for begin, end in line:
                found |= window.within(_moment(begin), _moment(end))
        return found

    def heard(self, window: Window) -> tuple[tuple[datetime, datetime], ...]:
        """Every stretch that reaches into the window, in order of time."""
        all_of_them = sorted((b, e) for line in self.stretches.values() for b, e in line)
        inside = window.start.timestamp(), window.end.timestamp()
        return tuple((_moment(b), _moment(e)) for b, e in all_of_them if e > inside[0] and b < inside[1])

    def newest(self) -> datetime | None:
        """When the newest digest that was told ends."""
        return _moment(max(line[-1][1] for line in self.stretches.values())) if self.stretches else None


def _midnight(day: str) -> float:
    try:
        return datetime(int(day[:4]), int(day[4:6]), int(day[6:]), tzinfo=UTC).timestamp()
    except ValueError:
        return -1.0


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def day_folder(day: date) -> str:
    """A day as CloudTrail's folders say it."""
    return f"{day:%Y/%m/%d}/"
