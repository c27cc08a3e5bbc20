"""Who administers Security Hub, what central configuration reaches, and what it has done by now.

Sources: AWS Security Hub User Guide, central-configuration-intro, aggregation-central-configuration,
designate-orgs-admin-account and securityhub-settingup.
"""

from __future__ import annotations

from collections.abc import Iterator

from trailkeep.lab.delegation import admins_of
from trailkeep.lab.securityhub.state import SETTLES, Aggregator, ConfigurationPolicy, Hub, SecurityHub, state_of
from trailkeep.lab.world import World

PRINCIPAL = "securityhub.amazonaws.com"
SELF_MANAGED = "SELF_MANAGED_SECURITY_HUB"


def administrator(world: World) -> str | None:
    """The account that is delegated administrator for Security Hub, as Organizations knows it."""
    return next(iter(admins_of(world, PRINCIPAL)), None)


def administers(world: World, account: str, region: str) -> bool:
    """Whether an account is Security Hub's administrator in a Region."""
    state = state_of(world)
    return account == administrator(world) and (region in state.designated or region in governed_regions(world))


def home(world: World) -> Aggregator | None:
    """The administrator's finding aggregator: its Region is the home Region."""
    admin = administrator(world)
    return state_of(world).aggregators.get(admin) if admin else None


def linked(world: World, aggregator: Aggregator) -> tuple[str, ...]:
    """The Regions whose findings an aggregator gathers, its own not among them."""
    others = [region for region in world.regions.enabled(aggregator.account) if region != aggregator.region]
    match aggregator.mode:
        case "ALL_REGIONS":
            return tuple(others)
        case "ALL_REGIONS_EXCEPT_SPECIFIED":
            return tuple(region for region in others if region not in aggregator.regions)
        case "SPECIFIED_REGIONS":
            return tuple(region for region in others if region in aggregator.regions)
        case _:
            return ()


def governed_regions(world: World) -> tuple[str, ...]:
    """Where configuration policies are in force: the home Region and those linked to it."""
    aggregator = home(world)
    if aggregator is None or state_of(world).central is None:
        return ()
    return (aggregator.region, *linked(world, aggregator))


def chain(world: World, target: str) -> Iterator[str]:
    """An account, OU or root and what it is in, innermost first."""
    units = {unit.id: unit for unit in world.organization.ou}
    account = world.account(target)
    if account is not None:
        yield target
        target = str(account.parent_id)
    while target in units:
        yield target
        target = str(units[target].parent_id or "")


def association(world: World, target: str) -> tuple[str, str, float] | None:
    """The configuration in force for a target: policy id, where it was applied, and when; None when there is none."""
    central = state_of(world).central
    if central is None:
        return None
    for place in chain(world, target):
        if place in central.associations:
            policy, moment = central.associations[place]
            found = central.policies.get(policy)
            return policy, place, max(moment, found.updated) if found else moment
    return None


def governing(world: World, account: str, region: str) -> ConfigurationPolicy | None:
    """The policy by which the administrator manages an account in a Region; None for a self-managed one."""
    central, found = state_of(world).central, association(world, account)
    if central is None or found is None or region not in governed_regions(world):
        return None
    return central.policies.get(found[0])


def is_pending(world: World, target: str) -> bool:
    """Whether what was last said about the configuration of a root, OU or account has yet to take effect."""
    found = association(world, target)
    return found is not None and world.clock.now() - found[2] < SETTLES


def settle(world: World) -> None:
    """Let everything be done that has become due."""
    state = state_of(world)
    admin = administrator(world)
    if state.administrator is not None and state.administrator != admin:
        forget_central(state)
        state.designated.clear()
        state.aggregators.pop(state.administrator, None)
    state.administrator = admin
    if state.central is None:
        return
    for account in world.members():
        if account.state == "ACTIVE" and not is_pending(world, account.id):
            for region in _regions(world, account.id):
                _obey(world, state, account.id, region)


def forget_central(state: SecurityHub) -> None:
    """Back to local configuration; accounts keep the settings they have."""
    state.central = None


def _regions(world: World, account: str) -> list[str]:
    enabled = world.regions.enabled(account)
    return [region for region in governed_regions(world) if region in enabled]


def _obey(world: World, state: SecurityHub, account: str, region: str) -> None:
    policy = governing(world, account, region)
    if policy is None:
        return
    if not policy.settings.get("ServiceEnabled"):
        if account != administrator(world):  # its hub stays on (Security Hub API Reference, DisableSecurityHub)
            switch_off(world, account, region)
        return
    hub = state.hubs.get((account, region)) or switch_on(world, account, region)
    wanted = [_here(str(arn), region) for arn in policy.settings.get("EnabledStandardIdentifiers") or ()]
    hub.standards = {arn: hub.standards.get(arn, world.clock.now()) for arn in wanted}


def _here(arn: str, region: str) -> str:
    """The ARN of the same standard in another Region."""
    parts = arn.split(":")
    return ":".join([*parts[:3], region if parts[3] else "", *parts[4:]])


def switch_on(world: World, account: str, region: str) -> Hub:
    """Security Hub CSPM on in an account and Region; moto is told, so that its other answers know."""
    hub = state_of(world).hubs[account, region] = Hub(since=world.clock.now())
    world.backend("securityhub", account, region).enabled = True
    return hub


def switch_off(world: World, account: str, region: str) -> None:
    """Security Hub CSPM off, with its findings gone."""
    if state_of(world).hubs.pop((account, region), None) is not None:
        world.backend("securityhub", account, region).enabled = False
