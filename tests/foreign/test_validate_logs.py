"""The AWS CLI's `validate-logs` on what the embedded organization delivers: valid as it is, invalid once damaged."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.foreign.conftest import client
from tests.lab.conftest import World, trail_policy
from trailkeep.cli.main import app
from trailkeep.lab import start

pytestmark = pytest.mark.foreign

MANAGEMENT, SECURITY, SHOP = "111111111111", "222222222222", "444444444444"
ORGANIZATION = f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/trailkeep"
MEMBER = f"arn:aws:cloudtrail:eu-central-1:{SHOP}:trail/shop.own_trail-1"
BUCKETS = {ORGANIZATION: "validated-organization-logs", MEMBER: "validated-shop-logs"}
OWNERS = {ORGANIZATION: SECURITY, MEMBER: SHOP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A lab in which both trails have delivered for 25 hours, and the AWS CLI."""

    world: World
    program: Path
    began: str

    def validate(self, trail: str, *, account: str | None = None, region: str) -> subprocess.CompletedProcess[str]:
        credentials = self.world.session(OWNERS[trail]).get_credentials()
        bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {
            **bare,
            **self.world.lab.environment(),
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": credentials.token,
        }
        command = [str(self.program), "cloudtrail", "validate-logs", "--trail-arn", trail, "--region", region]
        command += ["--start-time", self.began, "--end-time", self.now(), "--verbose"]
        command += ["--account-id", account] if account else []
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def now(self) -> str:
        return str(self.world.lab.state()["clock"]["now"])

    def s3(self, trail: str) -> Any:
        return self.world.client("s3", OWNERS[trail], trail.split(":")[3])

    def keys(self, trail: str, *, below: str) -> list[str]:
        pages = self.s3(trail).get_paginator("list_objects_v2").paginate(Bucket=BUCKETS[trail])
        return [one["Key"] for page in pages for one in page.get("Contents", ()) if below in one["Key"]]


def _begin(world: World, trail: str, organization: str | None) -> None:
    _, _, _, region, owner, name = trail.split(":")
    bucket = BUCKETS[trail]
    s3 = world.client("s3", OWNERS[trail], region)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    policy = trail_policy(bucket, owner=owner, trail=trail, organization=organization)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    cloudtrail = world.client("cloudtrail", None if owner == MANAGEMENT else owner, region)
    cloudtrail.create_trail(
        Name=name.removeprefix("trail/"),
        S3BucketName=bucket,
        IsMultiRegionTrail=True,
        IsOrganizationTrail=organization is not None,
        EnableLogFileValidation=True,
    )
    cloudtrail.start_logging(Name=trail)


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    program = client("aws")
    with start("small") as lab:
        world = World(lab)
        began = lab.state()["clock"]["now"]
        world.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
        _begin(world, ORGANIZATION, lab.state()["organization"])
        _begin(world, MEMBER, None)
        for step in range(25):
            world.client("iam", SHOP).create_user(UserName=f"user-{step}")
            world.client("sqs", SHOP, "eu-central-1").create_queue(QueueName=f"queue-{step}")
            world.client("kms", None, "eu-west-1").create_key()
            lab.advance(timedelta(hours=1))
        yield Archive(world=world, program=program, began=began)


def counted(done: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """What the CLI says of digests and of log files: `24/24 digest files valid`."""
    digests = re.search(r"(\d+/\d+) digest files valid(?:, \d+/\d+ digest files INVALID)?", done.stdout)
    logs = re.search(r"(\d+/\d+) log files valid(?:, \d+/\d+ log files INVALID)?", done.stdout)
    return (digests.group() if digests else "", logs.group() if logs else "")


@pytest.mark.parametrize(
    ("trail", "account", "region"),
    [
        (ORGANIZATION, MANAGEMENT, "eu-west-1"),
        (ORGANIZATION, SHOP, "eu-central-1"),
        (ORGANIZATION, SHOP, "us-east-1"),
        (MEMBER, None, "eu-central-1"),
        (MEMBER, None, "us-east-1"),
    ],
)
def test_what_was_delivered_is_valid(archive: Archive, trail: str, account: str | None, region: str) -> None:
    done = archive.validate(trail, account=account, region=region)
    owner = account or SHOP
    logs = len(archive.keys(trail, below=f"{owner}/CloudTrail/{region}/"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert logs >= 24
    assert counted(done) == ("25/25 digest files valid", f"{logs}/{logs} log files valid")


def test_an_account_where_nothing_happens_has_its_digests(archive: Archive) -> None:
    done = archive.validate(ORGANIZATION, account="121212121212", region="eu-central-1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert counted(done)[0] == "25/25 digest files valid"
    assert archive.keys(ORGANIZATION, below="121212121212/CloudTrail/") == []


def test_a_stop_and_a_start_leave_two_valid_chains(archive: Archive) -> None:
    cloudtrail = archive.world.client("cloudtrail", SHOP, "eu-central-1")
    lab = archive.world.lab
    lab.advance(timedelta(minutes=20))
    cloudtrail.stop_logging(Name=MEMBER)
    lab.advance(timedelta(hours=3))
    before = len(archive.keys(MEMBER, below="CloudTrail-Digest/us-east-1"))
    cloudtrail.start_logging(Name=MEMBER)
    lab.advance(timedelta(hours=2))
    assert before == 26
    assert len(archive.keys(MEMBER, below="CloudTrail-Digest/us-east-1")) == before + 2
    done = archive.validate(MEMBER, region="us-east-1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No log files were delivered by CloudTrail between" in done.stderr


def test_a_backfill_digest_is_valid_too(archive: Archive) -> None:
    lab = archive.world.lab
    archive.world.client("sqs", SHOP, "us-east-1").list_queues()
    keys = lab.backfill(SHOP, "us-east-1")
    assert [key.endswith("_backfill.json.gz") for key in keys].count(True) == 2
    done = archive.validate(ORGANIZATION, account=SHOP, region="us-east-1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "backfill" in done.stdout


def test_a_made_up_archive_is_valid_and_its_damage_is_found() -> None:
    program = client("aws")
    with start("small") as lab:
        world = World(lab)
        made = CliRunner().invoke(
            app, ["lab", "logs", "--regions", "2", "--volume", "medium", "--backfills", "2"], env=lab.environment()
        )
        assert made.exit_code == 0, made.output
        bucket, organization = "trailkeep-lab-logs", lab.state()["organization"]
        world.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
        policy = trail_policy(bucket, owner=MANAGEMENT, trail=ORGANIZATION, organization=organization)
        world.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
        asked = {"IsMultiRegionTrail": True, "IsOrganizationTrail": True}
        world.client("cloudtrail", None, "eu-west-1").create_trail(Name="trailkeep", S3BucketName=bucket, **asked)
        command = [str(program), "cloudtrail", "validate-logs", "--trail-arn", ORGANIZATION, "--account-id", SHOP]
        command += [
            "--region",
            "eu-west-1",
            "--start-time",
            "2026-01-29T00:00:00Z",
            "--end-time",
            "2026-01-31T00:00:00Z",
        ]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

        def run() -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                command, env=environment | lab.environment(), capture_output=True, text=True, timeout=120, check=False
            )

        whole = run()
        assert whole.returncode == 0, whole.stdout + whole.stderr
        assert counted(whole)[0] == "24/24 digest files valid"
        assert "2/2 backfill digest files valid" in whole.stdout
        (hit,) = lab.tamper("object-edited", bucket, accounts=[SHOP], regions=["eu-west-1"])
        damaged = run()
        assert damaged.returncode == 1
        assert f"{hit}\tINVALID: hash value doesn't match" in damaged.stderr


def test_a_damaged_log_file_and_a_lost_digest_are_invalid(archive: Archive) -> None:
    s3 = archive.s3(ORGANIZATION)
    key = archive.keys(ORGANIZATION, below=f"{SHOP}/CloudTrail/eu-central-1/")[3]
    s3.put_object(Bucket=BUCKETS[ORGANIZATION], Key=key, Body=b"not what was delivered")
    digest = archive.keys(ORGANIZATION, below=f"{SHOP}/CloudTrail-Digest/eu-central-1/")[7]
    s3.delete_object(Bucket=BUCKETS[ORGANIZATION], Key=digest)
    done = archive.validate(ORGANIZATION, account=SHOP, region="eu-central-1")
    assert done.returncode == 1
    assert f"{key}\tINVALID" in done.stderr
    assert f"{digest}\tINVALID: not found" in done.stderr
