"""What trails deliver besides the everyday: late events, Insights, data events, encrypted objects, the odd hours."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.forks import start
from tests.lab.conftest import World
from tests.lab.delivered import Archive, chains, check_chain, check_signature, log_keys, read_bucket
from tests.lab.trailed import BUCKET, HOUR, REGIONS, SECURITY, SHOP, TRAIL, archive, policy, published, trail, trailed


@pytest.fixture
def world() -> Iterator[World]:
    with trailed() as made:
        yield made


def test_an_account_that_joins_gets_chains_of_its_own(world: World) -> None:
    world.lab.advance(3 * HOUR)
    account = world.lab.add_account("Newcomer", "aws+newcomer@example.com")
    world.lab.advance(2 * HOUR)
    seen = archive(world, f"{account}/")
    keys = chains(seen)[account, "eu-west-1"]
    assert 2 <= len(keys) <= 3
    check_chain(seen, keys, published(world, "eu-west-1"))


def test_the_acme_members_trail_hears_every_region_the_account_has_enabled() -> None:
    with start("acme") as lab:
        lab.advance(HOUR)
        seen = read_bucket(World(lab).client("s3", "555555555555", "eu-west-1"), "payments-prod-audit-logs")
    assert len(chains(seen)) == 17
    assert all(
        key.startswith("AWSLogs/555555555555/CloudTrail-Digest/") for keys in chains(seen).values() for key in keys
    )


def test_late_events_are_marked_and_a_backfill_digest_lists_what_was_left_out(world: World) -> None:
    world.lab.hold(SHOP, "eu-west-1", 2 * HOUR)
    world.client("sqs", SHOP, "eu-west-1").create_queue(QueueName="late")
    world.lab.advance(HOUR)
    assert not archive(world, f"{SHOP}/CloudTrail/eu-west-1")
    keys = world.lab.backfill(SHOP, "eu-west-1")
    seen = archive(world, f"{SHOP}/")
    log, digest = keys
    assert seen[log].json["Records"][0]["addendum"] == {"reason": "DELIVERY_DELAY"}
    assert digest.endswith("Z_backfill.json.gz")
    assert seen[digest].metadata["backfill-generation-timestamp"].endswith("Z")
    assert [one["s3Object"] for one in seen[digest].json["logFiles"]] == [log]
    check_signature(seen[digest], published(world, "eu-west-1"))
    world.lab.advance(3 * HOUR)
    hourly = archive(world, f"{SHOP}/")
    assert log not in check_chain(hourly, chains(hourly)[SHOP, "eu-west-1"], published(world, "eu-west-1"))
    with pytest.raises(ValueError, match="no waiting event"):
        world.lab.backfill(SHOP, "us-east-1")


def test_insights_have_a_folder_of_their_own(world: World) -> None:
    with pytest.raises(ValueError, match="no trail with Insights"):
        world.lab.insight(SHOP, "eu-west-1", "s3.amazonaws.com", "PutObject")
    trail(world).put_insight_selectors(TrailName="trailkeep", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    world.lab.advance(HOUR)
    (key,) = world.lab.insight(SHOP, "eu-west-1", "s3.amazonaws.com", "PutObject")
    assert key.startswith(f"AWSLogs/o-small1org2/{SHOP}/CloudTrail-Insight/eu-west-1/")
    assert "_CloudTrail-Insight_eu-west-1_" in key
    states = [event["insightDetails"]["state"] for event in archive(world, key)[key].json["Records"]]
    assert states == ["Start", "End"]


def test_data_events_come_where_the_selectors_ask_for_them(world: World) -> None:
    s3 = world.client("s3", SHOP, "eu-west-1")
    for name in ("shop-watched", "shop-unwatched"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::shop-watched/"]},
    ]
    trail(world).put_event_selectors(TrailName="trailkeep", AdvancedEventSelectors=[{"FieldSelectors": fields}])
    for name in ("shop-watched", "shop-unwatched"):
        s3.put_object(Bucket=name, Key="a", Body=b"x")
        s3.list_objects_v2(Bucket=name)
    world.lab.advance(HOUR)
    seen = archive(world, f"{SHOP}/CloudTrail/")
    events = [event for key in log_keys(seen) for event in seen[key].json["Records"] if "shop-" in json.dumps(event)]
    data = [event for event in events if event["eventCategory"] == "Data"]
    assert {event["eventName"] for event in data} == {"PutObject", "ListObjects"}
    assert {event["requestParameters"]["bucketName"] for event in data} == {"shop-watched"}


def test_objects_are_encrypted_and_locked_as_the_bucket_says(world: World) -> None:
    s3 = world.client("s3", SECURITY, "eu-west-1")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=lock)
    world.lab.advance(2 * HOUR)
    key = next(iter(archive(world, "CloudTrail-Digest/us-east-1")))
    head = s3.head_object(Bucket=BUCKET, Key=key)
    assert (head["ContentType"], head["ContentEncoding"]) == ("application/json", "gzip")
    assert (head["ServerSideEncryption"], head["ObjectLockMode"]) == ("AES256", "GOVERNANCE")
    assert timedelta(days=29) < head["ObjectLockRetainUntilDate"] - head["LastModified"] < timedelta(days=31)


def test_it_delivers_by_itself_as_the_clock_goes_on_and_never_back(world: World) -> None:
    world.lab.set_clock(2 * 3600 + 60)
    until = time.monotonic() + 20
    while len(archive(world, "CloudTrail-Digest/us-east-1")) < 8 and time.monotonic() < until:
        time.sleep(0.2)
    assert {len(keys) for keys in chains(archive(world)).values()} == {2}
    with pytest.raises(ValueError, match="time passes by"):
        world.lab.advance(-HOUR)


def test_a_disabled_key_holds_deliveries_up_and_an_enabled_one_encrypts_them(world: World) -> None:
    kms = world.client("kms", SECURITY, "eu-west-1")
    service = {"Service": "cloudtrail.amazonaws.com"}
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{SECURITY}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": service,
            "Action": ["kms:GenerateDataKey*", "kms:DescribeKey", "kms:Decrypt"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceArn": TRAIL}},
        },
    ]
    key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))["KeyMetadata"]
    trail(world).update_trail(Name="trailkeep", KmsKeyId=key["Arn"])
    kms.disable_key(KeyId=key["KeyId"])
    world.lab.advance(2 * HOUR)
    client = world.client("cloudtrail", SHOP, "us-east-1")
    status = client.get_trail_status(Name=TRAIL)
    assert status["LatestDeliveryError"] == status["LatestDigestDeliveryError"] == "KMS.DisabledException"
    assert archive(world) == {}
    kms.enable_key(KeyId=key["KeyId"])
    world.lab.advance(HOUR)
    assert "LatestDeliveryError" not in client.get_trail_status(Name=TRAIL)
    s3 = world.client("s3", SECURITY, "eu-west-1")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    heads = [s3.head_object(Bucket=BUCKET, Key=name) for name in keys]
    assert {(head["ServerSideEncryption"], head["SSEKMSKeyId"]) for head in heads} == {("aws:kms", key["Arn"])}
    assert len([name for name in keys if "CloudTrail-Digest/us-east-1" in name]) == 12


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_happens_nothing_is_lost_or_told_twice(world: World, seed: int) -> None:
    """Stops, starts, a bucket that refuses, time in odd steps: every event made while logging is in one signed log."""
    chance = random.Random(seed)
    s3, own = world.client("s3", SECURITY, "eu-west-1"), trail(world)
    good, logging, made = policy(world), True, set()
    for step in range(30):
        match chance.choice(["advance", "advance", "call", "call", "stop", "start", "break", "mend"]):
            case "advance":
                world.lab.advance(timedelta(minutes=chance.randrange(1, 150)))
            case "call":
                region, name = chance.choice(REGIONS), f"queue-{step}"
                world.client("sqs", SHOP, region).create_queue(QueueName=name)
                made |= {name} if logging else set()
            case "break":
                s3.delete_bucket_policy(Bucket=BUCKET)
            case "mend":
                s3.put_bucket_policy(Bucket=BUCKET, Policy=good)
            case action:
                s3.put_bucket_policy(Bucket=BUCKET, Policy=good)
                world.lab.advance(timedelta(minutes=10))
                (own.start_logging if action == "start" else own.stop_logging)(Name="trailkeep")
                logging = action == "start"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=good)
    world.lab.advance(HOUR)
    own.stop_logging(Name="trailkeep")
    seen = archive(world)
    named: list[str] = []
    for (_, region), keys in chains(seen).items():
        for part in _unbroken(seen, keys):
            named += check_chain(seen, part, published(world, region))
    assert sorted(named) == log_keys(seen)
    events = [event for key in named for event in seen[key].json["Records"]]
    assert len({event["eventID"] for event in events}) == len(events)
    assert {e["requestParameters"]["queueName"] for e in events if e["eventName"] == "CreateQueue"} == made


def _unbroken(seen: Archive, keys: list[str]) -> Iterator[list[str]]:
    starts = [i for i, key in enumerate(keys) if seen[key].json["previousDigestS3Object"] is None]
    for first, after in pairwise([*starts, len(keys)]):
        yield keys[first:after]
