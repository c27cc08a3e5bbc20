"""CloudTrail's delegated administrators (botocore model cloudtrail RegisterOrganizationDelegatedAdmin)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.delegation import LIMITS, admins_of, delegate, withdraw
from trailkeep.lab.members import ensure_service_role
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.trails import SERVICE
from trailkeep.lab.world import World


def register(call: Call, world: World) -> dict[str, Any]:
    """RegisterOrganizationDelegatedAdmin: also makes the service-linked role in the management account."""
    account = _member(call, world, "MemberAccountId")
    if account == world.management:
        raise Refusal(
            "CannotDelegateManagementAccountException", "The management account cannot be a delegated administrator."
        )
    if not world.trusts(SERVICE):
        raise Refusal(
            "CloudTrailAccessNotEnabledException", "Enable trusted access for CloudTrail in your organization first."
        )
    if world.is_delegated(account, SERVICE):
        raise Refusal("AccountRegisteredException", "The account is already a delegated administrator for CloudTrail.")
    if len(admins_of(world, SERVICE)) >= LIMITS[SERVICE]:
        raise Refusal(
            "DelegatedAdminAccountLimitExceededException", "The maximum number of delegated administrators is reached."
        )
    delegate(world, account, SERVICE)
    ensure_service_role(world, world.management, SERVICE)
    return {}


def deregister(call: Call, world: World) -> dict[str, Any]:
    """DeregisterOrganizationDelegatedAdmin."""
    account = _member(call, world, "DelegatedAdminAccountId")
    if not world.is_delegated(account, SERVICE):
        raise Refusal("AccountNotRegisteredException", "The account is not a delegated administrator for CloudTrail.")
    withdraw(world, account, SERVICE)
    return {}


def _member(call: Call, world: World, member: str) -> str:
    if call.account != world.management:
        raise Refusal("NotOrganizationManagementAccountException", "The request must come from the management account.")
    account = str(call.params.get(member, ""))
    if world.account(account) is None:
        raise Refusal("AccountNotFoundException", "The account is not a member of the organization.")
    return account


ANSWERS: Mapping[str, Any] = {
    "RegisterOrganizationDelegatedAdmin": register,
    "DeregisterOrganizationDelegatedAdmin": deregister,
}
