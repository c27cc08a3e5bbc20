"""What a bucket holds, by the storage metrics that the lab has for every bucket."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from tests.forks import start
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.volumes import read_holding
from trailkeep.lab import Lab
from trailkeep.model.archive import Bucket
from trailkeep.model.ids import AccountId, Region


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    with start("small") as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


def test_objects_and_bytes_of_a_bucket_and_nothing_for_one_without_metrics(lab: Lab) -> None:
    s3 = boto3.Session().client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="logs-held-here")
    for key in ("a", "b"):
        s3.put_object(Bucket="logs-held-here", Key=key, Body=b"x" * 100)
    bucket = Bucket(name="logs-held-here", account=AccountId("111111111111"), region=Region("us-east-1"))
    cloud = Cloud.open(access_role="OrganizationAccountAccessRole")
    tomorrow = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 the lab lives in real time
    found = read_holding(cloud, bucket, tomorrow)
    assert found is not None
    assert found.objects == 2
    assert found.size > 0
    assert read_holding(cloud, bucket, datetime(2020, 1, 1, tzinfo=UTC)) is None
