"""SNS topics: finding them, asking about them, and which policies they take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trailkeep.authz.policy import parse
from trailkeep.errors import PolicyError
from trailkeep.lab.decision import Ask
from trailkeep.lab.refusal import Refusal

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.world import World

_ACTIONS = frozenset(
    f"sns:{name}"
    for name in (
        "addpermission deletetopic getdataprotectionpolicy gettopicattributes listsubscriptionsbytopic "
        "listtagsforresource publish putdataprotectionpolicy receive removepermission settopicattributes subscribe"
    ).split()
)
"""What a topic policy can speak of (Amazon SNS Developer Guide, API permissions: `SNS:*` is out of scope)."""
LARGEST_POLICY = 30_720


def find_topic(world: World, arn: str) -> Any | None:
    """Moto's record of a topic, whoever owns it, or None."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "sns" or not parts[4].isdigit():
        return None
    return world.backend("sns", parts[4], parts[3]).topics.get(arn)


def named_topic(call: Call, world: World) -> Any:
    """The topic a call names. Raises NotFound, and InvalidParameter for what is no ARN of this Region."""
    arn = str(call.params.get("TopicArn") or call.params.get("TargetArn") or "")
    if arn.count(":") != 5 or arn.split(":")[3] != call.region:
        raise invalid("TopicArn")
    topic = find_topic(world, arn)
    if topic is None:
        raise Refusal("NotFound", "Topic does not exist", 404)
    return topic


def topic_ask(topic: Any, action: str) -> Ask:
    """A question about a topic."""
    return Ask(
        action=action, resource=topic.arn, owner=topic.account_id,
        policy=topic.policy, named=f"policy of topic {topic.name}",
    )  # fmt: skip


def check_topic_policy(text: str, arn: str) -> None:
    """Raise SNS's refusal of a policy for the topic with this ARN that it does not take."""
    if len(text.encode()) > LARGEST_POLICY:
        raise invalid("Policy Error: the policy is too long")
    try:
        parse(text, name=f"policy of {arn}", kind="resource")
        statements = json.loads(text)["Statement"]
    except (PolicyError, ValueError, KeyError, TypeError):
        raise invalid("Policy Error: null") from None
    for statement in statements if isinstance(statements, list) else [statements]:
        if "Principal" not in statement and "NotPrincipal" not in statement:
            raise invalid("Policy statement must contain principals")
        if any(action.lower() not in _ACTIONS for action in _texts(statement.get("Action"))):
            raise invalid("Policy statement action out of service scope!")
        if any(resource not in {arn, "*"} for resource in _texts(statement.get("Resource"))):
            raise invalid("Invalid policy resource: it must be the topic")


def invalid(what: str) -> Refusal:
    """SNS's answer to a request that makes no sense."""
    return Refusal("InvalidParameter", f"Invalid parameter: {what}")


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value is not None else []
