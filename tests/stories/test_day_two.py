"""Day 2: accounts join, Regions are enabled, the specification changes; an unattended apply keeps up."""

import pytest

from tests.stories.conftest import MakeDesk
from tests.stories.desk import HOME, REGIONS, SHOP, Desk

pytestmark = pytest.mark.story


def recording(desk: Desk, account: str, region: str) -> bool:
    status = desk.client("config", account, region).describe_configuration_recorder_status()
    return bool(status["ConfigurationRecordersStatus"][0]["recording"])


def test_an_account_joins_and_a_region_is_enabled_and_the_nightly_apply_completes_both(desk_of: MakeDesk) -> None:
    desk = desk_of(regions=[*REGIONS, "eu-south-1"])
    desk.apply().expect(0)
    newcomer = desk.lab.add_account("Newcomer", "aws+newcomer@example.com", "Workloads")
    desk.lab.enable_region(SHOP, "eu-south-1")
    desk.lab.forget_calls()
    desk.run("plan", "--check").expect(5, "Newcomer", "eu-south-1")
    desk.run("apply", "--yes").expect(0, "everything is as the specification says")
    assert all(recording(desk, newcomer, region) for region in REGIONS)
    assert recording(desk, SHOP, "eu-south-1")
    assert {c["account"] for c in desk.writes() if c["service"] == "config"} == {newcomer, SHOP}
    desk.run("apply", "--yes").expect(0, "Nothing to change")


def test_a_changed_specification_is_applied_to_what_is_there(built: Desk) -> None:
    reader = f"arn:aws:iam::{SHOP}:role/SecurityAudit"
    built.client("iam", SHOP).create_role(RoleName="SecurityAudit", AssumeRolePolicyDocument='{"Statement": []}')
    built.spec(archive={"retention_days": 2557, "readers": [reader]}, tags={"owner": "platform"})
    built.run("plan", "--check").expect(5, "expire after 400 days", "expire after 2557 days")
    built.apply().expect(0)
    archive = built.log_archive()
    bucket = f"small-trail-{archive}-{HOME}"
    s3 = built.client("s3", archive)
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert any(r.get("Expiration", {}).get("Days") == 2557 for r in rules)
    assert reader in s3.get_bucket_policy(Bucket=bucket)["Policy"]
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "owner", "Value": "platform"}]
    built.run("plan", "--check").expect(0)


def test_what_somebody_else_undid_is_put_back(built: Desk) -> None:
    built.client("cloudtrail").stop_logging(Name="trailkeep")
    built.client("config", SHOP, "eu-west-1").stop_configuration_recorder(ConfigurationRecorderName="default")
    archive = built.log_archive()
    built.client("s3", archive).delete_bucket_policy(Bucket=f"small-trail-{archive}-{HOME}")
    said = built.run("plan", "--check", "-o", "json").expect(5)
    assert sorted(c["kind"] for c in said.json["changes"]) == ["SetBucket", "SetLogging", "SetRecording"]
    built.run("apply", "--yes").expect(0)
    built.run("plan", "--check").expect(0)
