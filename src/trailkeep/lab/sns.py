"""SNS: topics as moto keeps them, subscriptions that wait to be confirmed, and messages that are kept to be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.delivery.wire import nested
from trailkeep.lab.query_xml import query_reply
from trailkeep.lab.refusal import Refusal, Reply, not_in_lab
from trailkeep.lab.sns_messages import deliver_message
from trailkeep.lab.sns_subscriptions import ANSWERS as SUBSCRIPTIONS
from trailkeep.lab.sns_topics import check_topic_policy, find_topic, invalid, named_topic
from trailkeep.lab.world import World

SERVED = frozenset(
    "CreateTopic DeleteTopic GetTopicAttributes ListSubscriptions ListSubscriptionsByTopic ListTagsForResource "
    "ListTopics Publish SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource".split()
)
"""The APIs that somebody here answers truthfully."""
_SETTABLE = frozenset({"Policy", "DisplayName", "DeliveryPolicy", "KmsMasterKeyId"})
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
LARGEST = 262_144
"""Bytes of a message (Amazon SNS quotas)."""


def create_topic(call: Call, world: World) -> None:
    """CreateTopic: the same topic again as long as nothing about it is said differently; then moto answers."""
    asked = nested(call.params)
    name = str(asked.get("Name", ""))
    attributes = _attributes(asked.get("Attributes"))
    unserved = set(attributes) - _SETTABLE - {"FifoTopic"}
    if unserved or attributes.get("FifoTopic", "false").lower() == "true":
        raise not_in_lab(call, f"topics with {', '.join(sorted(unserved) or ['FifoTopic'])}")
    if not _NAME.fullmatch(name):
        raise invalid("Topic Name")
    arn = f"arn:aws:sns:{call.region}:{call.account}:{name}"
    if "Policy" in attributes:
        check_topic_policy(attributes["Policy"], arn)
    before = find_topic(world, arn)
    if before is None:
        return
    told = {"DisplayName": before.display_name, "KmsMasterKeyId": before.kms_master_key_id}
    if any(attributes[name] != told[name] for name in told if name in attributes):
        raise invalid("Attributes Reason: Topic already exists with different attributes")
    tags = {str(tag["Key"]): str(tag.get("Value", "")) for tag in asked.get("Tags") or ()}
    if tags and tags != before._tags:
        raise invalid("Tags Reason: Topic already exists with different tags")


def _attributes(value: Any) -> dict[str, str]:
    """`Attributes.entry.1.key` and `.value` as names and values."""
    entries = value.get("entry", []) if isinstance(value, dict) else []
    return {str(one["key"]): str(one.get("value", "")) for one in entries if isinstance(one, dict) and "key" in one}


def check_attribute(call: Call, world: World) -> None:
    """SetTopicAttributes: what SNS would refuse is refused here, the rest is moto's."""
    topic = named_topic(call, world)
    name, value = str(call.params.get("AttributeName", "")), str(call.params.get("AttributeValue") or "")
    if name not in _SETTABLE:
        raise not_in_lab(call, f"the attribute {name}")
    if name == "Policy":
        check_topic_policy(value, topic.arn)


def check_topic(call: Call, world: World) -> None:
    """GetTopicAttributes of a topic that is not there is NotFound."""
    named_topic(call, world)


def publish(call: Call, world: World) -> Reply:
    """Publish to a topic; its policy and the caller's were asked at the gate."""
    if call.params.get("PhoneNumber") or call.params.get("MessageStructure"):
        raise not_in_lab(call, "text messages, and messages that differ by protocol")
    topic = named_topic(call, world)
    text = str(call.params.get("Message") or "")
    if not text:
        raise invalid("Empty message")
    if len(text.encode()) > LARGEST:
        raise invalid("Message too long")
    message = deliver_message(
        world, topic.arn, text, subject=str(call.params.get("Subject") or ""), who=call.caller.arn
    )
    return query_reply(call, {"MessageId": message.id})


def check_tags(call: Call, world: World) -> None:
    """Tags of a topic that is not there are ResourceNotFound."""
    if find_topic(world, str(call.params.get("ResourceArn") or "")) is None:
        raise Refusal("ResourceNotFound", "Resource does not exist", 404)


ANSWERS: Mapping[str, Any] = {
    "CreateTopic": create_topic,
    "GetTopicAttributes": check_topic,
    "SetTopicAttributes": check_attribute,
    "Publish": publish,
    "ListTagsForResource": check_tags,
    "TagResource": check_tags,
    "UntagResource": check_tags,
    **SUBSCRIPTIONS,
}
