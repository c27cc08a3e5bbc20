"""Trusted access and delegated administrators of the organization (botocore model organizations/2016-11-28)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.organizations.models import FakeDelegatedAdministrator, FakeServiceAccess

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.tree import describe_account
from trailkeep.lab.world import World

# Services that can be trusted, or can have a delegated administrator, and are missing from moto's lists.
_MORE = (
    "account.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "iam.amazonaws.com",
    "inspector2.amazonaws.com",
    "member.org.stacksets.cloudformation.amazonaws.com",
    "securityhub.amazonaws.com",
    "securitylake.amazonaws.com",
    "stacksets.cloudformation.amazonaws.com",
    "storage-lens.s3.amazonaws.com",
)
FakeServiceAccess.TRUSTED_SERVICES.extend(s for s in _MORE if s not in FakeServiceAccess.TRUSTED_SERVICES)
DELEGABLE = frozenset(FakeDelegatedAdministrator.SUPPORTED_SERVICES) | frozenset(_MORE)
LIMITS = {"cloudtrail.amazonaws.com": 3, "config.amazonaws.com": 3, "securityhub.amazonaws.com": 1}
"""How many delegated administrators a service may have, where there is a limit."""


def delegate(world: World, account_id: str, service_principal: str) -> None:
    """Make an account delegated administrator for a service."""
    admins = world.organization.admins
    admin = next((a for a in admins if a.account.id == account_id), None)
    if admin is None:
        admin = FakeDelegatedAdministrator(world.account(account_id))
        admins.append(admin)
    admin.services[service_principal] = {
        "ServicePrincipal": service_principal,
        "DelegationEnabledDate": world.clock.now(),
    }


def withdraw(world: World, account_id: str, service_principal: str) -> None:
    """Take a delegation back."""
    organization = world.organization
    for admin in list(organization.admins):
        if admin.account.id == account_id:
            admin.services.pop(service_principal, None)
            if not admin.services:
                organization.admins.remove(admin)


def admins_of(world: World, service_principal: str) -> list[str]:
    """The accounts that are delegated administrators for a service."""
    return [a.account.id for a in world.organization.admins if service_principal in a.services]


def register(call: Call, world: World) -> dict[str, Any]:
    """RegisterDelegatedAdministrator."""
    account, service = _named(call, world)
    if not world.trusts(service):
        raise _violation("SERVICE_ACCESS_NOT_ENABLED", f"You must enable service access for {service} first.")
    if account.state != "ACTIVE":
        raise _violation(
            "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
            "You cannot register a suspended account as a delegated administrator.",
        )
    if world.is_delegated(account.id, service):
        raise Refusal(
            "AccountAlreadyRegisteredException",
            "The provided account is already a delegated administrator for your organization.",
        )
    if len(admins_of(world, service)) >= LIMITS.get(service, 5):
        raise _violation(
            "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED",
            "You have reached the maximum number of delegated administrators for this service.",
        )
    delegate(world, account.id, service)
    return {}


def deregister(call: Call, world: World) -> dict[str, Any]:
    """DeregisterDelegatedAdministrator."""
    account, service = _named(call, world)
    if not world.is_delegated(account.id, service):
        raise Refusal(
            "AccountNotRegisteredException",
            "The provided account is not a registered delegated administrator for your organization.",
        )
    withdraw(world, account.id, service)
    return {}


def list_administrators(call: Call, world: World) -> dict[str, Any]:
    """ListDelegatedAdministrators, 20 a page."""
    service = call.params.get("ServicePrincipal")
    if service and service not in DELEGABLE:
        raise Refusal("InvalidInputException", "You specified an unrecognized service principal.")
    found = [
        {
            **describe_account(world, admin.account),
            "DelegationEnabledDate": min(s["DelegationEnabledDate"] for s in admin.services.values()),
        }
        for admin in world.organization.admins
        if service is None or service in admin.services
    ]
    return page(call, "DelegatedAdministrators", found, size=20)


def list_services(call: Call, world: World) -> dict[str, Any]:
    """ListDelegatedServicesForAccount, 20 a page."""
    account_id = call.params.get("AccountId", "")
    if world.account(account_id) is None:
        raise Refusal("AccountNotFoundException", "You specified an account that doesn't exist.")
    admin = next((a for a in world.organization.admins if a.account.id == account_id), None)
    if admin is None:
        raise Refusal(
            "AccountNotRegisteredException",
            "The provided account is not a registered delegated administrator for your organization.",
        )
    return page(call, "DelegatedServices", list(admin.services.values()), size=20)


def list_trusted(call: Call, world: World) -> dict[str, Any]:
    """ListAWSServiceAccessForOrganization, 20 a page."""
    return page(call, "EnabledServicePrincipals", list(world.organization.services), size=20)


def _named(call: Call, world: World) -> tuple[Any, str]:
    account_id, service = str(call.params.get("AccountId", "")), str(call.params.get("ServicePrincipal", ""))
    if account_id == world.management:
        raise _violation(
            "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
            "You cannot register master account/yourself as delegated administrator for your organization.",
        )
    account = world.account(account_id)
    if account is None:
        raise Refusal("AccountNotFoundException", "You specified an account that doesn't exist.")
    if service not in DELEGABLE:
        raise Refusal("InvalidInputException", "You specified an unrecognized service principal.")
    return account, service


def _violation(reason: str, message: str) -> Refusal:
    return Refusal("ConstraintViolationException", message, Reason=reason)


ANSWERS: Mapping[str, Any] = {
    "RegisterDelegatedAdministrator": register,
    "DeregisterDelegatedAdministrator": deregister,
    "ListDelegatedAdministrators": list_administrators,
    "ListDelegatedServicesForAccount": list_services,
    "ListAWSServiceAccessForOrganization": list_trusted,
}
