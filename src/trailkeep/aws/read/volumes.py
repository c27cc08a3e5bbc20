"""How many management events an account has, sampled from its last hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Volume

_ENOUGH = 500
_WINDOW = timedelta(hours=24)
_MONTH_HOURS = 730


def read_volume(cloud: Cloud, account: AccountId, regions: Sequence[Region], taken: datetime) -> Volume | None:
    """Events a month in `regions`, from the newest 500 events or 24 hours of each; None when it cannot be read.

    `sampled_hours` is the shortest time any of the Regions was looked at: the busier the account, the less is seen.
    """
    rates = []
    for region in dict.fromkeys(regions):
        try:
            rates.append(_rate(cloud, account, region, taken))
        except AwsError:  # an estimate for costs; what cannot be sampled has no volume
            return None
    if not rates:
        return None
    hourly, hours = sum(rate for rate, _ in rates), min(hours for _, hours in rates)
    return Volume(account=account, events_per_month=round(hourly * _MONTH_HOURS), sampled_hours=round(hours, 2))


def _rate(cloud: Cloud, account: AccountId, region: Region, taken: datetime) -> tuple[float, float]:
    """Events an hour, and the hours they were counted over. LookupEvents answers newest first."""
    count, oldest = 0, taken
    begin = taken - _WINDOW
    events = cloud.pages(
        account, region, "cloudtrail", "lookup_events", "Events", StartTime=begin, EndTime=taken, MaxResults=50
    )
    for event in events:
        count, oldest = count + 1, event.get("EventTime") or oldest
        if count >= _ENOUGH:
            hours = max((taken - oldest).total_seconds() / 3600, 1 / 60)
            return count / hours, hours
    return count / (_WINDOW.total_seconds() / 3600), _WINDOW.total_seconds() / 3600
