"""AWS Organizations: who may ask it, and everything that moto does not answer as AWS does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab import (
    account_creation,
    all_features,
    delegation,
    organization_resource_policy,
    policy_attachment,
    tree,
)
from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.resources import resource_of
from trailkeep.lab.world import World

FROM_ANYWHERE = frozenset({"AcceptHandshake", "DescribeOrganization", "LeaveOrganization", "ListHandshakesForAccount"})
"""What every member account may ask (AWS Organizations User Guide, calling operations from a member account)."""


def may_ask(call: Call, world: World) -> bool:
    """The management account may everything, a delegated administrator may read, a member may ask where it belongs.

    The organization's resource policy may open more to a member, or close it.
    """
    word = organization_resource_policy.word_of(call, world, resource_of(call, world).arn)
    if word is not None:
        return word
    if call.account == world.management or call.action in FROM_ANYWHERE:
        return True
    return call.action.startswith(("Describe", "List")) and world.is_delegated(call.account)


def leave(call: Call, world: World) -> dict[str, Any]:
    """LeaveOrganization: an invited account may; one that was created here lacks what a standalone account needs."""
    account = world.account(call.account)
    if call.account == world.management:
        raise Refusal("MasterCannotLeaveOrganizationException", "The management account can't leave the organization.")
    if account is None:
        raise Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    if account.joined_method != "INVITED":
        raise Refusal(
            "ConstraintViolationException",
            "The account is missing the information that it needs to operate as a standalone account.",
            Reason="MEMBER_ACCOUNT_PAYMENT_INSTRUMENT_REQUIRED",
        )
    if world.is_delegated(call.account):
        raise Refusal(
            "ConstraintViolationException",
            "A delegated administrator can't leave the organization.",
            Reason="CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
        )
    world.organization.accounts.remove(account)
    return {}


def _settled(answer: Callable[[Call, World], Any]) -> Callable[[Call, World], Any]:
    def settle_first(call: Call, world: World) -> Any:
        account_creation.settle(world)
        return answer(call, world)

    return settle_first


ANSWERS: Mapping[str, Any] = {
    name: _settled(answer)
    for part in (tree, account_creation, all_features, policy_attachment, delegation, organization_resource_policy)
    for name, answer in part.ANSWERS.items()
} | {"LeaveOrganization": leave}
