"""Trails deliver on the lab's clock: log files, hourly digests, what stopping, refusing and being late do to them."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.lab.conftest import World, trail_policy
from tests.lab.delivered import Archive, chains, check_chain, check_signature, log_keys, read_bucket
from trailkeep.lab import start

MANAGEMENT, SECURITY, SHOP, SANDBOX = "111111111111", "222222222222", "444444444444", "121212121212"
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1")
BUCKET = "small-trail-archive"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/trailkeep"
HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> Iterator[World]:
    """The small organization with an organization trail that has just been started."""
    with start("small") as lab:
        made = World(lab)
        made.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
        s3 = made.client("s3", SECURITY, "eu-west-1")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(made))
        client = trail(made)
        client.create_trail(
            Name="trailkeep",
            S3BucketName=BUCKET,
            IsMultiRegionTrail=True,
            IsOrganizationTrail=True,
            EnableLogFileValidation=True,
        )
        client.start_logging(Name="trailkeep")
        yield made


def policy(world: World) -> str:
    return trail_policy(BUCKET, owner=MANAGEMENT, trail=TRAIL, organization=world.lab.state()["organization"])


def trail(world: World) -> Any:
    return world.client("cloudtrail", None, "eu-west-1")


def archive(world: World, only: str = "") -> Archive:
    return read_bucket(world.client("s3", SECURITY, "eu-west-1"), BUCKET, only)


def published(world: World, region: str) -> Callable[[str], bytes]:
    """The public keys that AWS would show in a Region, by fingerprint, all pages."""
    client = world.client("cloudtrail", SHOP, region)
    now = datetime.fromisoformat(world.lab.state()["clock"]["now"])
    asked: dict[str, Any] = {"StartTime": now - timedelta(days=60), "EndTime": now}
    keys = {}
    while True:
        answer = client.list_public_keys(**asked)
        for key in answer["PublicKeyList"]:
            assert hashlib.md5(key["Value"]).hexdigest() == key["Fingerprint"]
            keys[key["Fingerprint"]] = key["Value"]
        if "NextToken" not in answer:
            return lambda fingerprint: keys[fingerprint]
        asked["NextToken"] = answer["NextToken"]


def test_every_account_and_region_has_its_chain_even_when_nothing_happens(world: World) -> None:
    world.lab.advance(24 * HOUR)
    seen = archive(world)
    found = chains(seen)
    assert set(found) == {(account, region) for account in (MANAGEMENT, SECURITY, SHOP, SANDBOX) for region in REGIONS}
    for (account, region), keys in found.items():
        assert len(keys) == 24
        assert all(key.startswith(f"AWSLogs/o-small1org2/{account}/CloudTrail-Digest/{region}/2") for key in keys)
        assert all(f"_CloudTrail-Digest_{region}_trailkeep_eu-west-1_" in key for key in keys)
        check_chain(seen, keys, published(world, region))


def test_events_come_in_a_file_of_their_account_and_region_and_a_digest_names_it(world: World) -> None:
    world.client("sqs", SHOP, "eu-central-1").create_queue(QueueName="orders")
    world.lab.advance(timedelta(minutes=20))
    (key,) = log_keys(archive(world, "/CloudTrail/eu-central-1/"))
    assert key.startswith(f"AWSLogs/o-small1org2/{SHOP}/CloudTrail/eu-central-1/")
    (event,) = archive(world, key)[key].json["Records"]
    assert (event["eventName"], event["recipientAccountId"], event["awsRegion"]) == (
        "CreateQueue",
        SHOP,
        "eu-central-1",
    )
    delivered = datetime.strptime(key.split("_")[3], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    assert delivered.minute % 5 == 0
    world.lab.advance(HOUR)
    seen = archive(world, "/eu-central-1/")
    (digest,) = chains(seen)[SHOP, "eu-central-1"]
    assert check_chain(seen, [digest], published(world, "eu-central-1")) == [key]
    assert seen[digest].json["oldestEventTime"] == event["eventTime"]


def test_the_status_tells_the_last_deliveries(world: World) -> None:
    world.client("iam", SHOP).create_user(UserName="somebody")
    assert "LatestDeliveryTime" not in world.client("cloudtrail", SHOP).get_trail_status(Name=TRAIL)
    world.lab.advance(2 * HOUR)
    status = world.client("cloudtrail", SHOP).get_trail_status(Name=TRAIL)
    (key,) = log_keys(archive(world, f"{SHOP}/CloudTrail/us-east-1"))
    assert f"{status['LatestDeliveryTime'].astimezone(UTC):%Y%m%dT%H%MZ}" in key
    assert status["LatestDigestDeliveryTime"] > status["LatestDeliveryTime"]
    assert "LatestDeliveryError" not in status


def test_stopping_ends_the_chain_with_a_shorter_digest_and_starting_begins_another(world: World) -> None:
    world.lab.advance(2 * HOUR + timedelta(minutes=25))
    world.client("iam").create_user(UserName="before-the-stop")
    trail(world).stop_logging(Name="trailkeep")
    stopped = archive(world)
    for (_, region), keys in chains(stopped).items():
        assert len(keys) == 3
        check_chain(stopped, keys, published(world, region))
    last = stopped[chains(stopped)[MANAGEMENT, "eu-west-1"][-1]].json
    lasted = datetime.fromisoformat(last["digestEndTime"]) - datetime.fromisoformat(last["digestStartTime"])
    assert timedelta(minutes=24) < lasted < timedelta(minutes=27)
    recorded = [e["eventName"] for key in log_keys(stopped) for e in stopped[key].json["Records"]]
    assert {"StopLogging", "CreateUser"} <= set(recorded)

    world.client("iam").create_user(UserName="while-it-was-off")
    world.lab.advance(5 * HOUR)
    assert set(archive(world)) == set(stopped)
    trail(world).start_logging(Name="trailkeep")
    world.lab.advance(2 * HOUR)
    seen = archive(world)
    for cell, keys in chains(seen).items():
        anew = [key for key in keys if key not in stopped]
        assert len(anew) == 2
        check_chain(seen, anew, published(world, cell[1]))
    names = [e["requestParameters"] for key in log_keys(seen) for e in seen[key].json["Records"]]
    assert not any(name and name.get("userName") == "while-it-was-off" for name in names)


def test_what_the_bucket_refuses_waits_and_comes_later(world: World) -> None:
    s3 = world.client("s3", SECURITY, "eu-west-1")
    world.lab.advance(HOUR)
    before = set(archive(world))
    s3.delete_bucket_policy(Bucket=BUCKET)
    world.client("sqs", SHOP, "us-east-1").create_queue(QueueName="patient")
    world.lab.advance(3 * HOUR)
    assert set(archive(world)) == before
    status = world.client("cloudtrail", SHOP, "us-east-1").get_trail_status(Name=TRAIL)
    assert (status["LatestDeliveryError"], status["LatestDigestDeliveryError"]) == ("AccessDenied", "AccessDenied")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(world))
    world.lab.advance(HOUR)
    seen = archive(world, f"{SHOP}/")
    keys = chains(seen)[SHOP, "us-east-1"]
    assert len(keys) == 5
    logs = check_chain(seen, keys, published(world, "us-east-1"))
    assert any(e["eventName"] == "CreateQueue" for key in logs for e in seen[key].json["Records"])


def test_a_trail_that_moves_to_another_bucket_keeps_its_chain(world: World) -> None:
    world.lab.advance(2 * HOUR)
    s3 = world.client("s3", SECURITY, "eu-west-1")
    other = "small-trail-archive-two"
    s3.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_policy(Bucket=other, Policy=policy(world).replace(BUCKET, other))
    trail(world).update_trail(Name="trailkeep", S3BucketName=other, S3KeyPrefix="")
    world.lab.advance(2 * HOUR)
    seen = read_bucket(s3, other)
    first = seen[chains(seen)[SHOP, "eu-west-1"][0]].json
    assert (first["previousDigestS3Bucket"], first["digestS3Bucket"]) == (BUCKET, other)
    assert first["previousDigestS3Object"] in archive(world)


def test_without_validation_there_are_logs_and_no_digests(world: World) -> None:
    trail(world).update_trail(Name="trailkeep", EnableLogFileValidation=False)
    world.lab.advance(3 * HOUR)
    seen = archive(world)
    assert chains(seen) == {}
    assert log_keys(seen)
    trail(world).update_trail(Name="trailkeep", EnableLogFileValidation=True)
    world.lab.advance(2 * HOUR)
    seen = archive(world, f"{SANDBOX}/")
    keys = chains(seen)[SANDBOX, "us-east-1"]
    assert len(keys) == 2
    check_chain(seen, keys, published(world, "us-east-1"))


def test_an_account_that_joins_and_a_region_that_is_enabled_get_chains_of_their_own(world: World) -> None:
    world.lab.advance(3 * HOUR)
    account = world.lab.add_account("Newcomer", "aws+newcomer@example.com")
    world.lab.advance(2 * HOUR)
    seen = archive(world, f"{account}/")
    keys = chains(seen)[account, "eu-west-1"]
    assert 2 <= len(keys) <= 3
    check_chain(seen, keys, published(world, "eu-west-1"))


def test_the_keys_of_a_region_are_its_own_and_change_with_overlap(world: World) -> None:
    world.lab.advance(timedelta(days=9))
    now = datetime.fromisoformat(world.lab.state()["clock"]["now"])
    shown = {}
    for region in ("us-east-1", "eu-west-1"):
        client = world.client("cloudtrail", None, region)
        shown[region] = client.list_public_keys(StartTime=now - timedelta(days=9), EndTime=now)["PublicKeyList"]
        keys = sorted(shown[region], key=lambda key: key["ValidityStartTime"])
        assert 2 <= len(keys) <= 4
        for one, two in pairwise(keys):
            assert one["ValidityStartTime"] < two["ValidityStartTime"] < one["ValidityEndTime"] < two["ValidityEndTime"]
    first, second = ({key["Fingerprint"] for key in keys} for keys in shown.values())
    assert not first & second
    pages = [world.client("cloudtrail").list_public_keys(StartTime=now - timedelta(days=300), EndTime=now)]
    while "NextToken" in pages[-1]:
        pages.append(
            world.client("cloudtrail").list_public_keys(
                StartTime=now - timedelta(days=300), EndTime=now, NextToken=pages[-1]["NextToken"]
            )
        )
    assert [len(page["PublicKeyList"]) for page in pages[:-1]] == [10] * (len(pages) - 1)
    assert len(pages) == 5
    seen = {**archive(world, f"{SHOP}/CloudTrail-Digest/us-east-1"), **archive(world, f"{SHOP}/CloudTrail/us-east-1")}
    keys_used = {seen[key].json["digestPublicKeyFingerprint"] for key in chains(seen)[SHOP, "us-east-1"]}
    assert len(keys_used) >= 2
    check_chain(seen, chains(seen)[SHOP, "us-east-1"], published(world, "us-east-1"))


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


def test_time_does_not_run_backwards(world: World) -> None:
    with pytest.raises(ValueError, match="time passes by"):
        world.lab.advance(-HOUR)


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
