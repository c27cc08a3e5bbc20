"""The small organization in which AWS Config records some accounts in one Region."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.forks import start
from tests.lab.conftest import World

MANAGEMENT, SECURITY, SHOP, SANDBOX = "111111111111", "222222222222", "444444444444", "121212121212"
HOME = "eu-west-1"
BUCKET = "small-config-logs"
MULTI = "config-multiaccountsetup.amazonaws.com"


@contextmanager
def recorded(*accounts: str) -> Iterator[World]:
    """The small organization; these accounts record everything in the home Region."""
    with start("small") as lab:
        made = World(lab)
        s3 = made.client("s3", SECURITY, HOME)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME})
        s3.put_bucket_policy(Bucket=BUCKET, Policy=_policy())
        for account in accounts:
            record(made, account)
        yield made


def record(world: World, account: str) -> None:
    """Let an account's recorder run in the home Region."""
    role = f"arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    world.client("iam", of(account)).create_service_linked_role(AWSServiceName="config.amazonaws.com")
    client = config(world, account)
    client.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    client.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": BUCKET})
    client.start_configuration_recorder(ConfigurationRecorderName="default")


def of(account: str) -> str | None:
    """How `World.client` names an account; the management account's administrator is the default."""
    return None if account == MANAGEMENT else account


def config(world: World, account: str, region: str = HOME) -> Any:
    """A client of AWS Config."""
    return world.client("config", of(account), region)


def bucket(world: World, account: str, name: str) -> Any:
    """A client of S3 in an account that has just made a bucket."""
    s3 = world.client("s3", of(account), HOME)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HOME})
    return s3


def rule(name: str, identifier: str, **more: Any) -> dict[str, Any]:
    """A managed rule as PutConfigRule takes it."""
    return {"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": identifier}, **more}


def said(world: World, account: str, region: str = HOME) -> dict[str, str]:
    """What each rule of an account says."""
    found = config(world, account, region).describe_compliance_by_config_rule()["ComplianceByConfigRules"]
    return {one["ConfigRuleName"]: one["Compliance"]["ComplianceType"] for one in found}


def _policy() -> str:
    service = {"Service": "config.amazonaws.com"}
    condition = {"StringEquals": {"aws:SourceOrgID": "o-small1org2"}}
    acl = {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"}
    put = {**acl, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/*/Config/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**s, "Condition": condition} for s in (acl, put)]})
