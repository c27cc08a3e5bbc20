"""Building a scenario in moto's backends, without a single API call."""

from __future__ import annotations

import json
from typing import Any

from moto.moto_api._internal import mock_random

from trailkeep.lab.delegation import delegate
from trailkeep.lab.members import ADMINISTRATOR, add_account, add_organization, ensure_service_role, ou_id
from trailkeep.lab.new_buckets import give_defaults
from trailkeep.lab.scenario import AccountSeed, RecorderSeed, Scenario, TrailSeed
from trailkeep.lab.world import PARTITION, World

ADMIN = "admin"


def build(scenario: Scenario, seed: int) -> World:
    """The world in which a scenario is true. Ids that AWS would draw at random follow from the seed."""
    mock_random.seed(seed)
    world = World(scenario, seed)
    add_organization(world)
    for path in scenario.ous:
        parent, _, name = path.rpartition("/")
        world.organization.create_organizational_unit(ParentId=ou_id(world, parent), Name=name)
    for account in scenario.accounts:
        _add(world, account)
    for region in scenario.management.opt_in:
        world.regions.enable(world.management, region)
    _govern(world)
    for trail in scenario.trails:
        _add_trail(world, trail)
    for recorder in scenario.recorders:
        _add_recorder(world, recorder)
    return world


def environment(world: World, url: str) -> dict[str, str]:
    """The environment of an AWS client that is the management account's admin; makes that user's access key."""
    iam = world.iam(world.management)
    if ADMIN not in iam.users:
        iam.create_user("us-east-1", ADMIN)
        iam.put_user_policy(ADMIN, "AdministratorAccess", ADMINISTRATOR)
    key = iam.create_access_key(ADMIN)
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_DEFAULT_REGION": world.scenario.home_region,
        "AWS_REGION": world.scenario.home_region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "TRAILKEEP_LAB": "1",
    }


def _add(world: World, seed: AccountSeed) -> None:
    account = add_account(world, name=seed.name, email=seed.email, account_id=seed.id, ou=seed.ou)
    account.joined_method = "INVITED" if seed.invited else "CREATED"
    account.state = seed.state
    account.status = "ACTIVE" if seed.state == "ACTIVE" else "SUSPENDED"
    if not seed.access_role:
        iam = world.iam(seed.id)
        iam.delete_role_policy("OrganizationAccountAccessRole", "AdministratorAccess")
        iam.delete_role("OrganizationAccountAccessRole")
    for region in seed.opt_in:
        world.regions.enable(seed.id, region)


def _govern(world: World) -> None:
    organization, scenario = world.organization, world.scenario
    for policy_type in scenario.policy_types:
        organization.enable_policy_type(RootId=organization.org.root_id, PolicyType=policy_type)
    for principal in scenario.trusted_services:
        organization.enable_aws_service_access(ServicePrincipal=principal)
    for account_id, principal in scenario.delegated:
        delegate(world, account_id, principal)
    for policy in scenario.policies:
        made = organization.create_policy(Name=policy.name, Description="", Type=policy.type, Content=policy.content)
        for target in policy.targets:
            target_id = target if target.isdigit() else ou_id(world, target)
            organization.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=target_id)


def _add_bucket(world: World, account: str, region: str, name: str, statements: list[dict[str, Any]]) -> None:
    if world.bucket(name) is None:
        bucket = world.backend("s3", account, PARTITION).create_bucket(name, region)
        give_defaults(bucket)
        bucket.policy = json.dumps({"Version": "2012-10-17", "Statement": []}).encode()
    bucket = world.bucket(name)
    assert bucket is not None
    document = json.loads(bucket.policy)
    document["Statement"] += statements
    bucket.policy = json.dumps(document).encode()


def _delivery(service: str, bucket: str, account: str, condition: dict[str, str]) -> list[dict[str, Any]]:
    principal = {"Service": service}
    put = {"s3:x-amz-acl": "bucket-owner-full-control", **condition}
    arn = f"arn:aws:s3:::{bucket}"
    return [
        {"Effect": "Allow", "Principal": principal, "Action": "s3:GetBucketAcl", "Resource": arn,
         "Condition": {"StringEquals": condition}},
        {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/{account}/*",
         "Condition": {"StringEquals": put}},
    ]  # fmt: skip


def _add_trail(world: World, seed: TrailSeed) -> None:
    arn = f"arn:aws:cloudtrail:{seed.region}:{seed.account}:trail/{seed.name}"
    statements = _delivery("cloudtrail.amazonaws.com", seed.bucket, seed.account, {"aws:SourceArn": arn})
    _add_bucket(world, seed.account, seed.region, seed.bucket, statements)
    trail = world.backend("cloudtrail", seed.account, seed.region).create_trail(
        seed.name, seed.bucket, None, None, True, seed.multi_region, True, False, None, None, None, []
    )  # fmt: skip
    if seed.logging:
        trail.status.is_logging = True
        trail.status.started_at = world.clock.now()


def _add_recorder(world: World, seed: RecorderSeed) -> None:
    ensure_service_role(world, seed.account, "config.amazonaws.com")
    role = "aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config = world.backend("config", seed.account, seed.region)
    config.put_configuration_recorder({"name": seed.name, "roleARN": f"arn:aws:iam::{seed.account}:role/{role}"})
    if seed.bucket is None:
        return
    source = {"aws:SourceAccount": seed.account}
    if world.bucket(seed.bucket) is None:
        statements = _delivery("config.amazonaws.com", seed.bucket, seed.account, source)
        _add_bucket(world, seed.account, seed.region, seed.bucket, statements)
    config.put_delivery_channel({"name": "default", "s3BucketName": seed.bucket})
    config.start_configuration_recorder(seed.name)
