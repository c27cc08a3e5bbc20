"""What AWS and other people break: everything else is done, what is left is named, and applying again finishes it."""

import json

import pytest

from tests.stories.conftest import MakeDesk
from tests.stories.desk import HOME, LOG_ARCHIVE_EMAIL, SANDBOX, SECURITY, SHOP, Desk, account, kill
from trailkeep.lab import Fault

pytestmark = pytest.mark.story

CLOSED = account("131313131313", "Closed", state="SUSPENDED")
LOCKED_OUT = account("101010101010", "Locked Out", invited=True, access_role=False)


def test_a_suspended_account_is_no_failure(desk_of: MakeDesk) -> None:
    desk = desk_of(accounts=[CLOSED])
    desk.apply().expect(0)
    desk.run("plan", "--check").expect(0, "not expected to log", "Closed (131313131313): the account is SUSPENDED")


def test_one_account_and_one_region_out_of_reach_and_everything_else_is_done(desk_of: MakeDesk) -> None:
    desk = desk_of(accounts=[CLOSED, LOCKED_OUT])
    desk.lab.set_faults([Fault(account=SANDBOX, region="eu-central-1", service="config", kind="throttle")])
    planned = desk.run("plan", "--check").expect(
        4, "not read, so unknown", "Locked Out (101010101010)", "Sandbox (121212121212) eu-central-1", "throttling"
    )
    assert "create OrganizationAccountAccessRole there" in planned.out
    applied = desk.apply().expect(4, "Locked Out (101010101010)", "Sandbox (121212121212) eu-central-1")
    assert "everything is as the specification says" in applied.out, "of what could be read"
    for name, region in ((SHOP, "eu-central-1"), (SANDBOX, "eu-west-1"), (SECURITY, "eu-central-1")):
        config = desk.client("config", name, region)
        assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"]

    desk.lab.set_faults([])
    desk.run("apply", "--yes").expect(4, "Locked Out (101010101010)")
    config = desk.client("config", SANDBOX, "eu-central-1")
    assert config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["recording"]
    said = desk.run("plan", "-o", "json").expect(4)
    assert {(u["account"], u["region"]) for u in said.json["unreachable"]} == {("101010101010", "")}


def test_a_role_that_cannot_be_assumed_is_named_with_what_to_do(desk: Desk) -> None:
    desk.apply().expect(0)
    iam = desk.client("iam", SHOP)
    nobody = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [nobody]})
    iam.update_assume_role_policy(RoleName="OrganizationAccountAccessRole", PolicyDocument=document)
    desk.run("plan", "--check").expect(4, "Shop (444444444444): could not enter account 444444444444")
    spec = {"exclude": [{"account": "Shop", "reason": "given to another company"}]}
    desk.spec(organization=spec)
    desk.run("plan", "--check").expect(0, "given to another company")


def test_lost_answers_and_slow_ones_make_nothing_twice(desk: Desk) -> None:
    lost = ("CreateAccount", "CreateTrail", "CreatePolicy", "CreateKey", "CreateBucket", "PutDeliveryChannel")
    faults = [Fault(action=action, kind="drop", times=1) for action in lost]
    slow = Fault(action="*", kind="latency", seconds=0.05, probability=0.05)
    desk.lab.set_faults([*faults, slow, Fault(kind="throttle", probability=0.03)])
    desk.apply().expect(0, "everything is as the specification says")
    desk.lab.set_faults([])
    assert [a["Email"] for a in desk.accounts()].count(LOG_ARCHIVE_EMAIL) == 1
    assert len(desk.client("cloudtrail").list_trails()["Trails"]) == 1
    policies = desk.client("organizations").list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    names = [p["Name"] for p in policies]
    assert sorted(names) == sorted(set(names))
    kms = desk.client("kms", SECURITY)
    aliases = [a for a in kms.list_aliases()["Aliases"] if a["AliasName"] == "alias/trailkeep-archive"]
    assert len(aliases) == 1
    keys = [kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in kms.list_keys()["Keys"]]
    assert sum(k["KeyManager"] == "CUSTOMER" for k in keys) == 1
    assert len(desk.client("s3", desk.log_archive()).list_buckets()["Buckets"]) == 2
    desk.run("plan", "--check").expect(0)


def test_an_outage_of_organizations_midway(desk: Desk) -> None:
    process = desk.begin("apply", "--yes", "--confirm", "Log Archive", "--max-failures", "1")
    desk.wait_for_write("CreateTrail", process)
    desk.lab.set_faults([Fault(service="organizations", kind="outage")])
    process.wait(timeout=90)
    said = kill(process).expect(
        4, "SCP trailkeep-archive", "The service is unavailable", "Not read back: ", "trailkeep plan"
    )
    assert "changes made." in said.out
    desk.run("plan").expect(1, "The service is unavailable")
    desk.lab.set_faults([])
    desk.apply().expect(0, "everything is as the specification says")


def test_too_many_failures_stop_it_and_it_says_how_to_go_on(desk: Desk) -> None:
    desk.lab.set_faults([Fault(service="config", action="PutConfigurationRecorder", region="eu-*", kind="deny")])
    said = desk.run("apply", "--yes", "--confirm", "Log Archive", "--max-failures", "2", "--workers", "1")
    said.expect(4, "Stopped: 2 changes failed, --max-failures 2. Run apply again to go on.", "not tried")
    assert said.out.count("✗ recorder default") == 2
    assert not any(c["action"] == "CreatePolicy" and c["service"] == "organizations" for c in desk.lab.calls())
    desk.lab.set_faults([])
    desk.apply().expect(0)


def test_failures_in_members_do_not_keep_the_rest_from_being_done(desk: Desk) -> None:
    desk.lab.set_faults([Fault(account=SHOP, service="config", action="Put*", region="eu-*", kind="deny")])
    said = desk.apply().expect(4, "✗ recorder default, Shop (444444444444) eu-west-1", "still to make")
    assert "grant the role this action" in said.out
    assert any(c["action"] == "AttachPolicy" for c in desk.writes()), "guardrails came all the same"
    desk.lab.set_faults([])
    desk.apply().expect(0)


def test_when_the_archive_cannot_be_made_nothing_is_built_on_it(desk: Desk) -> None:
    desk.lab.set_faults([Fault(service="s3", action="PutBucketPolicy", region=HOME, kind="deny")])
    said = desk.apply().expect(4, "the bucket policy stage failed, and what follows stands on it")
    assert "not tried" in said.out
    assert not any(c["action"] in {"CreateTrail", "PutConfigurationRecorder"} for c in desk.lab.calls())
    desk.lab.set_faults([])
    desk.apply().expect(0)


def test_a_guardrail_that_locks_us_out_is_taken_off_at_once(desk: Desk) -> None:
    process = desk.begin("apply", "--yes", "--confirm", "Log Archive")
    desk.wait_for_write("CreatePolicy", process)
    desk.lab.set_faults(
        [Fault(account=SANDBOX, service="config", action="DescribeConfigurationRecorders", region=HOME, kind="deny")]
    )
    process.wait(timeout=90)
    kill(process).expect(4, "SCP trailkeep-logging on Sandbox", "was taken off", "again")
    desk.lab.set_faults([])
    targets = desk.client("organizations").list_policies_for_target
    assert "trailkeep-logging" not in [
        p["Name"] for p in targets(TargetId=SANDBOX, Filter="SERVICE_CONTROL_POLICY")["Policies"]
    ]
    desk.apply().expect(0)
