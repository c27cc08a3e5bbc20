"""Messages that arrived at a topic: they are kept to be read, and queues that subscribed get them."""

from __future__ import annotations

import json
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from weakref import WeakKeyDictionary

from trailkeep.lab.decision import Ask, service_may
from trailkeep.lab.sns_topics import find_topic
from trailkeep.lab.world import World

SERVICE = "sns.amazonaws.com"
KEPT = 10_000
"""Messages that are remembered; the oldest are forgotten first."""
_NAMES = uuid.UUID("7a11cee9-0000-4000-8000-000000000002")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message at a topic: when (seconds since the epoch), and account, Region, name and who of the event it tells.

    For a message that a caller published `account` and `region` are the topic's, `name` is empty.
    """

    id: str
    time: float
    topic: str
    account: str
    region: str
    name: str
    who: str
    subject: str
    text: str
    subscribers: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As the control API carries it."""
        return asdict(self)


_MESSAGES: WeakKeyDictionary[World, deque[Message]] = WeakKeyDictionary()


def messages_of(world: World) -> deque[Message]:
    """Every message that arrived at a topic of an embedded organization, oldest first; `world.lock` guards them."""
    found = _MESSAGES.get(world)
    if found is None:
        found = _MESSAGES[world] = deque(maxlen=KEPT)
    return found


def deliver_message(
    world: World, topic: str, text: str, *, event: Mapping[str, Any] | None = None, subject: str = "", who: str = ""
) -> Message:
    """A message that somebody who may has published to a topic; `event` is the EventBridge event it tells of."""
    messages = messages_of(world)
    parts = topic.split(":")
    detail = (event or {}).get("detail")
    told: Mapping[str, Any] = detail if isinstance(detail, dict) else {}
    message = Message(
        id=str(uuid.uuid5(_NAMES, f"{topic}/{len(messages)}/{world.clock.now()}")),
        time=world.clock.now(),
        topic=topic,
        account=str(event["account"] if event else parts[4]),
        region=str(event["region"] if event else parts[3]),
        name=str(told.get("eventName", event["detail-type"])) if event else "",
        who=_who(told) or who,
        subject=subject,
        text=text,
        subscribers=tuple(f"{one.protocol}:{one.endpoint}" for one in _confirmed(world, topic)),
    )
    messages.append(message)
    for one in _confirmed(world, topic):
        if one.protocol == "sqs":
            _to_queue(world, one, message)
    return message


def _who(record: Mapping[str, Any]) -> str:
    identity = record.get("userIdentity")
    if not isinstance(identity, dict):
        return ""
    return str(identity.get("arn") or identity.get("invokedBy") or identity.get("type") or "")


def _confirmed(world: World, topic: str) -> Iterator[Any]:
    parts = topic.split(":")
    for one in tuple(world.backend("sns", parts[4], parts[3]).subscriptions.values()):
        if one.topic.arn == topic and one.confirmed:
            yield one


def _to_queue(world: World, subscription: Any, message: Message) -> None:
    """SQS takes it when the queue's policy lets SNS send for this topic (Amazon SNS Developer Guide, fanout to SQS)."""
    parts = subscription.endpoint.split(":")
    queue = world.backend("sqs", parts[4], parts[3]).queues.get(parts[5])
    topic = find_topic(world, message.topic)
    if queue is None or topic is None:
        return
    ask = Ask(
        action="sqs:SendMessage", resource=subscription.endpoint, owner=parts[4],
        policy=queue.policy or None, named=f"policy of queue {parts[5]}",
    )  # fmt: skip
    if service_may(world, SERVICE, ask, source_arn=message.topic, source_account=topic.account_id):
        raw = subscription.attributes.get("RawMessageDelivery")
        body = message.text if str(raw).lower() == "true" else json.dumps(_envelope(message))
        world.backend("sqs", parts[4], parts[3]).send_message(parts[5], body)


def _envelope(message: Message) -> dict[str, Any]:
    return {
        "Type": "Notification",
        "MessageId": message.id,
        "TopicArn": message.topic,
        **({"Subject": message.subject} if message.subject else {}),
        "Message": message.text,
    }
