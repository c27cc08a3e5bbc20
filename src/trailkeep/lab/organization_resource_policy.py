"""The organization's resource policy (botocore model organizations/2016-11-28, PutResourcePolicy and its sisters)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from trailkeep.authz.policy import parse
from trailkeep.authz.request import Layer, Verdict
from trailkeep.errors import PolicyError
from trailkeep.lab.call import Call
from trailkeep.lab.decision import Ask, decide
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.request_context import context_of
from trailkeep.lab.world import World

LARGEST = 40_000
_POLICIES: WeakKeyDictionary[World, str] = WeakKeyDictionary()


def put_policy(call: Call, world: World) -> dict[str, Any]:
    """PutResourcePolicy: there is one, and it is replaced as a whole."""
    _check_management(call, world)
    content = str(call.params.get("Content", ""))
    if not 1 <= len(content) <= LARGEST:
        raise Refusal("ConstraintViolationException", "The policy is too long.", Reason="POLICY_CONTENT_LIMIT_EXCEEDED")
    _check(content)
    _POLICIES[world] = content
    return {"ResourcePolicy": _shown(world, content)}


def describe_policy(_: Call, world: World) -> dict[str, Any]:
    """DescribeResourcePolicy: for the management account and delegated administrators."""
    return {"ResourcePolicy": _shown(world, _content(world))}


def delete_policy(call: Call, world: World) -> dict[str, Any]:
    """DeleteResourcePolicy."""
    _check_management(call, world)
    _content(world)
    del _POLICIES[world]
    return {}


def word_of(call: Call, world: World, arn: str) -> bool | None:
    """What the resource policy says of a member's call about `arn`: yes, no, or nothing.

    Source: AWS Organizations User Guide, delegated administrator for AWS Organizations.
    """
    content = _POLICIES.get(world)
    if content is None or call.account == world.management:
        return None
    name = "organization's resource policy"
    ask = Ask(action=call.permission, resource=arn, owner=world.management, policy=content, named=name)
    decision = decide(world, call.caller, ask, context_of(call, world))
    if decision.is_allowed:
        return True
    denies = decision.verdict is Verdict.EXPLICITLY_DENIED
    return False if denies and decision.reasons[-1].layer is Layer.RESOURCE else None


def _content(world: World) -> str:
    if world not in _POLICIES:
        raise Refusal(
            "ResourcePolicyNotFoundException",
            "We can't find a resource policy request with the parameter that you specified.",
        )
    return _POLICIES[world]


def _shown(world: World, content: str) -> dict[str, Any]:
    identity = f"rp-{hashlib.sha256(world.organization_id.encode()).hexdigest()[:8]}"
    arn = f"arn:aws:organizations::{world.management}:resourcepolicy/{world.organization_id}/{identity}"
    return {"ResourcePolicySummary": {"Id": identity, "Arn": arn}, "Content": content}


def _check_management(call: Call, world: World) -> None:
    if call.account != world.management:
        raise Refusal("AccessDeniedException", "You don't have permissions to access this resource.")


def _check(content: str) -> None:
    try:
        parse(content, name="resource policy", kind="resource")
        document = json.loads(content)
    except (PolicyError, ValueError, RecursionError):
        raise _invalid("INVALID_RESOURCE_POLICY_JSON", "The provided policy document is not valid.") from None
    for statement in _listed(document.get("Statement")):
        if not statement.get("Principal"):
            raise _invalid("INVALID_PRINCIPAL", "The provided policy document names no principal.")
        if any(not str(a).lower().startswith("organizations:") for a in _listed(statement.get("Action"))):
            raise _invalid("UNSUPPORTED_ACTION_IN_RESOURCE_POLICY", "Only actions of Organizations can be delegated.")


def _listed(value: Any) -> Iterator[Any]:
    return iter(value if isinstance(value, list) else [value] if value is not None else [])


def _invalid(reason: str, message: str) -> Refusal:
    return Refusal("InvalidInputException", message, Reason=reason)


ANSWERS: Mapping[str, Any] = {
    "PutResourcePolicy": put_policy,
    "DescribeResourcePolicy": describe_policy,
    "DeleteResourcePolicy": delete_policy,
}
