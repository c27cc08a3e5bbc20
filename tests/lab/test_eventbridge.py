"""EventBridge as moto is not: what CloudTrail records reaches rules, other buses and topics, as the policies let it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.lab.conftest import World, message, refusal, trail_policy
from trailkeep.cli.main import app
from trailkeep.lab import start
from trailkeep.lab.client import control

HERE = "eu-west-1"
ALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
PATTERN = json.dumps({"source": ["aws.cloudtrail"], "detail": {"eventName": ["StopLogging", "StartLogging"]}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A member whose trail calls are told to a topic of the security account."""

    world: World
    member: str
    security: str
    organization: str
    bus: str
    topic: str

    @property
    def member_trails(self) -> Any:
        return self.world.client("cloudtrail", self.member, HERE)

    @property
    def member_rules(self) -> Any:
        return self.world.client("events", self.member, HERE)

    @property
    def security_rules(self) -> Any:
        return self.world.client("events", self.security, HERE)

    def messages(self) -> list[dict[str, Any]]:
        return list(control(self.world.lab.url, "GET", "messages"))

    def undelivered(self) -> list[dict[str, Any]]:
        return list(control(self.world.lab.url, "GET", "undelivered"))

    def told(self) -> list[str]:
        """The names of the events of the member's that arrived."""
        return [one["name"] for one in self.messages() if one["account"] == self.member]


def bus_policy(bus: str, organization: str | None) -> str:
    only = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}}} if organization else {}
    who = "*" if organization else {"AWS": "arn:aws:iam::999999999999:root"}
    statement = {"Sid": "org", "Effect": "Allow", "Principal": who, "Action": "events:PutEvents", "Resource": bus}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **only}]})


def make_trail(world: World, account: str, name: str) -> None:
    """A trail of one account's own, in the Region HERE."""
    bucket = f"own-{account}-{name}"
    arn = f"arn:aws:cloudtrail:{HERE}:{account}:trail/{name}"
    s3 = world.client("s3", account, HERE)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": HERE})
    s3.put_bucket_policy(Bucket=bucket, Policy=trail_policy(bucket, owner=account, trail=arn))
    trails = world.client("cloudtrail", account, HERE)
    trails.create_trail(Name=name, S3BucketName=bucket)
    trails.start_logging(Name=name)


def make_sender(world: World, account: str, bus: str) -> str:
    """The role as which EventBridge sends to a bus."""
    iam = world.client("iam", account)
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="relay", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    may = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}
    iam.put_role_policy(
        RoleName="relay", PolicyName="relay", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]})
    )
    return str(role["Role"]["Arn"])


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with start("small") as lab:
        world = World(lab)
        state = lab.state()
        member, security = [one["id"] for one in state["accounts"]][1:3]
        events = world.client("events", security, HERE)
        bus = events.create_event_bus(Name="trailkeep")["EventBusArn"]
        events.put_permission(EventBusName="trailkeep", Policy=bus_policy(bus, state["organization"]))
        sns = world.client("sns", security, HERE)
        topic = sns.create_topic(Name="alarms")["TopicArn"]
        rule = events.put_rule(
            Name="alarms",
            EventBusName="trailkeep",
            State=ALL,
            EventPattern=json.dumps({"source": [{"prefix": "aws."}]}),
        )
        say = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule["RuleArn"]}},
        }
        sns.set_topic_attributes(
            TopicArn=topic,
            AttributeName="Policy",
            AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [say]}),
        )
        words = {
            "InputPathsMap": {"what": "$.detail.eventName", "who": "$.detail.userIdentity.arn", "in": "$.account"},
            "InputTemplate": '"<what> in <in> by <who>"',
        }
        events.put_targets(
            Rule="alarms", EventBusName="trailkeep", Targets=[{"Id": "t", "Arn": topic, "InputTransformer": words}]
        )
        make_trail(world, member, "local")
        role = make_sender(world, member, bus)
        theirs = world.client("events", member, HERE)
        theirs.put_rule(Name="watch", EventPattern=PATTERN)
        theirs.put_targets(Rule="watch", Targets=[{"Id": "b", "Arn": bus, "RoleArn": role}])
        yield Relay(
            world=world, member=member, security=security, organization=state["organization"], bus=bus, topic=topic
        )


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


def test_rules_are_kept_as_aws_keeps_them(relay: Relay) -> None:
    rules = relay.member_rules
    arn = rules.put_rule(Name="a", EventPattern=PATTERN, Description="one", Tags=[{"Key": "k", "Value": "v"}])[
        "RuleArn"
    ]
    assert arn == f"arn:aws:events:{HERE}:{relay.member}:rule/a"
    assert rules.describe_rule(Name="a")["Description"] == "one"
    rules.put_rule(Name="a", EventPattern=PATTERN)
    assert "Description" not in rules.describe_rule(Name="a")
    assert rules.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "k", "Value": "v"}]
    assert [one["Name"] for one in rules.list_rules(NamePrefix="w")["Rules"]] == ["watch"]
    assert len(rules.list_rules(Limit=1)["Rules"]) == 1
    assert "NextToken" in rules.list_rules(Limit=1)
    assert message(rules.delete_rule, Name="watch") == "Rule can't be deleted since it has targets."
    rules.delete_rule(Name="a")
    assert refusal(rules.describe_rule, Name="a") == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"EventPattern": "{"}, "InvalidEventPatternException"),
        ({"EventPattern": '{"source": "aws.s3"}'}, "InvalidEventPatternException"),
        ({"EventPattern": '{"source": []}'}, "InvalidEventPatternException"),
        ({"EventPattern": '{"source": [{"like": "a"}]}'}, "InvalidEventPatternException"),
        ({"EventPattern": json.dumps({"source": ["x" * 2100]})}, "LimitExceededException"),
        ({"EventPattern": json.dumps({"source": ["x" * 4100]})}, "ValidationException"),
        ({"EventPattern": PATTERN, "State": "ON"}, "ValidationException"),
        ({"EventPattern": PATTERN, "EventBusName": "nowhere"}, "ResourceNotFoundException"),
        ({"ScheduleExpression": "rate(5 minutes)"}, "NotInLab"),
        ({}, "ValidationException"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(relay: Relay, wrong: dict[str, Any], code: str) -> None:
    assert refusal(relay.member_rules.put_rule, Name="wrong", **wrong) == code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"Arn": "arn:aws:events:eu-west-1:999999999999:event-bus/x"}, "ValidationException"),
        ({"Arn": "arn:aws:sns:us-east-1:999999999999:x"}, "ValidationException"),
        ({"Arn": "arn:aws:lambda:eu-west-1:999999999999:function:x"}, "NotInLab"),
        ({"Arn": "topic"}, "ValidationException"),
        ({"Arn": "arn:aws:sns:eu-west-1:9:x", "Input": "1", "InputPath": "$.detail"}, "ValidationException"),
        ({"Arn": "arn:aws:sns:eu-west-1:9:x", "InputTransformer": {"InputTemplate": '"<x>"'}}, "ValidationException"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(relay: Relay, wrong: dict[str, Any], code: str) -> None:
    assert refusal(relay.member_rules.put_targets, Rule="watch", Targets=[{"Id": "x", **wrong}]) == code


def test_buses_and_their_permissions(relay: Relay) -> None:
    events = relay.world.client("events", relay.security, HERE)
    assert refusal(events.create_event_bus, Name="trailkeep") == "ResourceAlreadyExistsException"
    assert message(events.delete_event_bus, Name="default") == "Cannot delete event bus default."
    assert refusal(events.delete_event_bus, Name="trailkeep") == "ValidationException"
    arn = events.create_event_bus(Name="brief", Description="d")["EventBusArn"]
    only = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": relay.organization}
    events.put_permission(
        EventBusName="brief", Action="events:PutEvents", Principal="*", StatementId="org", Condition=only
    )
    told = events.describe_event_bus(Name="brief")
    assert json.loads(told["Policy"])["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": relay.organization}
    }
    entry = {"Source": "mine", "DetailType": "thing", "Detail": "{}", "EventBusName": arn}
    assert relay.member_rules.put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert refusal(events.remove_permission, EventBusName="brief", StatementId="none") == "ResourceNotFoundException"
    events.remove_permission(EventBusName="brief", RemoveAllPermissions=True)
    assert refusal(relay.member_rules.put_events, Entries=[entry]) == "AccessDeniedException"
    assert refusal(events.put_permission, EventBusName="brief", Policy="{") == "ValidationException"
    events.delete_event_bus(Name="brief")
    assert [bus["Name"] for bus in events.list_event_buses()["EventBuses"]] == ["default", "trailkeep"]


def test_nobody_says_what_aws_says(relay: Relay) -> None:
    entry = {"Source": "aws.cloudtrail", "DetailType": "AWS API Call via CloudTrail", "Detail": "{}"}
    told = relay.member_rules.put_events(
        Entries=[entry, {**entry, "Source": "mine"}, {**entry, "Source": "a", "Detail": "["}]
    )
    assert [one.get("ErrorCode") for one in told["Entries"]] == [
        "NotAuthorizedForSourceException",
        None,
        "MalformedDetail",
    ]


def test_a_pattern_can_be_tried(relay: Relay) -> None:
    event = json.dumps({"source": "aws.cloudtrail", "detail": {"eventName": "StopLogging"}})
    assert relay.member_rules.test_event_pattern(EventPattern=PATTERN, Event=event)["Result"] is True
    assert relay.member_rules.test_event_pattern(EventPattern=PATTERN, Event='{"source": "a"}')["Result"] is False


def test_the_command_line_shows_what_arrived_and_what_did_not(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in relay.world.lab.environment().items():
        monkeypatch.setenv(name, value)

    def shown(*arguments: str) -> str:
        told = CliRunner().invoke(app, ["lab", "messages", *arguments])
        assert told.exit_code == 0, told.output
        return str(told.stdout).rstrip()

    told = relay.messages()
    assert json.loads(shown("--topic", "alarms", "-o", "json")) == told
    assert f"{relay.member}  {HERE}" in shown()
    assert shown().endswith(f"{len(told)} messages")
    assert shown("--topic", "none").endswith("0 messages")
    assert "may not events:PutEvents" in shown("--undelivered")
