"""AWS Config's deliveries, day by day: history files when something changed, snapshots as often as the channel says.

    [PREFIX/]AWSLogs/ACCOUNT/Config/REGION/Y/M/D/ConfigHistory|ConfigSnapshot/…  (months and days as plain numbers)

Source: https://docs.aws.amazon.com/config/latest/developerguide/delivery-channel-files.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from trailkeep.model.snapshot import Cell
from trailkeep.verify.coverage.causes import Fact
from trailkeep.verify.coverage.row import Reason, State, Why
from trailkeep.verify.coverage.seen import Seen
from trailkeep.verify.coverage.window import Window

_KEY = re.compile(
    r"(?:(?P<prefix>.+)/)?AWSLogs/(?:o-[a-z0-9]{10,32}/)?(?P<account>[0-9]{12})/Config/(?P<region>[a-z0-9-]{5,30})/"
    r"(?P<year>[0-9]{4})/(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<kind>ConfigHistory|ConfigSnapshot)/"
    r"[^/]+\.json\.gz",
    re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigKey:
    """What a key of Config's tells: whose, where, the day it was delivered, history or snapshot."""

    account: str
    region: str
    day: date
    kind: str


def parse_config(key: str) -> ConfigKey | None:
    """The parts of a history or snapshot file's key; None for every other object."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return ConfigKey(account=found["account"], region=found["region"], day=day, kind=found["kind"])


def config_folder(prefix: str, account: str, region: str, day: date | None = None) -> str:
    """The folder of an account and Region, or of one day there."""
    before = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    where = f"{before}AWSLogs/{account}/Config/{region}/"
    return f"{where}{day.year}/{day.month}/{day.day}/" if day else where


def seen_days(keys: Iterable[str], account: str, region: str, window: Window) -> Seen:
    """The days of a window on which a history or a snapshot file arrived."""
    cells = 0
    for key in keys:
        found = parse_config(key)
        if found is not None and (found.account, found.region) == (account, region):
            number = (found.day - window.start.date()).days
            cells |= 1 << number if 0 <= number < window.count else 0
    return Seen(cells=cells)


def config_facts(cell: Cell | None) -> Iterator[Fact]:
    """Why days without a delivery are without one, by Config's own status.

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


_PLAN = "`trailkeep plan` says what is missing"


def _fact(detail: str, remedy: str, state: State = State.UNCOVERED, why: Why = Why.RECORDER) -> Fact:
    return Fact(start=None, end=None, reason=Reason(why=why, detail=detail, remedy=remedy), state=state)
