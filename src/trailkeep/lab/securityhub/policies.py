"""Configuration policies (botocore model securityhub/2018-10-26; Security Hub User Guide, configuration policies)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.securityhub.organization import need_central
from trailkeep.lab.securityhub.settle import SELF_MANAGED
from trailkeep.lab.securityhub.standards import STANDARDS, arn_of
from trailkeep.lab.securityhub.state import Central, ConfigurationPolicy, state_of
from trailkeep.lab.securityhub.wire import asked, beyond, conflict, invalid_input, listed, missing, new_id, stamp
from trailkeep.lab.world import World

_NAME = re.compile(r"[A-Za-z0-9\-.!*/_ ]{1,128}")
_CONTROL = re.compile(r"[A-Za-z0-9]+\.\d+")
_LISTS = ("EnabledSecurityControlIdentifiers", "DisabledSecurityControlIdentifiers")
MOST = 20


def create(call: Call, world: World) -> dict[str, Any]:
    """CreateConfigurationPolicy."""
    central, wants = need_central(call, world), asked(call)
    name = _name(central, wants)
    document = checked(call, wants.get("ConfigurationPolicy"))
    if len(central.policies) >= MOST:
        raise beyond("The organization has as many configuration policies as it may")
    number, now = new_id(state_of(world), "policy"), world.clock.now()
    made = ConfigurationPolicy(
        id=number,
        arn=f"arn:aws:securityhub:{call.region}:{call.account}:configuration-policy/{number}",
        name=name,
        description=str(wants.get("Description") or ""),
        document=document,
        created=now,
        updated=now,
    )
    central.policies[number] = made
    return _shown(made)


def get(call: Call, world: World) -> dict[str, Any]:
    """GetConfigurationPolicy."""
    return _shown(policy_named(need_central(call, world), str(asked(call).get("Identifier", ""))))


def list_all(call: Call, world: World) -> dict[str, Any]:
    """ListConfigurationPolicies."""
    found = [
        {
            "Arn": one.arn,
            "Id": one.id,
            "Name": one.name,
            "Description": one.description,
            "UpdatedAt": stamp(one.updated),
            "ServiceEnabled": bool(one.settings.get("ServiceEnabled")),
        }
        for one in need_central(call, world).policies.values()
    ]
    return listed(call, "ConfigurationPolicySummaries", found)


def update(call: Call, world: World) -> dict[str, Any]:
    """UpdateConfigurationPolicy: who has it is configured anew."""
    central, wants = need_central(call, world), asked(call)
    found = policy_named(central, str(wants.get("Identifier", "")))
    if wants.get("Name") not in {None, found.name}:
        found.name = _name(central, wants)
    if "Description" in wants:
        found.description = str(wants["Description"])
    if wants.get("ConfigurationPolicy"):
        found.document = checked(call, wants["ConfigurationPolicy"])
    found.updated = world.clock.now()
    return _shown(found)


def delete(call: Call, world: World) -> dict[str, Any]:
    """DeleteConfigurationPolicy: only one that no target has."""
    central = need_central(call, world)
    found = policy_named(central, str(asked(call).get("Identifier", "")))
    if any(policy == found.id for policy, _ in central.associations.values()):
        raise conflict("The configuration policy is associated with a target; disassociate it first")
    del central.policies[found.id]
    return {}


def policy_named(central: Central, identifier: str) -> ConfigurationPolicy:
    """The policy with an id or ARN. Raises ResourceNotFoundException."""
    for one in central.policies.values():
        if identifier in {one.id, one.arn}:
            return one
    raise missing(f"Configuration policy {identifier} not found")


def _name(central: Central, wants: Mapping[str, Any]) -> str:
    name = str(wants.get("Name", ""))
    if not _NAME.fullmatch(name) or name == SELF_MANAGED:
        raise invalid_input("Invalid parameter 'Name'")
    if any(one.name == name for one in central.policies.values()):
        raise conflict(f"A configuration policy with the name {name} already exists")
    return name


def checked(call: Call, document: Any) -> dict[str, Any]:
    """A policy's document. Raises InvalidInputException for one that Security Hub would not take."""
    settings = document.get("SecurityHub") if isinstance(document, dict) else None
    if not isinstance(settings, dict) or not isinstance(settings.get("ServiceEnabled"), bool):
        raise invalid_input("ConfigurationPolicy must say SecurityHub.ServiceEnabled")
    standards, controls = settings.get("EnabledStandardIdentifiers"), settings.get("SecurityControlsConfiguration")
    if not settings["ServiceEnabled"]:
        if standards or controls:
            raise invalid_input("A policy that disables Security Hub names no standards and no controls")
        return dict(document)
    if standards is None or controls is None:
        raise invalid_input("EnabledStandardIdentifiers and SecurityControlsConfiguration must be provided")
    if not set(standards) <= {arn_of(path, call.region) for path in STANDARDS}:
        raise invalid_input("Invalid parameter 'EnabledStandardIdentifiers'")
    named = [key for key in _LISTS if key in controls]
    if len(named) != 1:
        raise invalid_input("Either enabled or disabled security controls must be provided")
    if not all(_CONTROL.fullmatch(str(one)) for one in controls[named[0]]):
        raise invalid_input(f"Invalid parameter '{named[0]}'")
    return dict(document)


def _shown(one: ConfigurationPolicy) -> dict[str, Any]:
    return {
        "Arn": one.arn,
        "Id": one.id,
        "Name": one.name,
        "Description": one.description,
        "UpdatedAt": stamp(one.updated),
        "CreatedAt": stamp(one.created),
        "ConfigurationPolicy": one.document,
    }


ANSWERS: Mapping[str, Any] = {
    "CreateConfigurationPolicy": create,
    "GetConfigurationPolicy": get,
    "ListConfigurationPolicies": list_all,
    "UpdateConfigurationPolicy": update,
    "DeleteConfigurationPolicy": delete,
}
