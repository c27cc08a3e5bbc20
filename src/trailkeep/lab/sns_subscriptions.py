"""Subscriptions of topics (botocore model sns/2010-03-31): addresses and URLs wait until their owner confirms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.delivery.wire import nested
from trailkeep.lab.query_xml import query_reply
from trailkeep.lab.refusal import Refusal, Reply, not_in_lab
from trailkeep.lab.sns_topics import find_topic, invalid, named_topic
from trailkeep.lab.world import World

PROTOCOLS = frozenset({"email", "email-json", "http", "https", "sqs"})
_PAGE = 100


def subscribe(call: Call, world: World) -> Reply:
    """Subscribe: a queue of the caller's account at once; an address or a URL waits for its owner to confirm."""
    topic = named_topic(call, world)
    protocol, endpoint = str(call.params.get("Protocol") or ""), str(call.params.get("Endpoint") or "")
    if protocol not in PROTOCOLS:
        raise not_in_lab(call, f"the protocol {protocol}") if protocol else invalid("Protocol")
    _check(protocol, endpoint)
    attributes = _attributes(call)
    known = {one.arn for one in _of_topic(world, topic)}
    one = world.backend("sns", topic.account_id, call.region).subscribe(topic.arn, endpoint, protocol)
    if one.arn not in known:
        one.account_id = one.owner = call.account
        one.confirmed = protocol == "sqs" and endpoint.split(":")[4] == call.account
    one.attributes.update(attributes)
    _count(world, topic)
    told = str(call.params.get("ReturnSubscriptionArn", "false")).lower() == "true" or one.confirmed
    return query_reply(call, {"SubscriptionArn": one.arn if told else "pending confirmation"})


def _check(protocol: str, endpoint: str) -> None:
    if protocol.startswith("email") and ("@" not in endpoint or endpoint.strip("@") != endpoint):
        raise invalid("Email address")
    if protocol.startswith("http") and not endpoint.startswith(f"{protocol}://"):
        raise invalid("Endpoint must match the specified protocol")
    if protocol == "sqs" and (endpoint.count(":") != 5 or ":sqs:" not in endpoint):
        raise invalid("SQS endpoint ARN")


def _attributes(call: Call) -> dict[str, str]:
    told = nested(call.params).get("Attributes")
    entries = told.get("entry", []) if isinstance(told, dict) else []
    found = {str(one.get("key")): str(one.get("value", "")) for one in entries}
    if set(found) - {"RawMessageDelivery"}:
        raise not_in_lab(call, f"subscriptions with {', '.join(sorted(set(found) - {'RawMessageDelivery'}))}")
    return found


def _count(world: World, topic: Any) -> None:
    subscriptions = list(_of_topic(world, topic))
    topic.subscriptions_confimed = sum(one.confirmed for one in subscriptions)
    topic.subscriptions_pending = len(subscriptions) - topic.subscriptions_confimed


def unsubscribe(call: Call, world: World) -> Reply:
    """Unsubscribe: nothing where there is none; one that waits for confirmation has no ARN yet."""
    arn = str(call.params.get("SubscriptionArn") or "")
    if arn.count(":") != 6:
        raise invalid(f"SubscriptionArn Reason: An ARN must have at least 6 elements, not {arn.count(':') + 1}")
    topic = find_topic(world, arn.rpartition(":")[0])
    if topic is not None:
        subscriptions = world.backend("sns", topic.account_id, arn.split(":")[3]).subscriptions
        found = subscriptions.get(arn)
        if found is not None and call.account not in {found.owner, topic.account_id}:
            raise Refusal("AuthorizationError", "Not authorized to unsubscribe", 403)
        subscriptions.pop(arn, None)
        topic.subscriptions_deleted += found is not None
        _count(world, topic)
    return query_reply(call, {})


def confirm(world: World, endpoint: str) -> list[str]:
    """The owner of an address or URL confirms every subscription that waits; the topics' ARNs."""
    found = []
    for account in world.members():
        for backend in world.backend_of_all_regions("sns", account.id):
            for one in tuple(backend.subscriptions.values()):
                if one.endpoint == endpoint and not one.confirmed:
                    one.confirmed = True
                    _count(world, one.topic)
                    found.append(str(one.topic.arn))
    return found


def list_by_topic(call: Call, world: World) -> Reply:
    """ListSubscriptionsByTopic, 100 a page."""
    return _listed(call, list(_of_topic(world, named_topic(call, world))))


def list_all(call: Call, world: World) -> Reply:
    """ListSubscriptions: the caller's in this Region, 100 a page."""
    every = (one for account in world.members() for one in _of(world, account.id, call.region))
    return _listed(call, [one for one in every if one.owner == call.account])


def _listed(call: Call, found: list[Any]) -> Reply:
    token = str(call.params.get("NextToken") or "0")
    if not token.isdigit():
        raise invalid("NextToken")
    start = int(token)
    more = str(start + _PAGE) if start + _PAGE < len(found) else None
    shown = [_shown(one) for one in found[start : start + _PAGE]]
    return query_reply(call, {"Subscriptions": shown, "NextToken": more})


def _shown(one: Any) -> dict[str, str]:
    return {
        "SubscriptionArn": one.arn if one.confirmed else "PendingConfirmation",
        "Owner": one.owner,
        "Protocol": one.protocol,
        "Endpoint": one.endpoint,
        "TopicArn": one.topic.arn,
    }


def _of_topic(world: World, topic: Any) -> Iterator[Any]:
    return (one for one in _of(world, topic.account_id, topic.arn.split(":")[3]) if one.topic is topic)


def _of(world: World, account: str, region: str) -> tuple[Any, ...]:
    return tuple(world.backend("sns", account, region).subscriptions.values())


ANSWERS: Mapping[str, Any] = {
    "Subscribe": subscribe,
    "Unsubscribe": unsubscribe,
    "ListSubscriptionsByTopic": list_by_topic,
    "ListSubscriptions": list_all,
}
