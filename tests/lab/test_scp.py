"""Service control policies bind members' principals at every level, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.forks import start
from tests.lab.conftest import World, refusal

SHOP = "444444444444"
TRUST = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}
EXEMPT = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/OrganizationAccountAccessRole"}}


def deny(action: str, resource: str = "*", **more: Any) -> str:
    statement = {"Effect": "Deny", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def world() -> Iterator[World]:
    with start("small") as lab:
        yield World(lab)


def guarded(world: World, content: str, *, on: str = "account") -> str:
    organizations = world.client("organizations")
    made = organizations.create_policy(Content=content, Description="x", Name="guard", Type="SERVICE_CONTROL_POLICY")
    policy = str(made["Policy"]["PolicySummary"]["Id"])
    parent = organizations.list_parents(ChildId=SHOP)["Parents"][0]["Id"]
    root = organizations.list_roots()["Roots"][0]["Id"]
    target = {"account": SHOP, "unit": parent, "root": root}[on]
    organizations.attach_policy(PolicyId=policy, TargetId=target)
    return policy


def developer(world: World, service: str) -> Any:
    """A client of an ordinary administrator of the member account."""
    world.client("iam", SHOP).create_role(
        RoleName="developer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    )
    role = f"arn:aws:iam::{SHOP}:role/developer"
    key = world.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])
    return session.client(service, region_name="us-east-1", endpoint_url=world.lab.url)


@pytest.mark.parametrize("level", ["account", "unit", "root"])
def test_a_deny_holds_wherever_above_the_account_it_is_attached(world: World, level: str) -> None:
    policy = guarded(world, deny("config:Describe*"), on=level)
    with pytest.raises(ClientError, match="explicit deny in a service control policy") as refused:
        world.client("config", SHOP).describe_configuration_recorders()
    assert policy in str(refused.value)


def test_the_management_account_is_never_bound(world: World) -> None:
    guarded(world, deny("config:Describe*"), on="root")
    assert world.client("config").describe_configuration_recorders()["ConfigurationRecorders"] == []


def test_an_exempt_role_passes_and_others_do_not(world: World) -> None:
    guarded(world, deny("config:Describe*", Condition=EXEMPT))
    assert world.client("config", SHOP).describe_configuration_recorders()["ConfigurationRecorders"] == []
    assert refusal(developer(world, "config").describe_configuration_recorders) == "AccessDeniedException"


def test_a_deny_of_one_resource_leaves_the_others(world: World) -> None:
    trail = f"arn:aws:cloudtrail:*:{SHOP}:trail/kept"
    guarded(world, deny("cloudtrail:GetTrailStatus", trail))
    client = world.client("cloudtrail", SHOP)
    assert refusal(client.get_trail_status, Name="kept") == "AccessDeniedException"
    assert refusal(client.get_trail_status, Name="other") == "TrailNotFoundException"


def test_a_detached_policy_binds_no_longer(world: World) -> None:
    policy = guarded(world, deny("config:*"))
    world.client("organizations").detach_policy(PolicyId=policy, TargetId=SHOP)
    assert world.client("config", SHOP).describe_configuration_recorders()["ConfigurationRecorders"] == []
