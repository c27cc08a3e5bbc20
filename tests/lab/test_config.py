"""AWS Config over the wire: recorders, channels, and a bucket that lets Config write or does not."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.lab.conftest import World, message, refusal

SECURITY, SHOP = "222222222222", "444444444444"
ROLE = f"arn:aws:iam::{SHOP}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
BUCKET = "small-config-logs"


def policy(**source: str) -> str:
    condition = {"StringEquals": {f"aws:{key}": value for key, value in source.items()}}
    service = {"Service": "config.amazonaws.com"}
    acl = {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"}
    put = {**acl, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/*/Config/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**s, "Condition": condition} for s in (acl, put)]})


def test_recording_starts_in_order_and_delivers_where_it_may(small: World) -> None:
    iam, config = small.client("iam", SHOP), small.client("config", SHOP, "eu-west-1")
    recorder: dict[str, Any] = {"name": "default", "roleARN": ROLE}
    assert refusal(config.put_configuration_recorder, ConfigurationRecorder=recorder) == "InvalidRoleException"
    iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
    again = message(iam.create_service_linked_role, AWSServiceName="config.amazonaws.com")
    assert "has been taken in this account" in again

    channel = {"name": "default", "s3BucketName": BUCKET}
    put_channel = config.put_delivery_channel
    assert refusal(put_channel, DeliveryChannel=channel) == "NoAvailableConfigurationRecorderException"
    recorder["recordingMode"] = {"recordingFrequency": "DAILY"}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    (kept,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert kept["recordingMode"] == {"recordingFrequency": "DAILY"}
    other = {**recorder, "name": "other"}
    refused = refusal(config.put_configuration_recorder, ConfigurationRecorder=other)
    assert refused == "MaxNumberOfConfigurationRecordersExceededException"
    start = config.start_configuration_recorder
    assert refusal(start, ConfigurationRecorderName="default") == "NoAvailableDeliveryChannelException"

    assert refusal(put_channel, DeliveryChannel=channel) == "NoSuchBucketException"
    s3 = small.client("s3", SECURITY, "eu-west-1")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert message(put_channel, DeliveryChannel=channel) == (
        f"Insufficient delivery policy to s3 bucket: {BUCKET}, unable to write to bucket, "
        "provided s3 key prefix is 'null', provided kms key is 'null'."
    )
    assert config.describe_delivery_channels()["DeliveryChannels"] == []
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(SourceOrgID="o-small1org2"))
    put_channel(DeliveryChannel=channel)
    start(ConfigurationRecorderName="default")
    status = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]
    assert (status["recording"], status["lastStatus"]) == (True, "PENDING")
    time.sleep(0.35)
    status = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]
    assert status["lastStatus"] == "SUCCESS"


def test_a_channel_shows_when_its_bucket_refuses(small: World) -> None:
    config, s3 = small.client("config", SHOP, "eu-west-1"), small.client("s3", SECURITY, "eu-west-1")
    (healthy,) = config.describe_delivery_channel_status()["DeliveryChannelsStatus"]
    assert healthy["configHistoryDeliveryInfo"] == {}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(SourceAccount="999999999999"))
    (broken,) = config.describe_delivery_channel_status()["DeliveryChannelsStatus"]
    assert broken["configHistoryDeliveryInfo"]["lastErrorCode"] == "AccessDenied"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(SourceAccount=SHOP))
    (mended,) = config.describe_delivery_channel_status()["DeliveryChannelsStatus"]
    assert mended["configHistoryDeliveryInfo"] == {}


def test_a_bucket_with_default_retention_is_refused(small: World) -> None:
    s3, config = small.client("s3", SECURITY, "eu-west-1"), small.client("config", SHOP, "eu-west-1")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)
    channel = {"name": "default", "s3BucketName": BUCKET, "s3KeyPrefix": "AWSLogs"}
    refused = refusal(config.put_delivery_channel, DeliveryChannel=channel)
    assert refused == "InsufficientDeliveryPolicyException"


def test_the_acme_recorders_are_as_described(acme: World) -> None:
    def names(account: str, region: str) -> list[str]:
        found = acme.client("config", account, region).describe_configuration_recorders()
        return [r["name"] for r in found["ConfigurationRecorders"]]

    assert names("555555555555", "eu-west-1") == ["default"]
    assert names("999999999999", "eu-west-1") == ["audit-recorder"]
    assert names("999999999999", "us-east-1") == []
    assert acme.client("config", "666666666666", "eu-central-1").describe_delivery_channels()["DeliveryChannels"] == []
