"""What the tests of `aws/write` share: one embedded organization, changes made of few words, and plain boto3.

world.make(change) performs it twice, because everything must be repeatable; world.client("s3", LOGS) reads it back.
"""

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3

from tests.forks import start
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write import perform
from trailkeep.lab import Lab
from trailkeep.model.change import Change, Reason
from trailkeep.model.ids import AccountId, Region

MANAGEMENT = AccountId("111111111111")
SECURITY = AccountId("222222222222")
SHOP = AccountId("444444444444")
HOME = Region("eu-west-1")
ROLE = "OrganizationAccountAccessRole"
WHY = Reason(step="2.1", text="because the test says so", source="https://docs.aws.amazon.com/")

_names = itertools.count(1)


def fresh(word: str) -> str:
    """A name that no other test uses."""
    return f"{word}-{os.getpid()}-{next(_names)}"


@dataclass(slots=True)
class Hurry:
    """A clock on which seconds take milliseconds."""

    slept: float = 0.0

    def now(self) -> float:
        return self.slept

    def sleep(self, seconds: float, /) -> None:
        self.slept += seconds
        time.sleep(min(seconds, 0.05))


@dataclass(slots=True, kw_only=True)
class World:
    lab: Lab
    cloud: Cloud
    wait: Hurry = field(default_factory=Hurry)

    def perform(self, change: Change) -> dict[str, str]:
        return perform(self.cloud, change, wait=self.wait)

    def make(self, change: Change) -> dict[str, str]:
        """Perform it, and once more: the second time must neither fail nor choose anything else."""
        first = self.perform(change)
        assert self.perform(change) == first
        return first

    def unmake(self, change: Change) -> None:
        undone = change.undo()
        assert undone is not None
        self.make(undone)

    def client(self, service: str, account: str = MANAGEMENT, region: str = HOME) -> Any:
        return _client(self.lab.url, service, account, region)

    def cell(self, account: AccountId = SECURITY, region: str = HOME) -> dict[str, Any]:
        return {"account": account, "region": region, "reason": WHY}

    def organization(self) -> dict[str, Any]:
        return self.cell(MANAGEMENT, "")


@cache
def _client(_url: str, service: str, account: str, region: str) -> Any:
    if account == MANAGEMENT:
        return boto3.client(service, region_name=region)
    arn = f"arn:aws:iam::{account}:role/{ROLE}"
    role = boto3.client("sts", region_name=region).assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=role["AccessKeyId"],
        aws_secret_access_key=role["SecretAccessKey"],
        aws_session_token=role["SessionToken"],
    )


@contextmanager
def served(scenario: str = "small") -> Iterator[World]:
    """An embedded organization for as long as a module's tests need it."""
    with start(scenario) as lab:
        before = dict(os.environ)
        os.environ.update(lab.environment())
        try:
            yield World(lab=lab, cloud=Cloud.open(access_role=ROLE))
        finally:
            os.environ.clear()
            os.environ.update(before)
