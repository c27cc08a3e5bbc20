"""Which configuration a root, OU or account has, applied or inherited (botocore model securityhub/2018-10-26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.securityhub.organization import need_central
from trailkeep.lab.securityhub.policies import policy_named
from trailkeep.lab.securityhub.settle import SELF_MANAGED, association, is_pending, settle
from trailkeep.lab.securityhub.state import Central
from trailkeep.lab.securityhub.wire import asked, invalid_input, listed, missing, stamp
from trailkeep.lab.world import World

_KINDS = {"AccountId": "ACCOUNT", "OrganizationalUnitId": "ORGANIZATIONAL_UNIT", "RootId": "ROOT"}


def associate(call: Call, world: World) -> dict[str, Any]:
    """StartConfigurationPolicyAssociation: pending at first; what the target was associated with is replaced."""
    central = need_central(call, world)
    policy = _policy(call, central)
    target = _target(call, world)
    central.associations[target] = policy, world.clock.now()
    return _shown(world, target)


def disassociate(call: Call, world: World) -> dict[str, Any]:
    """StartConfigurationPolicyDisassociation: the target inherits again, or keeps its settings and manages itself."""
    central = need_central(call, world)
    policy, target = _policy(call, central), _target(call, world)
    if central.associations.get(target, ("", 0.0))[0] != policy:
        raise missing(f"{target} is not associated with {policy}")
    del central.associations[target]
    settle(world)
    return {}


def get(call: Call, world: World) -> dict[str, Any]:
    """GetConfigurationPolicyAssociation."""
    need_central(call, world)
    target = _target(call, world)
    if association(world, target) is None:
        raise missing(f"{target} is not associated with a configuration")
    return _shown(world, target)


def list_all(call: Call, world: World) -> dict[str, Any]:
    """ListConfigurationPolicyAssociations, 100 a page."""
    need_central(call, world)
    filters = asked(call).get("Filters") or {}
    every = [_shown(world, target) for target in _targets(world) if association(world, target) is not None]
    found = [one for one in every if all(one.get(name) == value for name, value in filters.items())]
    return listed(call, "ConfigurationPolicyAssociationSummaries", found)


def _policy(call: Call, central: Central) -> str:
    identifier = str(asked(call).get("ConfigurationPolicyIdentifier", ""))
    return SELF_MANAGED if identifier == SELF_MANAGED else policy_named(central, identifier).id


def _target(call: Call, world: World) -> str:
    named = asked(call).get("Target") or {}
    if len(named) != 1 or next(iter(named)) not in _KINDS:
        raise invalid_input("Target must name one account, organizational unit or root")
    ((member, wanted),) = named.items()
    if wanted not in _targets(world) or _kind(world, str(wanted)) != _KINDS[member]:
        raise missing(f"{wanted} is not part of the organization")
    return str(wanted)


def _targets(world: World) -> list[str]:
    return [*(str(unit.id) for unit in world.organization.ou), *(str(one.id) for one in world.members())]


def _kind(world: World, target: str) -> str:
    if target == world.organization.org.root_id:
        return "ROOT"
    return "ACCOUNT" if world.account(target) is not None else "ORGANIZATIONAL_UNIT"


def _shown(world: World, target: str) -> dict[str, Any]:
    found = association(world, target)
    if found is None:
        raise missing(f"{target} is not associated with a configuration")
    policy, place, moment = found
    return {
        "ConfigurationPolicyId": policy,
        "TargetId": target,
        "TargetType": _kind(world, target),
        "AssociationType": "APPLIED" if place == target else "INHERITED",
        "UpdatedAt": stamp(moment),
        "AssociationStatus": "PENDING" if is_pending(world, target) else "SUCCESS",
    }


ANSWERS: Mapping[str, Any] = {
    "StartConfigurationPolicyAssociation": associate,
    "StartConfigurationPolicyDisassociation": disassociate,
    "GetConfigurationPolicyAssociation": get,
    "ListConfigurationPolicyAssociations": list_all,
}
