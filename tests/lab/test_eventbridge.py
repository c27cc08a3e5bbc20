"""EventBridge as moto is not: what CloudTrail records reaches rules, other buses and topics, as the policies let it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from tests.lab.relayed import ALL, HERE, PATTERN, Relay, bus_policy, make_trail, relaying
from trailkeep.cli.main import app


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with relaying() as made:
        yield made


def test_a_member_that_stops_its_trail_is_told_and_afterwards_silent(relay: Relay) -> None:
    before = len(relay.told())
    relay.member_trails.stop_logging(Name="local")
    assert relay.told()[before:] == ["StopLogging"]
    last = relay.messages()[-1]
    assert (last["account"], last["region"], last["topic"]) == (relay.member, HERE, relay.topic)
    assert ":assumed-role/OrganizationAccountAccessRole/" in last["who"]
    assert last["text"] == f'"StopLogging in {relay.member} by {last["who"]}"'
    relay.member_trails.stop_logging(Name="local")
    assert relay.told()[before:] == ["StopLogging"]  # no trail logs any more: EventBridge hears nothing
    relay.member_trails.start_logging(Name="local")
    assert relay.told()[before:] == ["StopLogging", "StartLogging"]


def test_a_bus_that_does_not_admit_the_organization_receives_nothing(relay: Relay) -> None:
    before = len(relay.told())
    relay.security_rules.put_permission(EventBusName="trailkeep", Policy=bus_policy(relay.bus, None))
    relay.member_trails.start_logging(Name="local")
    assert len(relay.told()) == before
    failure = relay.undelivered()[-1]
    assert (failure["name"], failure["target"]) == ("StartLogging", relay.bus)
    assert "resource" in failure["because"]
    relay.security_rules.put_permission(EventBusName="trailkeep", Policy=bus_policy(relay.bus, relay.organization))
    relay.member_trails.start_logging(Name="local")
    assert len(relay.told()) == before + 1


def test_an_scp_binds_the_role_that_sends(relay: Relay) -> None:
    organizations = relay.world.client("organizations")
    root = organizations.list_roots()["Roots"][0]["Id"]
    if "SERVICE_CONTROL_POLICY" not in str(organizations.list_roots()["Roots"][0]["PolicyTypes"]):
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}]}
    policy = organizations.create_policy(
        Name="no events", Description="", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(deny)
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=relay.member)
    before = len(relay.told())
    relay.member_trails.start_logging(Name="local")
    assert len(relay.told()) == before
    assert "SCP" in relay.undelivered()[-1]["because"]
    organizations.detach_policy(PolicyId=policy, TargetId=relay.member)
    relay.member_trails.start_logging(Name="local")
    assert len(relay.told()) == before + 1


def test_a_topic_hears_only_the_rule_its_policy_names(relay: Relay) -> None:
    sns = relay.world.client("sns", relay.security, HERE)
    policy = sns.get_topic_attributes(TopicArn=relay.topic)["Attributes"]["Policy"]
    sns.set_topic_attributes(
        TopicArn=relay.topic,
        AttributeName="Policy",
        AttributeValue=policy.replace("rule/trailkeep/alarms", "rule/other"),
    )
    before = len(relay.told())
    relay.member_trails.start_logging(Name="local")
    assert len(relay.told()) == before
    assert "does not let events.amazonaws.com publish" in relay.undelivered()[-1]["because"]
    sns.set_topic_attributes(TopicArn=relay.topic, AttributeName="Policy", AttributeValue=policy)


def test_an_encrypted_topic_hears_what_its_key_lets_in(relay: Relay) -> None:
    kms = relay.world.client("kms", relay.security, HERE)
    sns = relay.world.client("sns", relay.security, HERE)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    own = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    sns.set_topic_attributes(TopicArn=relay.topic, AttributeName="KmsMasterKeyId", AttributeValue=key)
    before = len(relay.told())
    relay.member_trails.start_logging(Name="local")
    assert len(relay.told()) == before
    assert "kms:GenerateDataKey" in relay.undelivered()[-1]["because"]
    lets = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
    }
    kms.put_key_policy(
        KeyId=key, PolicyName="default", Policy=json.dumps({**own, "Statement": [*own["Statement"], lets]})
    )
    relay.member_trails.start_logging(Name="local")
    assert len(relay.told()) == before + 1
    sns.set_topic_attributes(TopicArn=relay.topic, AttributeName="KmsMasterKeyId", AttributeValue="")


def test_an_event_goes_to_no_third_bus(relay: Relay) -> None:
    rules = relay.security_rules
    third = rules.create_event_bus(Name="third")["EventBusArn"]
    rules.put_rule(Name="on", EventBusName="trailkeep", EventPattern=json.dumps({"source": ["aws.cloudtrail"]}))
    rules.put_targets(Rule="on", EventBusName="trailkeep", Targets=[{"Id": "b", "Arn": third}])
    relay.member_trails.start_logging(Name="local")
    failure = relay.undelivered()[-1]
    assert (failure["target"], failure["name"]) == (third, "StartLogging")
    assert "third" in failure["because"]
    rules.remove_targets(Rule="on", EventBusName="trailkeep", Ids=["b"])
    rules.delete_rule(Name="on", EventBusName="trailkeep")
    rules.delete_event_bus(Name="third")


def test_a_topic_of_another_account_is_reached_in_the_region_of_the_rule(relay: Relay) -> None:
    sns = relay.world.client("sns", relay.security, HERE)
    topic = sns.create_topic(Name="direct")["TopicArn"]
    rules = relay.member_rules
    rules.put_rule(Name="direct", EventPattern=PATTERN)
    rules.put_targets(Rule="direct", Targets=[{"Id": "t", "Arn": topic}])
    relay.member_trails.start_logging(Name="local")
    assert [one["because"] for one in relay.undelivered() if one["target"] == topic]  # the default policy says no
    say = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"StringEquals": {"aws:SourceAccount": relay.member}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [say]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    relay.member_trails.start_logging(Name="local")
    direct = [one for one in relay.messages() if one["topic"] == topic]
    assert [one["name"] for one in direct] == ["StartLogging"]
    assert json.loads(direct[0]["text"])["detail"]["eventName"] == "StartLogging"
    rules.remove_targets(Rule="direct", Ids=["t"])
    rules.delete_rule(Name="direct")


def test_reads_reach_only_rules_that_ask_for_all_management_events(relay: Relay) -> None:
    reads = json.dumps({"source": ["aws.cloudtrail"], "detail": {"eventName": ["GetTrailStatus"]}})
    rules = relay.member_rules
    rules.put_rule(Name="watch", EventPattern=reads)
    before = len(relay.told())
    relay.member_trails.get_trail_status(Name="local")
    assert len(relay.told()) == before
    rules.put_rule(Name="watch", EventPattern=reads, State=ALL)
    relay.member_trails.get_trail_status(Name="local")
    assert relay.told()[before:] == ["GetTrailStatus"]
    rules.disable_rule(Name="watch")
    relay.member_trails.get_trail_status(Name="local")
    assert len(relay.told()) == before + 1
    rules.put_rule(Name="watch", EventPattern=PATTERN)


def test_the_rule_of_a_deleted_role_delivers_nothing(relay: Relay) -> None:
    iam = relay.world.client("iam", relay.member)
    kept = iam.get_role_policy(RoleName="relay", PolicyName="relay")["PolicyDocument"]
    iam.delete_role_policy(RoleName="relay", PolicyName="relay")
    relay.member_trails.start_logging(Name="local")
    assert "identity" in relay.undelivered()[-1]["because"]
    iam.put_role_policy(RoleName="relay", PolicyName="relay", PolicyDocument=json.dumps(kept))


def test_a_region_without_a_logging_trail_is_deaf(relay: Relay) -> None:
    elsewhere = relay.world.client("events", relay.member, "us-east-1")
    elsewhere.put_rule(Name="watch", EventPattern=json.dumps({"source": ["aws.iam"]}))
    role = f"arn:aws:iam::{relay.member}:role/relay"
    elsewhere.put_targets(Rule="watch", Targets=[{"Id": "b", "Arn": relay.bus, "RoleArn": role}])
    before = len(relay.told())
    relay.world.client("iam", relay.member).create_user(UserName="quiet")
    assert len(relay.told()) == before  # the only trail is a trail of another Region
    relay.world.client("iam", relay.member).delete_user(UserName="quiet")


def test_a_trail_that_is_deleted_is_the_last_that_is_heard(relay: Relay) -> None:
    deleting = json.dumps({"source": ["aws.cloudtrail"], "detail": {"eventName": ["DeleteTrail", "StopLogging"]}})
    relay.member_rules.put_rule(Name="watch", EventPattern=deleting)
    before = len(relay.told())
    relay.member_trails.delete_trail(Name="local")
    assert relay.told()[before:] == ["DeleteTrail"]
    make_trail(relay.world, relay.member, "second")
    relay.member_trails.stop_logging(Name="second")
    assert relay.told()[before:] == ["DeleteTrail", "StopLogging"]


def test_the_command_line_shows_what_arrived_and_what_did_not(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in relay.world.lab.environment().items():
        monkeypatch.setenv(name, value)

    def shown(*arguments: str) -> str:
        told = CliRunner().invoke(app, ["lab", "messages", *arguments])
        assert told.exit_code == 0, told.output
        return str(told.stdout).rstrip()

    told = relay.messages()
    here = [one for one in told if one["topic"] == relay.topic]
    assert json.loads(shown("--topic", "alarms", "-o", "json")) == here
    assert f"{relay.member}  {HERE}" in shown()
    assert shown().endswith(f"{len(told)} messages")
    assert shown("--topic", "none").endswith("0 messages")
    assert "may not events:PutEvents" in shown("--undelivered")
