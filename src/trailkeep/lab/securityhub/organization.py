"""Security Hub's administrator, and how it configures the organization (botocore model securityhub/2018-10-26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.delegation import delegate, withdraw
from trailkeep.lab.refusal import not_in_lab
from trailkeep.lab.securityhub.settle import (
    PRINCIPAL,
    administers,
    administrator,
    forget_central,
    governed_regions,
    home,
    settle,
    switch_on,
)
from trailkeep.lab.securityhub.state import SETTLES, Central, SecurityHub, state_of
from trailkeep.lab.securityhub.wire import asked, conflict, invalid_access, invalid_input, listed, not_subscribed
from trailkeep.lab.world import World


def list_administrators(call: Call, world: World) -> dict[str, Any]:
    """ListOrganizationAdminAccounts: of this Region."""
    _need_management(call, world)
    _need_first_feature(call)
    admin = administrator(world)
    found = [{"AccountId": admin, "Status": "ENABLED"}] if admin and administers(world, admin, call.region) else []
    return {**listed(call, "AdminAccounts", found, size=10), "Feature": "SecurityHub"}


def enable_administrator(call: Call, world: World) -> dict[str, Any]:
    """EnableOrganizationAdminAccount: for this Region; Organizations learns of it, and the account's hub is on."""
    _need_management(call, world)
    _need_first_feature(call)
    state, wanted = state_of(world), str(asked(call).get("AdminAccountId", ""))
    account = world.account(wanted)
    if account is None or account.state != "ACTIVE":
        raise invalid_input(f"Account {wanted} is not an active member of the organization")
    if wanted == world.management:
        raise invalid_input("The organization management account cannot be the delegated administrator")
    before = administrator(world)
    if before is not None and before != wanted:
        raise invalid_input(f"Account {before} is the Security Hub administrator already")
    if not world.trusts(PRINCIPAL):
        world.organization.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    if before is None:
        delegate(world, wanted, PRINCIPAL)
    state.administrator = wanted
    state.designated.add(call.region)
    if (wanted, call.region) not in state.hubs:
        switch_on(world, wanted, call.region)
    return {"AdminAccountId": wanted, "Feature": "SecurityHub"}


def disable_administrator(call: Call, world: World) -> dict[str, Any]:
    """DisableOrganizationAdminAccount: not while the organization is configured centrally (Security Hub User Guide)."""
    _need_management(call, world)
    _need_first_feature(call)
    state, wanted = state_of(world), str(asked(call).get("AdminAccountId", ""))
    if wanted != administrator(world) or not administers(world, wanted, call.region):
        raise invalid_input(f"Account {wanted} is not the Security Hub administrator")
    if state.central is not None:
        raise invalid_input("The administrator cannot be removed while central configuration is used")
    state.designated.discard(call.region)
    if not state.designated:
        withdraw(world, wanted, PRINCIPAL)
        settle(world)
    return {}


def describe(call: Call, world: World) -> dict[str, Any]:
    """DescribeOrganizationConfiguration."""
    _need_administrator(call, world)
    state = state_of(world)
    if state.central is not None and call.region in governed_regions(world):
        status = "PENDING" if _is_pending(state, world) else "ENABLED"
        kind, auto, standards = "CENTRAL", False, "NONE"
    else:
        kind, status = "LOCAL", "ENABLED"
        auto, standards = state.local.get(call.region, (False, "DEFAULT"))
    return {
        "AutoEnable": auto,
        "MemberAccountLimitReached": False,
        "AutoEnableStandards": standards,
        "OrganizationConfiguration": {"ConfigurationType": kind, "Status": status},
    }


def update(call: Call, world: World) -> dict[str, Any]:
    """UpdateOrganizationConfiguration: local settings of this Region, or to and from central configuration."""
    _need_administrator(call, world)
    state, wants = state_of(world), asked(call)
    auto, standards = bool(wants.get("AutoEnable")), wants.get("AutoEnableStandards")
    kind = (wants.get("OrganizationConfiguration") or {}).get("ConfigurationType")
    if standards not in {None, "NONE", "DEFAULT"} or kind not in {None, "CENTRAL", "LOCAL"}:
        raise invalid_input("Invalid parameter 'AutoEnableStandards' or 'ConfigurationType'")
    if state.central is not None and _is_pending(state, world):
        raise conflict("The organization configuration is being changed; try again when its status is ENABLED")
    if kind == "CENTRAL" or (kind is None and state.central is not None):
        _centralize(call, world, auto=auto, standards=standards)
    else:
        _need_home_to_leave(call, world, state)
        forget_central(state)
        before = state.local.get(call.region, (False, "DEFAULT"))
        state.local[call.region] = auto, str(standards or before[1])
    return {}


def _centralize(call: Call, world: World, *, auto: bool, standards: str | None) -> None:
    state, aggregator = state_of(world), home(world)
    if auto or standards == "DEFAULT":
        raise invalid_input("Auto Enable and AutoEnableStandards can not be enabled for Central Configuration")
    if aggregator is None:
        raise invalid_input("Central configuration needs a finding aggregator")
    if aggregator.region != call.region:
        raise invalid_access(f"Central configuration is set in the home Region, {aggregator.region}")
    if state.central is None:
        state.central = Central(since=world.clock.now())


def _need_home_to_leave(call: Call, world: World, state: SecurityHub) -> None:
    aggregator = home(world)
    if state.central is not None and aggregator is not None and aggregator.region != call.region:
        raise invalid_access(f"Central configuration is set in the home Region, {aggregator.region}")


def _is_pending(state: SecurityHub, world: World) -> bool:
    return state.central is not None and world.clock.now() - state.central.since < SETTLES


def need_central(call: Call, world: World) -> Central:
    """Central configuration, for the administrator in the home Region. Raises what everybody else is told."""
    _need_administrator(call, world)
    state, aggregator = state_of(world), home(world)
    if state.central is None or aggregator is None or _is_pending(state, world):
        raise invalid_access("Central configuration is not enabled for this organization")
    if aggregator.region != call.region:
        raise invalid_access(f"Configuration policies are managed in the home Region, {aggregator.region}")
    return state.central


def _need_management(call: Call, world: World) -> None:
    if call.account != world.management:
        raise invalid_access(f"Account {call.account} is not the management account of the organization")


def _need_administrator(call: Call, world: World) -> None:
    if not administers(world, call.account, call.region):
        raise invalid_access(f"Account {call.account} is not an administrator for this organization")
    if (call.account, call.region) not in state_of(world).hubs:
        raise not_subscribed(call)


def _need_first_feature(call: Call) -> None:
    if asked(call).get("Feature", "SecurityHub") != "SecurityHub":
        raise not_in_lab(call, "administrators of the newer Security Hub")


ANSWERS: Mapping[str, Any] = {
    "ListOrganizationAdminAccounts": list_administrators,
    "EnableOrganizationAdminAccount": enable_administrator,
    "DisableOrganizationAdminAccount": disable_administrator,
    "DescribeOrganizationConfiguration": describe,
    "UpdateOrganizationConfiguration": update,
}
