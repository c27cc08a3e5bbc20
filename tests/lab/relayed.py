"""A member whose trail calls are told to a topic of the security account, by rules, a bus and a role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.forks import start
from tests.lab.conftest import World, trail_policy
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


@contextmanager
def relaying() -> Iterator[Relay]:
    """A small organization with everything in place."""
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
