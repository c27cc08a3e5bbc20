"""Topics: their policies count, addresses wait to be confirmed, and what arrives can be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.organizations.models import OrganizationsBackend
from moto.securityhub.models import SecurityHubBackend
from moto.sns.models import SNSBackend, Topic
from moto.sqs.models import SQSBackend

from tests.lab.conftest import World, message, refusal
from trailkeep.lab.client import control

HERE = "eu-west-1"


@pytest.fixture(scope="module")
def accounts(small: World) -> list[str]:
    return [one["id"] for one in small.lab.state()["accounts"]]


@pytest.fixture(scope="module")
def sns(small: World, accounts: list[str]) -> Any:
    return small.client("sns", accounts[1], HERE)


@pytest.fixture(scope="module")
def topic(sns: Any) -> str:
    return str(sns.create_topic(Name="alarms", Tags=[{"Key": "a", "Value": "b"}])["TopicArn"])


def policy(topic: str, **statement: Any) -> str:
    said = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic, **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [said]})


def test_a_topic_is_made_once(sns: Any, topic: str, accounts: list[str]) -> None:
    assert sns.create_topic(Name="alarms")["TopicArn"] == topic == f"arn:aws:sns:{HERE}:{accounts[1]}:alarms"
    assert refusal(sns.create_topic, Name="alarms", Attributes={"DisplayName": "x"}) == "InvalidParameter"
    assert refusal(sns.create_topic, Name="alarms", Tags=[{"Key": "a", "Value": "c"}]) == "InvalidParameter"
    assert refusal(sns.create_topic, Name="no good") == "InvalidParameter"
    assert refusal(sns.create_topic, Name="x.fifo", Attributes={"FifoTopic": "true"}) == "NotInLab"
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert [one["TopicArn"] for one in sns.list_topics()["Topics"]] == [topic]


def test_addresses_wait_to_be_confirmed(sns: Any, topic: str) -> None:
    said = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")["SubscriptionArn"]
    assert said == "pending confirmation"
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")
    arn = sns.subscribe(
        TopicArn=topic, Protocol="https", Endpoint="https://example.com/hook", ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    assert arn.startswith(topic)
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [(one["Protocol"], one["Endpoint"], one["SubscriptionArn"]) for one in found] == [
        ("email", "ops@example.com", "PendingConfirmation"),
        ("https", "https://example.com/hook", "PendingConfirmation"),
    ]
    assert len(sns.list_subscriptions()["Subscriptions"]) == 2
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsPending"] == "2"
    sns.unsubscribe(SubscriptionArn=arn)
    assert len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 1
    assert refusal(sns.unsubscribe, SubscriptionArn="PendingConfirmation") == "InvalidParameter"
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="nobody") == "InvalidParameter"
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="https", Endpoint="http://x") == "InvalidParameter"
    assert refusal(sns.subscribe, TopicArn=topic, Protocol="sms", Endpoint="+15551234567") == "NotInLab"


def test_a_queue_is_sent_what_its_policy_lets_in(small: World, sns: Any, topic: str, accounts: list[str]) -> None:
    sqs = small.client("sqs", accounts[1], HERE)
    queue = sqs.create_queue(QueueName="alarms")["QueueUrl"]
    arn = f"arn:aws:sqs:{HERE}:{accounts[1]}:alarms"
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"].startswith(topic)
    sns.publish(TopicArn=topic, Message="unheard")
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    lets = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    sqs.set_queue_attributes(
        QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [lets]})}
    )
    sns.publish(TopicArn=topic, Message="heard", Subject="s")
    body = json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"])
    assert (body["Message"], body["Subject"], body["TopicArn"]) == ("heard", "s", topic)
    told = [one for one in control(small.lab.url, "GET", "messages") if one["topic"] == topic]
    assert [(one["text"], one["subscribers"]) for one in told] == [
        ("unheard", [f"sqs:{arn}"]),
        ("heard", [f"sqs:{arn}"]),
    ]
    assert told[-1]["who"].endswith("OrganizationAccountAccessRole/test")


def test_an_address_hears_once_its_owner_confirmed(small: World, sns: Any, topic: str) -> None:
    assert control(small.lab.url, "POST", "confirm", {"endpoint": "ops@example.com"}) == {"topics": [topic]}
    assert control(small.lab.url, "POST", "confirm", {"endpoint": "ops@example.com"}) == {"topics": []}
    (found,) = (o for o in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] if o["Protocol"] == "email")
    assert found["SubscriptionArn"].startswith(topic)
    sns.publish(TopicArn=topic, Message="loud")
    assert "email:ops@example.com" in control(small.lab.url, "GET", "messages")[-1]["subscribers"]


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (SNSBackend, "subscribe"),
        (Topic, "policy"),
        (SQSBackend, "send_message"),
        (SecurityHubBackend, "describe_hub"),
        (OrganizationsBackend, "enable_aws_service_access"),
    ],
)
def test_what_is_touched_of_moto_is_there(owner: type, name: str) -> None:
    assert hasattr(owner, name)


def test_only_its_policy_opens_a_topic_to_other_accounts(
    small: World, sns: Any, topic: str, accounts: list[str]
) -> None:
    theirs = small.client("sns", accounts[2], HERE)
    assert "AccessDenied" in refusal(theirs.publish, TopicArn=topic, Message="x")
    organization = small.lab.state()["organization"]
    sns.set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=policy(topic, Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": organization}}),
    )
    theirs.publish(TopicArn=topic, Message="x")
    assert "AccessDenied" in refusal(theirs.delete_topic, TopicArn=topic)
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=policy(topic, Principal="*", Effect="Deny")
    )
    assert "AccessDenied" in refusal(sns.publish, TopicArn=topic, Message="x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Policy Error: null"),
        ('{"Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}', "principals"),
        (policy("{topic}", Principal="*", Action="sns:*"), "out of service scope"),
        (policy("arn:aws:sns:eu-west-1:111111111111:other", Principal="*"), "resource"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(sns: Any, topic: str, text: str, words: str) -> None:
    told = message(
        sns.set_topic_attributes,
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=text.replace("{topic}", topic),
    )
    assert words in told


def test_a_topic_that_is_not_there(sns: Any, topic: str) -> None:
    gone = topic.replace("alarms", "gone")
    assert refusal(sns.get_topic_attributes, TopicArn=gone) == "NotFound"
    assert refusal(sns.publish, TopicArn=gone, Message="x") == "NotFound"
    assert refusal(sns.list_subscriptions_by_topic, TopicArn=gone) == "NotFound"
    sns.delete_topic(TopicArn=gone)
    assert refusal(sns.get_topic_attributes, TopicArn=topic.replace(HERE, "us-east-1")) == "InvalidParameter"
    assert refusal(sns.create_platform_application, Name="x", Platform="GCM", Attributes={}) == "NotInLab"
