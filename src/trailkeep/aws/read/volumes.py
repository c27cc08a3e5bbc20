"""Volumes for costs: management events sampled from an account's last hours, and what a bucket holds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Holding, Volume

_ENOUGH = 500
_WINDOW = timedelta(hours=24)
_MONTH_HOURS = 730
_METRIC_WINDOW = timedelta(days=3)
_DAY_SECONDS = 86_400


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


def read_holding(cloud: Cloud, bucket: Bucket, taken: datetime) -> Holding | None:
    """S3's newest daily metrics of a bucket; None when there are none (a new bucket has none for a day) or no right.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
    """
    try:
        size = _daily(cloud, bucket, "BucketSizeBytes", "StandardStorage", taken)
        objects = _daily(cloud, bucket, "NumberOfObjects", "AllStorageTypes", taken)
    except AwsError:  # an estimate for costs, as above
        return None
    return None if size is None or objects is None else Holding(bucket=bucket.name, objects=objects, size=size)


def _daily(cloud: Cloud, bucket: Bucket, metric: str, storage: str, taken: datetime) -> int | None:
    found = cloud.call(
        bucket.account,
        bucket.region,
        "cloudwatch",
        "get_metric_statistics",
        Namespace="AWS/S3",
        MetricName=metric,
        Dimensions=[{"Name": "BucketName", "Value": bucket.name}, {"Name": "StorageType", "Value": storage}],
        StartTime=taken - _METRIC_WINDOW,
        EndTime=taken,
        Period=_DAY_SECONDS,
        Statistics=["Average"],
    )["Datapoints"]
    newest = max(found, key=lambda point: point["Timestamp"], default=None)
    return None if newest is None else round(newest["Average"])
