"""AWS Config's deliveries, day by day: history files when something changed, snapshots as often as the channel says.

    [PREFIX/]AWSLogs/ACCOUNT/Config/REGION/Y/M/D/ConfigHistory|ConfigSnapshot/…  (months and days as plain numbers)

Source: https://docs.aws.amazon.com/config/latest/developerguide/delivery-channel-files.html
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from trailkeep.model.snapshot import Cell
from trailkeep.verify.coverage.causes import Fact
from trailkeep.verify.coverage.row import Reason, State, Why
from trailkeep.verify.coverage.window import Window

_DAY = re.compile(r"(?:.*/)?([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})/", re.DOTALL | re.ASCII)


def config_folder(prefix: str, account: str, region: str) -> str:
    """The folder of an account and Region, with its final slash."""
    before = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    return f"{before}AWSLogs/{account}/Config/{region}/"


def months(window: Window) -> tuple[str, ...]:
    """The folders of the months a window reaches into, below an account and Region."""
    return tuple(dict.fromkeys(f"{day.year}/{day.month}/" for day, _, _ in window.days()))


def days_of(folders: Iterable[str], window: Window) -> int:
    """The days of a window that have a folder, and so a delivery: S3 has no empty folders."""
    cells = 0
    for folder in folders:
        found = _DAY.fullmatch(folder)
        try:
            day = date(*map(int, found.groups())) if found else None
        except ValueError:
            continue
        number = (day - window.start.date()).days if day else -1
        cells |= 1 << number if 0 <= number < window.count else 0
    return cells


NOTHING: Final = Reason(
    why=Why.NOTHING,
    detail="neither history nor snapshot was delivered that day, though snapshots are scheduled",
    remedy="was the recorder stopped then, or the delivery deleted? `trailkeep verify` does not cover AWS Config",
)


def config_facts(cell: Cell | None, oldest: datetime | None, window: Window) -> Iterator[Fact]:
    """Why days without a delivery are without one, by Config's own status; `oldest` is the first day there ever was.

    Sources: botocore model config DescribeConfigurationRecorderStatus, DescribeDeliveryChannelStatus.
    """
    if cell is None:
        yield _fact("what AWS Config does there could not be read", "take a new snapshot", State.UNKNOWN)
        return
    recorder, channel = cell.recorder, cell.channel
    if recorder is None:
        yield _fact("there is no configuration recorder", _PLAN)
    elif not recorder.is_recording:
        yield _fact("the configuration recorder is stopped", _PLAN)
    elif channel is None:
        yield _fact("there is no delivery channel", _PLAN)
    elif "failure" in {channel.history, channel.snapshot}:
        yield _fact(f"AWS Config cannot deliver: {channel.error or 'no reason given'}", _PLAN, why=Why.DELIVERY_ERROR)
    elif not channel.frequency:
        reason = Reason(
            why=Why.NO_SNAPSHOTS,
            detail="no snapshots are scheduled, so a day without changes looks like a lost one",
            remedy="set the channel's deliveryFrequency (`trailkeep plan`)",
        )
        yield Fact(start=None, end=None, reason=reason, state=State.UNKNOWN)
    elif oldest is not None and oldest > window.start:
        detail = f"nothing older than {oldest:%Y-%m-%d} is there: AWS Config may only have been set up then"
        reason = Reason(why=Why.NOT_THEN, detail=detail, remedy="PutConfigurationRecorder in the event history tells")
        yield Fact(start=None, end=oldest, reason=reason, state=State.UNKNOWN)


_PLAN = "`trailkeep plan` says what is missing"


def _fact(detail: str, remedy: str, state: State = State.UNCOVERED, why: Why = Why.RECORDER) -> Fact:
    return Fact(start=None, end=None, reason=Reason(why=why, detail=detail, remedy=remedy), state=state)
