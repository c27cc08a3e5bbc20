"""Which days of an archive are still to be read: account by account, one day of all its Regions after the other."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from trailkeep.app.pool import each
from trailkeep.app.verify.attest import Ledger
from trailkeep.app.verify.run import Tools, Unit
from trailkeep.app.verify.slots import day_folders
from trailkeep.ports import ReadError
from trailkeep.verify.keys import Folder
from trailkeep.verify.summary import Window

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
"""What a digest's name tells apart: one that ends at midnight lies in the folder of the day that begins."""

_BEGAN: Final = date(2013, 11, 1)
"""No digest is older than CloudTrail (https://aws.amazon.com/blogs/aws/aws-cloudtrail-capture-aws-api-activity/)."""


def days_to_read(
    units: Iterable[Unit], tools: Tools, ledger: Ledger, handed_out: Callable[[Unit], None]
) -> Iterator[Unit]:
    """Units of one day each, as long as nothing of that account and day is attested.

    A day that is attested in part, because a run was killed or the day is not over, is left to whoever judges the
    chain. `handed_out` is called with each unit whose last day was taken.
    """
    for account, its in groupby(sorted(units, key=_account), key=_account):
        days: dict[date, list[Unit]] = {}
        for unit, found in each(tools.pool, lambda u: (u, _days(u, tools)), its):
            for day in found:
                days.setdefault(day, []).append(unit)
        left = {day: some for day, some in sorted(days.items()) if not ledger.has_day(account, day)}
        for day, some in left.items():
            yield from (replace(unit, window=_on(day, unit.window)) for unit in some)
        for unit in {unit: None for some in left.values() for unit in some}:
            handed_out(unit)


def _account(unit: Unit) -> str:
    return unit.base.account


def _days(unit: Unit, tools: Tools) -> list[date]:
    """The days in the window that have a folder of digests; none where that cannot be listed, which is told later."""
    folder, window = unit.base.folder(Folder.DIGEST, unit.region), unit.window
    last = min(window.until or window.expected, window.expected).date() + _DAY
    first = max(_BEGAN, window.since.date()) if window.since else _BEGAN
    found: list[date] = []
    try:
        for name in day_folders(tools.store, folder, f"{folder}{last + _DAY:%Y/%m/%d}/"):
            day = _date(name[len(folder) :])
            if day is not None and day < first:
                break
            if day is not None:
                found.append(day)
    except ReadError:
        return []
    return found


def _date(name: str) -> date | None:
    try:
        return date.fromisoformat(name[:10].replace("/", "-"))
    except ValueError:
        return None


def _on(day: date, window: Window) -> Window:
    """The part of a window that has the digests whose names say that they end on this day."""
    begin = datetime.combine(day, time(), UTC) - _SECOND
    since, until = max(begin, window.since or begin), min(begin + _DAY, window.until or begin + _DAY)
    return Window(since=since, until=until, expected=window.expected)
