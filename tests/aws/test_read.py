"""A snapshot of the embedded organization holds what the organization holds, and calls unknown what it cannot see."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.forks import start
from trailkeep.app import snapshot_file
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read import Scope, read_snapshot
from trailkeep.errors import AwsError
from trailkeep.lab import Fault, Lab
from trailkeep.model.archive import Encryption, Lock
from trailkeep.model.diff import diff
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import Organization
from trailkeep.model.redact import redact
from trailkeep.model.snapshot import Snapshot, Unreachable
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS

ROLE = "OrganizationAccountAccessRole"
BOSS, SECURITY, PAYMENTS, INVITED = map(AccountId, ("111111111111", "222222222222", "555555555555", "101010101010"))
HOME, LEADER = Region("eu-west-1"), Region("us-east-1")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BUCKET = f"acme-trail-{SECURITY}-eu-west-1"
SCOPE = Scope(
    log_archive_name="Security Tooling",
    role_names=(ROLE, "Nobody"),
    home_region=HOME,
    regions=(HOME, LEADER, Region("eu-central-1")),
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with start("acme") as running:
        before = {n: os.environ.pop(n) for n in list(os.environ) if n.startswith("AWS_")}
        os.environ.update(running.environment())
        yield running
        for name in running.environment():
            os.environ.pop(name, None)
        os.environ.update(before)


@pytest.fixture(scope="module")
def cloud(lab: Lab) -> Cloud:
    return Cloud.open(access_role=ROLE, region=HOME)


@pytest.fixture(scope="module")
def seen(cloud: Cloud) -> Snapshot:
    _build(cloud)
    return read_snapshot(cloud, SCOPE, taken=NOW)


@pytest.fixture(autouse=True)
def _healthy(lab: Lab) -> None:
    lab.set_faults([])


def _build(cloud: Cloud) -> None:
    """An archive bucket with everything on it, an organization trail, trusted access: made by the API, as a person would."""

    def s3(operation: str, **params: Any) -> None:
        cloud.call(SECURITY, HOME, "s3", operation, Bucket=BUCKET, **params)

    s3("create_bucket", CreateBucketConfiguration={"LocationConstraint": HOME}, ObjectLockEnabledForBucket=True)
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}
    s3("put_object_lock_configuration", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention})
    rule = {
        "ID": "expire",
        "Status": "Enabled",
        "Filter": {"Prefix": "AWSLogs/"},
        "Expiration": {"Days": 2557},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
    }
    s3("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": [rule]})
    four = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3("put_public_access_block", PublicAccessBlockConfiguration=dict.fromkeys(four, True))
    s3("put_bucket_ownership_controls", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    s3("put_bucket_tagging", Tagging={"TagSet": [{"Key": "owner", "Value": "platform"}]})
    key = cloud.call(SECURITY, HOME, "kms", "create_key", Description="logs")["KeyMetadata"]["KeyId"]
    cloud.call(SECURITY, HOME, "kms", "create_alias", AliasName="alias/trailkeep-logs", TargetKeyId=key)
    cloud.call(SECURITY, HOME, "kms", "enable_key_rotation", KeyId=key)
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}]}
    guard = cloud.call(
        SECURITY, "", "iam", "create_policy", PolicyName="trailkeep-guard", PolicyDocument=json.dumps(deny)
    )
    cloud.call(SECURITY, "", "iam", "create_policy", PolicyName="other", PolicyDocument=json.dumps(deny))
    cloud.call(SECURITY, "", "iam", "attach_role_policy", RoleName=ROLE, PolicyArn=guard["Policy"]["Arn"])
    organization = cloud.call(BOSS, "", "organizations", "describe_organization")["Organization"]["Id"]
    service = {"Service": "cloudtrail.amazonaws.com"}
    arn = f"arn:aws:s3:::{BUCKET}"
    paths = [f"{arn}/AWSLogs/{BOSS}/*", f"{arn}/AWSLogs/{organization}/*"]
    statements = [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": arn},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": paths},
    ]
    s3("put_bucket_policy", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    for principal in ("cloudtrail.amazonaws.com", "account.amazonaws.com"):
        cloud.call(BOSS, "", "organizations", "enable_aws_service_access", ServicePrincipal=principal)
    cloud.call(
        BOSS,
        HOME,
        "cloudtrail",
        "create_trail",
        Name="trailkeep",
        S3BucketName=BUCKET,
        IsOrganizationTrail=True,
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
    )
    cloud.call(BOSS, HOME, "cloudtrail", "start_logging", Name="trailkeep")


def others(found: Snapshot) -> list[Unreachable]:
    """What is unreachable besides the invited account, and besides what the embedded organization does not play."""
    return [u for u in found.unreachable if u.account != INVITED and "NotInLab" not in u.reason]


def test_the_tree(seen: Snapshot) -> None:
    organization = seen.organization
    assert organization.management == BOSS
    assert organization.all_features
    assert len(organization.accounts) == 12
    assert organization.path(PAYMENTS) == "Workloads/Prod/Payments Prod"
    assert organization.accounts[PAYMENTS].state == "ACTIVE"
    assert organization.policy_types["SERVICE_CONTROL_POLICY"] == "ENABLED"
    assert any(p.aws_managed and organization.root in p.targets for p in organization.policies)
    assert any(not p.aws_managed and p.content.startswith("{") for p in organization.policies)
    assert {"cloudtrail.amazonaws.com", "account.amazonaws.com"} <= organization.trusted_access
    assert organization.accounts[INVITED].invited


def test_an_account_that_cannot_be_entered_is_told_once(seen: Snapshot) -> None:
    blind = [u for u in seen.unreachable if u.account == INVITED]
    assert len(blind) == 1
    assert (blind[0].region, blind[0].what) == ("", "")
    assert f"create {ROLE} there" in blind[0].hint
    assert INVITED not in seen.cells
    assert seen.organization.accounts[INVITED].regions  # known from outside, through trusted access
    assert others(seen) == []


def test_trails_and_their_status(seen: Snapshot) -> None:
    ours = seen.trail(BOSS, "trailkeep")
    theirs = seen.trail(PAYMENTS, "payments-audit")
    assert ours
    assert theirs
    assert (ours.is_organization, ours.is_multi_region, ours.validates_files, ours.is_logging) == (
        True,
        True,
        True,
        True,
    )
    assert ours.selectors == ALL_MANAGEMENT_EVENTS
    assert len(seen.trails) == 2
    for account, cells in seen.cells.items():
        for region, cell in cells.items():
            arns = {status.arn for status in cell.trails}
            assert ours.arn in arns
            assert (theirs.arn in arns) == (account == PAYMENTS and region == theirs.home_region)
    assert seen.cells[PAYMENTS][HOME].trails[0].started


def test_recorders_and_channels(seen: Snapshot) -> None:
    recorders = {(a, r): c for a, cells in seen.cells.items() for r, c in cells.items() if c.recorder}
    assert recorders
    for cell in recorders.values():
        assert cell.recorder
        assert cell.recorder.name in {"default", "audit-recorder"}
        assert cell.recorder.status == cell.recorder.status.lower()
        assert cell.recorder.role.startswith("arn:aws:iam::")
    assert any(c.channel and c.channel.bucket for c in recorders.values())
    assert seen.cells[SECURITY][HOME].recorder is None


def test_the_archive_bucket(seen: Snapshot) -> None:
    bucket = seen.bucket(BUCKET)
    assert bucket
    assert (bucket.account, bucket.region) == (SECURITY, HOME)
    assert bucket.versioning == "Enabled"
    assert not bucket.mfa_delete
    assert bucket.lock == Lock(mode="GOVERNANCE", days=30)
    assert bucket.encryption == Encryption(key="", bucket_key=False)
    assert bucket.blocks_public_access
    assert bucket.ownership == "BucketOwnerEnforced"
    assert bucket.tags == (("owner", "platform"),)
    assert (bucket.replication, bucket.logging, bucket.requester_pays) == ("", "", False)
    assert '"Service":"cloudtrail.amazonaws.com"' in bucket.policy
    (rule,) = bucket.lifecycle
    assert (rule.id, rule.enabled, rule.prefix, rule.expire_days, rule.noncurrent_days) == (
        "expire",
        True,
        "AWSLogs/",
        2557,
        30,
    )
    assert json.loads(rule.other)["Transitions"][0]["StorageClass"] == "GLACIER"


def test_roles_and_their_trust(seen: Snapshot) -> None:
    trusts = {role.account: role.trust for role in seen.roles}
    assert BOSS not in trusts
    assert f"arn:aws:iam::{BOSS}:root" in trusts[PAYMENTS]
    assert {role.name for role in seen.roles} == {ROLE}
    assert "AWSServiceRoleForCloudTrail" in seen.service_linked_roles[PAYMENTS]


def test_keys_and_guards(seen: Snapshot) -> None:
    (key,) = seen.keys
    assert (key.alias, key.account, key.region, key.state, key.rotates) == (
        "alias/trailkeep-logs",
        SECURITY,
        HOME,
        "Enabled",
        True,
    )
    assert key.arn.startswith(f"arn:aws:kms:{HOME}:{SECURITY}:key/")
    assert key.policy.startswith("{")
    (guard,) = seen.guards
    assert (guard.name, guard.roles, len(guard.users)) == ("trailkeep-guard", frozenset({ROLE}), 0)
    assert '"Effect":"Deny"' in guard.content
    assert next(r for r in seen.roles if r.account == SECURITY).policies >= {guard.arn}


def test_an_account_whose_regions_are_unknown_is_unknown_as_a_whole(cloud: Cloud, lab: Lab) -> None:
    lab.set_faults([Fault(service="account", kind="deny")])
    found = read_snapshot(cloud, Scope(home_region=HOME), taken=NOW)
    assert found.organization.accounts[PAYMENTS].regions is None
    assert found.cells[PAYMENTS] == {}
    assert found.blind(PAYMENTS)


def test_a_volume_is_an_estimate_or_nothing(cloud: Cloud, lab: Lab) -> None:
    scope = Scope(home_region=HOME, regions=(HOME,), sample_volumes=True)
    for volume in read_snapshot(cloud, scope, taken=datetime.now(UTC)).volumes:  # noqa: TID251 the lab's events are of now
        assert volume.events_per_month > 0
        assert 0 < volume.sampled_hours <= 24
    lab.set_faults([Fault(action="LookupEvents", kind="deny")])
    assert read_snapshot(cloud, scope, taken=NOW).volumes == ()


def test_a_refused_cell_is_unknown_and_the_rest_is_not(cloud: Cloud, lab: Lab, seen: Snapshot) -> None:
    lab.set_faults(
        [
            Fault(account=PAYMENTS, region=HOME, service="config", kind="deny"),
            Fault(account=PAYMENTS, region="eu-central-1", kind="deny"),
            Fault(account=SECURITY, service="s3", action="GetBucketPolicy", kind="deny"),
        ]
    )
    blind = read_snapshot(cloud, SCOPE, taken=NOW)
    told = {(u.account, u.region, u.what) for u in others(blind)}
    assert told == {
        (PAYMENTS, HOME, "config"),
        (PAYMENTS, "eu-central-1", ""),
        (SECURITY, HOME, f"bucket {BUCKET} policy"),
    }
    assert blind.cell(PAYMENTS, Region("eu-central-1")) is None
    assert blind.blind(PAYMENTS, Region("eu-central-1"))
    cell = blind.cell(PAYMENTS, HOME)
    assert cell
    assert cell.trails
    assert cell.recorder is None
    assert set(blind.cells[BOSS]) == set(seen.cells[BOSS])


def test_what_is_excluded_is_not_asked(cloud: Cloud, lab: Lab) -> None:
    def excluded(_organization: Organization) -> frozenset[tuple[AccountId, Region | None]]:
        return frozenset({(INVITED, None), (PAYMENTS, LEADER)})

    lab.forget_calls()
    found = read_snapshot(cloud, Scope(home_region=HOME, regions=(HOME, LEADER), excluded=excluded), taken=NOW)
    assert found.unreachable == ()
    assert found.cell(PAYMENTS, LEADER) is None
    assert set(found.cells[PAYMENTS]) == {HOME}
    asked = [c for c in lab.calls() if c["account"] == PAYMENTS and c["region"] == LEADER and c["service"] == "config"]
    assert asked == []


def test_an_idle_cell_costs_three_calls(cloud: Cloud, lab: Lab, seen: Snapshot) -> None:
    lab.forget_calls()
    scope = Scope(home_region=HOME, regions=(Region("eu-central-1"),), watching=False)
    read_snapshot(cloud, scope, taken=NOW)
    asked = [c["action"] for c in lab.calls() if c["account"] == SECURITY and c["region"] == "eu-central-1"]
    idle = ["DescribeConfigurationRecorderStatus", "DescribeDeliveryChannelStatus", "GetTrailStatus"]
    assert sorted(asked) == idle
    lab.forget_calls()
    read_snapshot(cloud, replace(scope, watching=True), taken=NOW)
    asked = [c["action"] for c in lab.calls() if c["account"] == SECURITY and c["region"] == "eu-central-1"]
    assert sorted(asked) == sorted([*idle, "ListRules"]), "one more to know which alarms listen there"


def test_reading_twice_finds_no_difference(cloud: Cloud, seen: Snapshot, tmp_path: Path) -> None:
    again = read_snapshot(cloud, SCOPE, taken=datetime(2026, 11, 24, tzinfo=UTC))
    assert diff(seen, again) == ()
    snapshot_file.write(seen, tmp_path / "s")
    assert snapshot_file.read(tmp_path / "s") == seen
    assert BUCKET not in str(redact(seen, "salt"))


def test_a_member_is_told_whose_credentials_to_use(cloud: Cloud) -> None:
    inside = cloud._members.enter(PAYMENTS)
    member = Cloud(clients=cloud._clients, own=_Frozen(inside), region=HOME, access_role=ROLE)
    with pytest.raises(AwsError) as caught:
        read_snapshot(member, SCOPE, taken=NOW)
    assert caught.value.hint == f"use credentials of the management account {BOSS}"


class _Frozen:
    def __init__(self, credentials: object) -> None:
        self._credentials = credentials

    def get_frozen_credentials(self) -> object:
        return self._credentials
