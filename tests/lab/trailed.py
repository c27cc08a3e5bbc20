"""The small organization with an organization trail that logs, and what it delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.forks import start
from tests.lab.conftest import World, trail_policy
from tests.lab.delivered import Archive, read_bucket

MANAGEMENT, SECURITY, SHOP, SANDBOX = "111111111111", "222222222222", "444444444444", "121212121212"
REGIONS = ("us-east-1", "eu-west-1", "eu-central-1")
BUCKET = "small-trail-archive"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/trailkeep"
HOUR = timedelta(hours=1)


@contextmanager
def trailed() -> Iterator[World]:
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
