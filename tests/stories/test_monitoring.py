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
    """The small organization with everything in place, watched."""
    desk.spec(**WATCHING)
    desk.apply().expect(0)
    return desk


def told(desk: Desk, word: str = "") -> list[str]:
    """The messages that arrived at the topic, as a person lists them."""
    found: list[dict[str, Any]] = desk.run("lab", "messages", "-o", "json").expect(0).json
    return [one["text"] for one in found if word in one["text"]]


def test_applied_again_nothing_is_left_and_what_is_silenced_is_put_right(watched: Desk) -> None:
    watched.run("plan", "--check").expect(0)
    hub = watched.client("securityhub", SECURITY)
    assert hub.describe_organization_configuration()["OrganizationConfiguration"]["Status"] == "ENABLED"
    for region in REGIONS:
        rules = watched.client("events", SHOP, region).list_rules(NamePrefix="trailkeep-")["Rules"]
        assert "trailkeep-logging" in {r["Name"] for r in rules}
        standing = watched.client("config", SHOP, region).describe_config_rules()["ConfigRules"]
        assert any(r["Source"]["SourceIdentifier"] == "CLOUD_TRAIL_ENABLED" for r in standing)
        assert watched.client("securityhub", SHOP, region).describe_hub()["HubArn"]

    watched.client("events", SHOP, "eu-west-1").disable_rule(Name="trailkeep-logging")
    assert "event rule trailkeep-logging" in watched.run("plan", "--check").expect(5).out
    watched.apply().expect(0)
    assert watched.client("events", SHOP, "eu-west-1").describe_rule(Name="trailkeep-logging")["State"] == "ENABLED"

    watched.lab.set_faults([Fault(service="events", action="ListRules", kind="deny", account=SHOP)])
    assert "alarms" in watched.run("plan", "--check").expect(4).out, "neither written over nor fine"


def test_who_attacks_is_heard_of_and_who_stops_the_trail_by_the_detector_that_needs_none(watched: Desk) -> None:
    """The messages say who, where and when; without a trail no event comes any more, and AWS Config still notices."""
    who = administrator(watched, SHOP)
    refused(watched, who, "config", "stop_configuration_recorder", ConfigurationRecorderName="default")
    refused(watched, who, "events", "disable_rule", Name="trailkeep-logging")
    refused(watched, who, "iam", "delete_role", RoleName="trailkeep-alarms")
    refused(watched, who, "securityhub", "disable_security_hub")
    (message,) = told(watched, "StopConfigurationRecorder")
    assert "AccessDenied" in message, "an attempt that was denied is told too"
    assert f"in account {SHOP}, {HOME}" in message

    archive = watched.log_archive()
    bucket = f"small-trail-{archive}-{HOME}"
    watched.client("s3", archive).put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    assert told(watched, "PutBucketTagging")

    watched.client("cloudtrail", MANAGEMENT).stop_logging(Name="trailkeep")
    (message,) = told(watched, "StopLogging")
    assert f"in account {MANAGEMENT}, {HOME}" in message
    assert f"arn:aws:iam::{MANAGEMENT}" in message
    heard = len(told(watched))
    config = watched.client("config", MANAGEMENT)
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert len(told(watched)) == heard, "without a trail EventBridge hears of nothing"
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    watched.lab.advance(timedelta(hours=2))
    assert any("NON_COMPLIANT" in t for t in told(watched, "trailkeep-trail-detector"))


def test_killed_among_the_alarms_run_again_and_taken_back(desk: Desk) -> None:
    desk.spec(**WATCHING)
    running = desk.begin("apply", "--yes", "--confirm", "Log Archive")
    desk.wait_for_write("PutTargets", running)
    kill(running, signal.SIGKILL)
    desk.apply().expect(0)
    desk.run("plan", "--check").expect(0)
    for _ in range(2):  # each run is taken back by itself, the last one first
        desk.run("rollback", "--yes", "--confirm", "trailkeep").expect(0)
    for region in REGIONS:
        assert desk.client("events", SHOP, region).list_rules(NamePrefix="trailkeep")["Rules"] == []
        left = desk.client("config", SHOP, region).describe_config_rules()["ConfigRules"]
        assert left == [], "those of the organization are gone from every account"
    assert [b["Name"] for b in desk.client("events", SECURITY).list_event_buses()["EventBuses"]] == ["default"]
    assert desk.client("sns", SECURITY).list_topics()["Topics"] == []
    assert desk.client("securityhub", MANAGEMENT).list_organization_admin_accounts()["AdminAccounts"] == []


def test_a_region_where_aws_does_not_offer_a_rule_is_unsupported_and_not_failed(desk: Desk) -> None:
    desk.spec(**WATCHING)
    missing = Fault(service="config", action="PutOrganizationConfigRule", region="eu-west-1", kind="unoffered")
    desk.lab.set_faults([missing])
    said = desk.apply().expect(0, "AWS does not offer it there", "monitoring.unsupported")
    assert "failed" not in said.out
    out = [{"rule": r, "regions": ["eu-west-1"]} for r in ("CLOUD_TRAIL_ENABLED", "SECURITYHUB_ENABLED")]
    desk.spec(monitoring={**WATCHING["monitoring"], "unsupported": out})
    desk.run("plan", "--check").expect(0)
