"""A stretch of time cut into equal cells (hours, or days for AWS Config), and sets of them as integers.

A set of cells is one int: bit n is the cell that begins n steps after the window's start. So 90 days of an account and
Region are 270 bytes, and coverage = expected − seen is one operation of the processor for every 60 hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`count` cells of length `step` from `start` on, which is UTC and the beginning of such a cell.

    `full` is every cell: one int for all the rows in which nothing is missing.
    """

    start: datetime
    count: int
    step: timedelta = HOUR
    full: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "full", (1 << self.count) - 1)

    @property
    def end(self) -> datetime:
        """Where the last cell ends."""
        return self.start + self.count * self.step

    def begin(self, cell: int) -> datetime:
        """Where a cell begins; `begin(count)` is the end."""
        return self.start + cell * self.step

    def within(self, start: datetime | None, end: datetime | None) -> int:
        """The cells that lie whole between two moments; None is for ever."""
        first = 0 if start is None else -((self.start - start) // self.step)
        last = self.count if end is None else (end - self.start) // self.step
        return _between(max(first, 0), min(last, self.count))

    def touched(self, start: datetime | None, end: datetime | None) -> int:
        """The cells of which any part lies between two moments; None is for ever."""
        if start is not None and end is not None and end <= start:
            return 0
        first = 0 if start is None else (start - self.start) // self.step
        last = self.count if end is None else -((self.start - end) // self.step)
        return _between(max(first, 0), min(last, self.count))

    def days(self) -> Iterator[tuple[date, int, int]]:
        """Each UTC day of the window: its date, its first cell, and how many of its cells lie in the window."""
        cell = 0
        while cell < self.count:
            begin = self.begin(cell)
            midnight = datetime(begin.year, begin.month, begin.day, tzinfo=UTC) + DAY
            number = min(-((begin - midnight) // self.step), self.count - cell)
            yield begin.date(), cell, number
            cell += number


def runs(cells: int) -> Iterator[tuple[int, int]]:
    """The unbroken runs of a set of cells, in order: first cell, and the one behind the last."""
    at = 0
    while cells:
        skip = (cells & -cells).bit_length() - 1
        cells >>= skip
        length = (~cells & (cells + 1)).bit_length() - 1
        yield at + skip, at + skip + length
        cells >>= length
        at += skip + length


def whole_hours(start: datetime, end: datetime) -> Window:
    """The window of whole UTC hours between two moments; it may be empty."""
    first = -(-start.timestamp() // 3600)
    number = int(end.timestamp() // 3600 - first)
    return Window(start=datetime.fromtimestamp(first * 3600, UTC), count=max(number, 0))


def whole_days(window: Window) -> Window:
    """The UTC days that lie whole in a window of hours; it may be empty."""
    first = -(-window.start.timestamp() // 86_400)
    number = int(window.end.timestamp() // 86_400 - first)
    return Window(start=datetime.fromtimestamp(first * 86_400, UTC), count=max(number, 0), step=DAY)


def _between(first: int, last: int) -> int:
    return ((1 << last) - (1 << first)) if last > first else 0
