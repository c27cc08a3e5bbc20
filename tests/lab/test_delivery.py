"""Trails deliver on the lab's clock: log files, hourly digests, and what stopping, refusing and changing do to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.lab.conftest import World
from tests.lab.delivered import chains, check_chain, log_keys, read_bucket
from tests.lab.trailed import (
    BUCKET,
    HOUR,
    MANAGEMENT,
    REGIONS,
    SANDBOX,
    SECURITY,
    SHOP,
    TRAIL,
    archive,
    policy,
    published,
    trail,
    trailed,
)


@pytest.fixture
def world() -> Iterator[World]:
    with trailed() as made:
        yield made


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


def test_a_deleted_trail_ends_its_chains_and_one_of_the_same_name_begins_others(world: World) -> None:
    world.lab.advance(2 * HOUR + timedelta(minutes=10))
    trail(world).delete_trail(Name="trailkeep")
    ended = archive(world)
    assert {len(keys) for keys in chains(ended).values()} == {3}
    for (_, region), keys in chains(ended).items():
        check_chain(ended, keys, published(world, region))
    world.lab.advance(5 * HOUR)
    assert set(archive(world)) == set(ended)
    asked = {"IsMultiRegionTrail": True, "IsOrganizationTrail": True, "EnableLogFileValidation": True}
    trail(world).create_trail(Name="trailkeep", S3BucketName=BUCKET, **asked)
    assert "LatestDigestDeliveryTime" not in trail(world).get_trail_status(Name="trailkeep")
    trail(world).start_logging(Name="trailkeep")
    world.lab.advance(HOUR)
    anew = archive(world, f"{SHOP}/CloudTrail-Digest/")
    for (_, region), keys in chains(anew).items():
        check_chain(anew, keys[3:], published(world, region))


def test_a_trail_that_leaves_the_organization_begins_chains_in_the_member_layout(world: World) -> None:
    world.lab.advance(HOUR + timedelta(minutes=30))
    trail(world).update_trail(Name="trailkeep", IsOrganizationTrail=False)
    world.lab.advance(2 * HOUR)
    seen = archive(world)
    own = {key: found for key, found in seen.items() if key.startswith(f"AWSLogs/{MANAGEMENT}/")}
    assert set(chains(own)) == {(MANAGEMENT, region) for region in REGIONS}
    for (_, region), keys in chains(own).items():
        assert len(keys) == 2
        check_chain(own, keys, published(world, region))
    others = {key: found for key, found in seen.items() if key.startswith("AWSLogs/o-small1org2/")}
    assert {len(keys) for keys in chains(others).values()} == {2}


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
