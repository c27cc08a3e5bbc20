"""AWS Config delivers: the writability check, history when something changed, snapshots, and how it went."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.forks import start
from tests.lab.conftest import World, refusal

SECURITY, SHOP = "222222222222", "444444444444"
BUCKET = "small-config-archive"
HOUR = timedelta(hours=1)
BASE = f"recorded/AWSLogs/{SHOP}/Config/"


@pytest.fixture
def world() -> Iterator[World]:
    """The small organization, in which the shop records eu-west-1 into the security account's bucket."""
    with start("small") as lab:
        made = World(lab)
        s3 = made.client("s3", SECURITY, "eu-west-1")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(SHOP))
        made.client("iam", SHOP).create_service_linked_role(AWSServiceName="config.amazonaws.com")
        config = made.client("config", SHOP, "eu-west-1")
        role = f"arn:aws:iam::{SHOP}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        group = {"allSupported": True, "includeGlobalResourceTypes": True}
        recorder = {"name": "default", "roleARN": role, "recordingGroup": group}
        config.put_configuration_recorder(ConfigurationRecorder=recorder)
        channel = {
            "name": "default",
            "s3BucketName": BUCKET,
            "s3KeyPrefix": "recorded",
            "configSnapshotDeliveryProperties": {"deliveryFrequency": "Twelve_Hours"},
        }
        config.put_delivery_channel(DeliveryChannel=channel)
        config.start_configuration_recorder(ConfigurationRecorderName="default")
        yield made


def policy(account: str) -> str:
    service = {"Service": "config.amazonaws.com"}
    condition = {"StringEquals": {"aws:SourceAccount": account}}
    acl = {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"}
    put = {**acl, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/recorded/AWSLogs/*/Config/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**s, "Condition": condition} for s in (acl, put)]})


def keys(world: World, below: str = "") -> list[str]:
    listed = world.client("s3", SECURITY, "eu-west-1").list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return [one["Key"] for one in listed if below in one["Key"]]


def content(world: World, key: str) -> Any:
    got = world.client("s3", SECURITY, "eu-west-1").get_object(Bucket=BUCKET, Key=key)
    return json.loads(gzip.decompress(got["Body"].read()))


def test_the_check_file_comes_first(world: World) -> None:
    assert keys(world) == [f"{BASE}ConfigWritabilityCheckFile"]


def test_history_comes_every_six_hours_for_what_changed(world: World) -> None:
    world.lab.advance(7 * HOUR)
    first = keys(world, "/ConfigHistory/")
    day = world.lab.state()["clock"]["now"][:10]
    folder = "/".join(str(int(part)) for part in day.split("-"))
    assert all(key.startswith(f"{BASE}eu-west-1/{folder[:4]}") for key in first)
    assert [key.split("_")[4] for key in first] == ["AWS::IAM::Role"]
    history = content(world, first[0])
    assert history["fileVersion"] == "1.0"
    names = {item["configuration"]["roleName"] for item in history["configurationItems"]}
    assert "AWSServiceRoleForConfig" in names
    assert {item["awsAccountId"] for item in history["configurationItems"]} == {SHOP}

    world.lab.advance(12 * HOUR)
    assert keys(world, "/ConfigHistory/") == first
    s3 = world.client("s3", SHOP, "eu-west-1")
    s3.create_bucket(Bucket="shop-assets", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    world.lab.advance(6 * HOUR)
    (new,) = set(keys(world, "/ConfigHistory/")) - set(first)
    assert "_ConfigHistory_AWS::S3::Bucket_" in new
    assert new.endswith("Z_1.json.gz")


def test_snapshots_come_as_often_as_the_channel_says_and_on_request(world: World) -> None:
    world.lab.advance(25 * HOUR)
    assert len(keys(world, "/ConfigSnapshot/")) == 2
    config = world.client("config", SHOP, "eu-west-1")
    number = config.deliver_config_snapshot(deliveryChannelName="default")["configSnapshotId"]
    (key,) = keys(world, number)
    assert content(world, key)["configSnapshotId"] == number
    assert refusal(config.deliver_config_snapshot, deliveryChannelName="other") == "NoSuchDeliveryChannelException"
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    refused = refusal(config.deliver_config_snapshot, deliveryChannelName="default")
    assert refused == "NoRunningConfigurationRecorderException"
    elsewhere = world.client("config", SHOP, "us-east-1").deliver_config_snapshot
    assert refusal(elsewhere, deliveryChannelName="default") == "NoAvailableConfigurationRecorderException"


def test_the_status_tells_how_it_went(world: World) -> None:
    world.lab.advance(13 * HOUR)
    config = world.client("config", SHOP, "eu-west-1")
    (status,) = config.describe_delivery_channel_status()["DeliveryChannelsStatus"]
    for member in ("configHistoryDeliveryInfo", "configSnapshotDeliveryInfo"):
        assert status[member]["lastStatus"] == "SUCCESS"
        assert status[member]["lastSuccessfulTime"] == status[member]["lastAttemptTime"]


NEWEST = "SELECT resourceId, resourceType, configurationItemCaptureTime ORDER BY configurationItemCaptureTime DESC"


def newest(world: World, region: str = "eu-west-1", **asked: Any) -> list[dict[str, str]]:
    config = world.client("config", SHOP, region)
    return [json.loads(one) for one in config.select_resource_config(Expression=NEWEST, **asked)["Results"]]


def test_the_status_tells_of_history_only_where_a_file_was_written(world: World) -> None:
    config = world.client("config", SHOP, "eu-west-1")
    world.lab.advance(7 * HOUR)
    (first,) = config.describe_delivery_channel_status()["DeliveryChannelsStatus"]
    world.lab.advance(12 * HOUR)
    (later,) = config.describe_delivery_channel_status()["DeliveryChannelsStatus"]
    assert later["configHistoryDeliveryInfo"] == first["configHistoryDeliveryInfo"]
    assert later["configSnapshotDeliveryInfo"]["lastStatus"] == "SUCCESS"


def test_a_query_tells_when_what_is_recorded_changed(world: World) -> None:
    begun = world.lab.state()["clock"]["now"][:16]
    roles = newest(world, Limit=100)
    assert {one["resourceType"] for one in roles} == {"AWS::IAM::Role"}
    assert {one["configurationItemCaptureTime"][:13] for one in roles} == {begun[:13]}
    world.lab.advance(8 * HOUR)
    assert newest(world, Limit=100) == roles, "time alone changes nothing"
    s3 = world.client("s3", SHOP, "eu-west-1")
    s3.create_bucket(Bucket="shop-assets", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    (first,) = newest(world, Limit=1)
    assert (first["resourceType"], first["resourceId"]) == ("AWS::S3::Bucket", "shop-assets")
    assert first["configurationItemCaptureTime"] > roles[0]["configurationItemCaptureTime"]
    s3.delete_bucket(Bucket="shop-assets")
    assert newest(world, Limit=100) == roles, "what is deleted is not found"
    assert newest(world, "us-east-1") == [], "nothing is recorded there"


def test_a_query_comes_in_pages_with_its_fields(world: World) -> None:
    config = world.client("config", SHOP, "eu-west-1")
    page = config.select_resource_config(Expression=NEWEST, Limit=1)
    names = [field["Name"] for field in page["QueryInfo"]["SelectFields"]]
    assert names == ["resourceId", "resourceType", "configurationItemCaptureTime"]
    more = config.select_resource_config(Expression=NEWEST, Limit=1, NextToken=page["NextToken"])
    assert more["Results"] != page["Results"]
    ascending = NEWEST.replace("DESC", "asc").lower().replace("resourceid", "accountId")
    assert refusal(config.select_resource_config, Expression=ascending) == "InvalidExpressionException"


@pytest.mark.parametrize(
    "expression",
    [
        "SELECT * ORDER BY resourceId",
        "SELECT MAX(configurationItemCaptureTime)",
        f"{NEWEST} LIMIT 1",
        "SELECT resourceId ORDER BY resourceType",
        "SELECT resourceId WHERE resourceType = 'AWS::S3::Bucket'",
        "DROP TABLE resources",
    ],
)
def test_a_query_of_another_form_is_refused(world: World, expression: str) -> None:
    config = world.client("config", SHOP, "eu-west-1")
    assert refusal(config.select_resource_config, Expression=expression) == "InvalidExpressionException"


def test_nothing_comes_while_the_bucket_refuses(world: World) -> None:
    s3 = world.client("s3", SECURITY, "eu-west-1")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy("999999999999"))
    world.lab.advance(7 * HOUR)
    assert keys(world, "/eu-west-1/") == []
    (status,) = world.client("config", SHOP, "eu-west-1").describe_delivery_channel_status()["DeliveryChannelsStatus"]
    assert status["configHistoryDeliveryInfo"]["lastErrorCode"] == "AccessDenied"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(SHOP))
    world.lab.advance(HOUR)
    assert len(keys(world, "/ConfigHistory/")) == 1
