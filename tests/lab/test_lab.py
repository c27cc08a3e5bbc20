"""The lab itself: starting and ending, its controls, faults, Regions, identities, and what is not in it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.lab.conftest import World, message, refusal
from trailkeep.lab import Fault, start

SHOP, DATA = "444444444444", "777777777777"


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, trailkeep.lab; print(sorted({'moto','flask','boto3','botocore','werkzeug'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_ends_with_its_owner_even_when_that_is_killed() -> None:
    code = "import time, trailkeep.lab as l; lab = l.start('small'); print(lab.pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)
    assert gone(pid)


def test_an_unknown_scenario_does_not_start() -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        start("nowhere")


def test_a_scenario_can_be_a_file(tmp_path: Path) -> None:
    scenario = {
        "name": "tiny",
        "management": {"id": "111111111111", "name": "Tiny", "email": "aws@example.com"},
        "ous": ["A", "A/B"],
        "accounts": [{"id": "222222222222", "name": "One", "email": "one@example.com", "ou": "A/B"}],
        "regions": ["us-east-1"],
        "trusted_services": ["account.amazonaws.com"],
    }
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(scenario))
    with start(str(path)) as lab:
        world = World(lab)
        listed = world.client("account").list_regions(AccountId="222222222222")["Regions"]
        assert [r["RegionName"] for r in listed] == ["us-east-1"]
        assert world.client("organizations").list_accounts()["Accounts"][1]["Paths"][0].count("/ou-") == 2


def test_a_scenario_decides_what_there_is_to_meet(tmp_path: Path) -> None:
    scenario = {
        "name": "landed",
        "management": {"id": "111111111111", "name": "Landed", "email": "aws@example.com"},
        "feature_set": "CONSOLIDATED_BILLING",
        "policy_types": [],
        "trusted_services": ["cloudtrail.amazonaws.com"],
        "control_tower": True,
    }
    path = tmp_path / "landed.json"
    path.write_text(json.dumps(scenario))
    with start(str(path), faults=[Fault(kind="throttle", service="kms")]) as lab:
        world = World(lab)
        assert refusal(world.client("kms").list_keys) == "ThrottlingException"
        tower = world.client("controltower")
        (zone,) = tower.list_landing_zones()["landingZones"]
        assert tower.get_landing_zone(landingZoneIdentifier=zone["arn"])["landingZone"]["status"] == "ACTIVE"
        create = world.client("cloudtrail").create_trail
        asked = {"Name": "trail", "S3BucketName": "bucket-name", "IsOrganizationTrail": True}
        assert refusal(create, **asked) == "OrganizationNotInAllFeaturesModeException"
        policy = {"Name": "x", "Description": "", "Type": "SERVICE_CONTROL_POLICY", "Content": "{}"}
        refused = refusal(world.client("organizations").create_policy, **policy)
        assert refused == "PolicyTypeNotAvailableForOrganizationException"


def test_a_deleted_key_ends(small: World) -> None:
    iam = small.client("iam", SHOP)
    iam.create_user(UserName="short")
    key = iam.create_access_key(UserName="short")["AccessKey"]
    client = small.management.client(
        "sts",
        endpoint_url=small.lab.url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    assert client.get_caller_identity()["Arn"] == f"arn:aws:iam::{SHOP}:user/short"
    iam.delete_access_key(UserName="short", AccessKeyId=key["AccessKeyId"])
    assert refusal(client.get_caller_identity) == "InvalidClientTokenId"


def test_the_environment_points_a_client_at_it(small: World) -> None:
    variables = small.lab.environment()
    assert variables["TRAILKEEP_LAB"] == "1"
    assert variables["AWS_ENDPOINT_URL"] == small.lab.url
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**clean, **variables}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "arn:aws:iam::111111111111:user/admin"


def test_calls_are_remembered(small: World) -> None:
    small.lab.forget_calls()
    small.client("iam", SHOP).list_roles()
    refusal(small.client("organizations", SHOP).list_accounts)
    roles, accounts = [c for c in small.lab.calls() if c["service"] in {"iam", "organizations"}]
    assert (roles["account"], roles["action"], roles["error"]) == (SHOP, "ListRoles", None)
    assert roles["principal"] == f"arn:aws:sts::{SHOP}:assumed-role/OrganizationAccountAccessRole/test"
    assert accounts["error"] == "AccessDeniedException"
    assert roles["seq"] < accounts["seq"]


@pytest.mark.parametrize(
    ("kind", "service", "action", "code"),
    [
        ("throttle", "cloudtrail", "describe_trails", "ThrottlingException"),
        ("throttle", "s3", "list_buckets", "SlowDown"),
        ("throttle", "iam", "list_roles", "Throttling"),
        ("deny", "config", "describe_configuration_recorders", "AccessDeniedException"),
        ("deny", "s3", "list_buckets", "AccessDenied"),
        ("outage", "kms", "list_keys", "InternalFailure"),
        ("outage", "s3", "list_buckets", "ServiceUnavailable"),
    ],
)
def test_faults_hit_what_they_match_as_often_as_they_may(
    small: World, kind: str, service: str, action: str, code: str
) -> None:
    client = small.client(service)
    small.lab.set_faults([Fault(kind=kind, service=service, account="1*", times=1)])  # type: ignore[arg-type]
    assert small.lab.faults()[0].service == service
    assert refusal(getattr(client, action)) == code
    getattr(client, action)()
    small.lab.set_faults([])


def test_a_dropped_answer_was_executed(small: World) -> None:
    organizations = small.client("organizations")
    small.lab.set_faults([Fault(kind="drop", action="CreateAccount", times=1)])
    with pytest.raises(BotoCoreError):
        organizations.create_account(AccountName="Lost", Email="aws+lost@example.com")
    small.lab.set_faults([])
    statuses = organizations.list_create_account_status()["CreateAccountStatuses"]
    assert [s["AccountName"] for s in statuses].count("Lost") == 1


def test_latency_delays(small: World) -> None:
    client = small.client("sts")
    small.lab.set_faults([Fault(kind="latency", service="sts", seconds=0.2)])
    before = time.monotonic()
    client.get_caller_identity()
    assert time.monotonic() - before >= 0.2
    small.lab.set_faults([])


def test_chance_follows_the_seed(small: World) -> None:
    client = small.client("sts")

    def outcomes() -> list[str]:
        small.lab.set_faults([Fault(kind="throttle", service="sts", probability=0.5)])
        small.lab.forget_calls()
        for _ in range(12):
            with contextlib.suppress(ClientError):
                client.get_caller_identity()
        small.lab.set_faults([])
        return [str(c["error"]) for c in small.lab.calls()]

    first = outcomes()
    assert {"None", "Throttling"} == set(first)
    assert outcomes() == first


def test_regions_must_be_enabled_first(acme: World) -> None:
    assert acme.client("config", DATA, "eu-south-1").describe_configuration_recorders()
    closed = acme.client("config", SHOP, "eu-south-1").describe_configuration_recorders
    assert refusal(closed) == "UnrecognizedClientException"
    assert message(closed) == "The security token included in the request is invalid."
    assert refusal(acme.client("sns", SHOP, "eu-south-1").list_topics) == "InvalidClientTokenId"
    acme.lab.enable_region(SHOP, "eu-south-1")
    acme.client("config", SHOP, "eu-south-1").describe_configuration_recorders()


def test_account_regions_are_read_from_the_centre_with_trusted_access(acme: World) -> None:
    account = acme.client("account")
    own = account.list_regions()["Regions"]
    assert sum(r["RegionOptStatus"] == "ENABLED_BY_DEFAULT" for r in own) == 17
    assert refusal(account.list_regions, AccountId=DATA) == "AccessDeniedException"
    acme.client("organizations").enable_aws_service_access(ServicePrincipal="account.amazonaws.com")
    regions = {r["RegionName"]: r["RegionOptStatus"] for r in account.list_regions(AccountId=DATA)["Regions"]}
    assert (regions["eu-south-1"], regions["af-south-1"]) == ("ENABLED", "DISABLED")
    assert refusal(account.list_regions, AccountId="111111111111") == "ValidationException"
    account.enable_region(AccountId=DATA, RegionName="af-south-1")
    status = account.get_region_opt_status(AccountId=DATA, RegionName="af-south-1")["RegionOptStatus"]
    assert status == "ENABLED"
    assert refusal(acme.client("account", SHOP).list_regions, AccountId=DATA) == "AccessDeniedException"


@pytest.mark.parametrize(
    "role",
    [
        "arn:aws:iam::999999999990:role/OrganizationAccountAccessRole",
        "arn:aws:iam::444444444444:role/Nobody",
        "arn:aws:iam::101010101010:role/OrganizationAccountAccessRole",
        "arn:aws:iam::131313131313:role/OrganizationAccountAccessRole",
    ],
)
def test_roles_that_are_not_there_cannot_be_assumed(acme: World, role: str) -> None:
    assert refusal(acme.client("sts").assume_role, RoleArn=role, RoleSessionName="test") == "AccessDenied"


def test_trust_policies_are_kept_to(acme: World) -> None:
    other = f"arn:aws:iam::{DATA}:role/OrganizationAccountAccessRole"
    assert refusal(acme.client("sts", SHOP).assume_role, RoleArn=other, RoleSessionName="test") == "AccessDenied"
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{SHOP}:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    acme.client("iam", DATA).create_role(RoleName="Shared", AssumeRolePolicyDocument=document)
    shared = f"arn:aws:iam::{DATA}:role/Shared"
    made = acme.client("sts", SHOP).assume_role(RoleArn=shared, RoleSessionName="test")
    assert made["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{DATA}:assumed-role/Shared/test"


def test_a_key_nobody_has_is_refused(small: World) -> None:
    client = small.management.client(
        "sts", endpoint_url=small.lab.url, aws_access_key_id="AKIAAAAAAAAAAAAAAAAA", aws_secret_access_key="x"
    )
    assert refusal(client.get_caller_identity) == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("service", "action", "arguments"),
    [
        ("athena", "list_work_groups", {}),
        ("ec2", "describe_regions", {}),
        ("cloudtrail", "list_channels", {}),
        ("iam", "list_organizations_features", {}),
        ("config", "describe_remediation_configurations", {"ConfigRuleNames": ["x"]}),
        ("account", "get_primary_email", {"AccountId": SHOP}),
        ("controltower", "list_baselines", {}),
        ("s3", "delete_bucket_metrics_configuration", {"Bucket": "some-bucket", "Id": "x"}),
    ],
)
def test_what_is_not_in_it_is_refused_once(small: World, service: str, action: str, arguments: dict[str, str]) -> None:
    client = small.management.client(service, endpoint_url=small.lab.url)
    with pytest.raises(ClientError) as refused:
        getattr(client, action)(**arguments)
    assert refused.value.response["Error"]["Code"] == "NotInLab"
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_there_is_no_landing_zone(small: World) -> None:
    assert small.client("controltower").list_landing_zones()["landingZones"] == []


def test_a_parameter_serves_as_a_lease(small: World) -> None:
    ssm = small.client("ssm")
    lease = {"Name": "/trailkeep/lease", "Value": "me", "Type": "String"}
    ssm.put_parameter(**lease)
    assert refusal(ssm.put_parameter, **lease) == "ParameterAlreadyExists"
    assert ssm.get_parameter(Name="/trailkeep/lease")["Parameter"]["Value"] == "me"
    ssm.delete_parameter(Name="/trailkeep/lease")
    assert refusal(ssm.get_parameter, Name="/trailkeep/lease") == "ParameterNotFound"


def test_controls_say_what_is_wrong(small: World) -> None:
    with pytest.raises(ValueError, match="no OU"):
        small.lab.add_account("X", "x@example.com", "Nowhere")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{small.lab.url}/_trailkeep/nothing")
    small.lab.set_clock(3600)
    assert small.lab.state()["clock"]["offset"] == 3600
    small.lab.set_clock(0)


def test_the_event_history_is_what_was_called(small: World) -> None:
    trails = small.client("cloudtrail", SHOP)
    trails.describe_trails()
    trails.list_trails()
    pages = [trails.lookup_events(MaxResults=1)]
    pages.append(trails.lookup_events(MaxResults=2, NextToken=pages[0]["NextToken"]))
    newest = pages[0]["Events"][0]
    assert (newest["EventName"], newest["EventSource"], newest["ReadOnly"]) == (
        "ListTrails",
        "cloudtrail.amazonaws.com",
        "true",
    )
    assert all(e["EventTime"] <= newest["EventTime"] for e in pages[1]["Events"])
    elsewhere = small.client("cloudtrail", SHOP, region="eu-central-1").lookup_events()["Events"]
    assert "ListTrails" not in {e["EventName"] for e in elsewhere}


def test_a_bucket_has_daily_storage_metrics(small: World) -> None:
    from datetime import UTC, datetime, timedelta

    small.client("s3").create_bucket(Bucket="measured-bucket")
    small.client("s3").put_object(Bucket="measured-bucket", Key="a", Body=b"x" * 100)
    now = datetime.now(UTC)  # noqa: TID251 the lab lives in real time
    metric = {"Namespace": "AWS/S3", "Period": 86400, "Statistics": ["Average"]}
    dimensions = [("BucketName", "measured-bucket"), ("StorageType", "AllStorageTypes")]
    found = small.client("cloudwatch").get_metric_statistics(
        **metric,
        MetricName="NumberOfObjects",
        Dimensions=[{"Name": n, "Value": v} for n, v in dimensions],
        StartTime=now - timedelta(days=2),
        EndTime=now + timedelta(days=1),
    )
    assert [point["Average"] for point in found["Datapoints"]] == [1.0]
