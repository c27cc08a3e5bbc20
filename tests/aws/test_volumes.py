"""Volumes are extrapolated from what was seen, and say from how long."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.volumes import read_volume
from trailkeep.model.ids import AccountId, Region

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = AccountId("111111111111")
HOME, LEADER = Region("eu-west-1"), Region("us-east-1")


class Events:
    """CloudTrail's event history with one event every so many seconds, newest first."""

    def __init__(self, every: dict[str, float]) -> None:
        self.every = every
        self.read = 0

    def pages(
        self, _account: str, region: str, *_what: str, StartTime: datetime, EndTime: datetime, **_: Any
    ) -> Iterator[Any]:
        time = EndTime
        while (time := time - timedelta(seconds=self.every[region])) >= StartTime:
            self.read += 1
            yield {"EventTime": time}


@pytest.mark.parametrize(
    ("every", "monthly", "hours"),
    [
        ({HOME: 3600.0, LEADER: 3600.0}, 2 * 730, 24.0),
        ({HOME: 1.0, LEADER: 3600.0}, 3600 * 730 + 730, 0.14),
        ({HOME: 10**6, LEADER: 10**6}, 0, 24.0),
    ],
)
def test_the_month_is_extrapolated(every: dict[str, float], monthly: int, hours: float) -> None:
    events = Events(every)
    found = read_volume(cast("Cloud", events), ACCOUNT, (HOME, LEADER, HOME), NOW)
    assert found
    assert found.events_per_month == pytest.approx(monthly, rel=0.001)
    assert found.sampled_hours == hours
    assert events.read <= 2 * 500


def test_nowhere_to_look_is_no_volume() -> None:
    assert read_volume(cast("Cloud", Events({})), ACCOUNT, (), NOW) is None
