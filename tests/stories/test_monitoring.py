"""Monitoring: applied, applied again, interrupted, taken back; and an attack ends as a message on the topic."""

import signal
from datetime import timedelta
from typing import Any

import pytest

from tests.stories.desk import HOME, MANAGEMENT, REGIONS, SECURITY, SHOP, Desk, kill
from tests.stories.test_guarded import administrator, refused
from trailkeep.lab.faults import Fault

pytestmark = pytest.mark.story

WATCHING = {"monitoring": {"alarms": {"notify": [f"arn:aws:sqs:{HOME}:{SECURITY}:alarms"]}}}


@pytest.fixture
def watched(desk: Desk) -> Desk:
    """The small organization with everything in place, watched; nothing has been told yet."""
    desk.spec(**WATCHING)
    desk.apply().expect(0)
    return desk


def told(desk: Desk) -> list[dict[str, Any]]:
    """The messages that arrived at the topic, as a person lists them."""
    found: list[dict[str, Any]] = desk.run("lab", "messages", "-o", "json").expect(0).json
    return found


def texts(desk: Desk) -> list[str]:
    return [one["text"] for one in told(desk)]


def test_applied_again_nothing_is_left_and_everything_watches(watched: Desk) -> None:
    watched.run("plan", "--check").expect(0)
    hub = watched.client("securityhub", SECURITY)
    assert hub.describe_organization_configuration()["OrganizationConfiguration"]["Status"] == "ENABLED"
    for region in REGIONS:
        rules = watched.client("events", SHOP, region).list_rules(NamePrefix="trailkeep-")["Rules"]
        assert "trailkeep-logging" in {r["Name"] for r in rules}
        standing = watched.client("config", SHOP, region).describe_config_rules()["ConfigRules"]
        assert any(r["Source"]["SourceIdentifier"] == "CLOUD_TRAIL_ENABLED" for r in standing)
        assert watched.client("securityhub", SHOP, region).describe_hub()["HubArn"]


def test_who_stops_the_trail_is_heard_of_and_then_the_detector_that_needs_none(watched: Desk) -> None:
    """The message says who, where and when; after it no event comes any more, and AWS Config still notices."""
    watched.client("cloudtrail", MANAGEMENT).stop_logging(Name="trailkeep")
    (message,) = [t for t in texts(watched) if "StopLogging" in t]
    assert f"in account {MANAGEMENT}, {HOME}" in message
    assert "arn:aws:iam::111111111111" in message or "arn:aws:sts::111111111111" in message
    heard = len(told(watched))
    watched.client("config", MANAGEMENT).stop_configuration_recorder(ConfigurationRecorderName="default")
    assert len(told(watched)) == heard, "without a trail EventBridge hears of nothing"
    watched.client("config", MANAGEMENT).start_configuration_recorder(ConfigurationRecorderName="default")
    watched.lab.advance(timedelta(hours=2))
    assert any("trailkeep-trail-detector" in t and "NON_COMPLIANT" in t for t in texts(watched))


def test_an_attempt_that_was_denied_is_told_too(watched: Desk) -> None:
    """The guardrail says no, and somebody hears that it was tried."""
    who = administrator(watched, SHOP)
    refused(watched, who, "config", "stop_configuration_recorder", ConfigurationRecorderName="default")
    refused(watched, who, "events", "disable_rule", Name="trailkeep-logging")
    refused(watched, who, "iam", "delete_role", RoleName="trailkeep-alarms")
    refused(watched, who, "securityhub", "disable_security_hub")
    (message,) = [t for t in texts(watched) if "StopConfigurationRecorder" in t]
    assert "AccessDenied" in message
    assert f"in account {SHOP}, {HOME}" in message


def test_a_change_of_the_archive_and_of_the_organization_is_told(watched: Desk) -> None:
    archive = watched.log_archive()
    bucket = f"small-trail-{archive}-{HOME}"
    watched.client("s3", archive).put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    organizations = watched.client("organizations")
    policy = next(
        p
        for p in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        if p["Name"] == "trailkeep-logging"
    )
    targets = organizations.list_targets_for_policy(PolicyId=policy["Id"])["Targets"]
    organizations.detach_policy(PolicyId=policy["Id"], TargetId=targets[0]["TargetId"])
    said = " ".join(texts(watched))
    assert "PutBucketTagging" in said
    assert "DetachPolicy" in said


def test_a_silenced_rule_is_planned_back(watched: Desk) -> None:
    watched.client("events", SHOP, "eu-west-1").disable_rule(Name="trailkeep-logging")
    said = watched.run("plan", "--check").expect(5)
    assert "event rule trailkeep-logging" in said.out
    watched.apply().expect(0)
    assert watched.client("events", SHOP, "eu-west-1").describe_rule(Name="trailkeep-logging")["State"] == "ENABLED"


def test_killed_among_the_alarms_and_run_again_everything_is_there(desk: Desk) -> None:
    desk.spec(**WATCHING)
    running = desk.begin("apply", "--yes", "--confirm", "Log Archive")
    desk.wait_for_write("PutTargets", running)
    kill(running, signal.SIGKILL)
    desk.apply().expect(0)
    desk.run("plan", "--check").expect(0)


def test_taken_back_nothing_of_ours_watches_any_more(watched: Desk) -> None:
    watched.run("rollback", "--yes", "--confirm", "trailkeep").expect(0)
    for region in REGIONS:
        assert watched.client("events", SHOP, region).list_rules(NamePrefix="trailkeep")["Rules"] == []
        left = watched.client("config", SHOP, region).describe_config_rules()["ConfigRules"]
        assert left == [], "those of the organization are gone from every account"
    assert [b["Name"] for b in watched.client("events", SECURITY).list_event_buses()["EventBuses"]] == ["default"]
    assert watched.client("sns", SECURITY).list_topics()["Topics"] == []
    assert watched.client("securityhub", MANAGEMENT).list_organization_admin_accounts()["AdminAccounts"] == []


def test_a_region_where_aws_does_not_offer_a_rule_is_unsupported_and_not_failed(desk: Desk) -> None:
    desk.spec(**WATCHING)
    missing = Fault(service="config", action="PutOrganizationConfigRule", region="eu-west-1", kind="unoffered")
    desk.lab.set_faults([missing])
    said = desk.apply().expect(0, "AWS does not offer it there", "monitoring.unsupported")
    assert "failed" not in said.out
    out = [{"rule": r, "regions": ["eu-west-1"]} for r in ("CLOUD_TRAIL_ENABLED", "SECURITYHUB_ENABLED")]
    desk.spec(monitoring={**WATCHING["monitoring"], "unsupported": out})
    desk.run("plan", "--check").expect(0)


def test_what_watches_cannot_be_read_and_is_neither_written_nor_fine(watched: Desk) -> None:
    watched.lab.set_faults([Fault(service="events", action="ListRules", kind="deny", account=SHOP)])
    said = watched.run("plan", "--check").expect(4)
    assert "alarms" in said.out
