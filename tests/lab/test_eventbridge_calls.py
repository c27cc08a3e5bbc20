"""Rules, targets and buses as their owners manage them, and what EventBridge refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.conftest import message, refusal
from tests.lab.relayed import HERE, PATTERN, Relay, relaying


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    with relaying() as made:
        yield made


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
