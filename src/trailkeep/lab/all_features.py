"""From consolidated billing to all features: a handshake with every invited account, which the management account ends.

Source: botocore model organizations EnableAllFeatures, AcceptHandshake (Action ENABLE_ALL_FEATURES,
APPROVE_ALL_FEATURES), ListHandshakesForOrganization.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

_WHOLE = "h-allfeatures00"


def enable(call: Call, world: World) -> dict[str, Any]:
    """Ask every invited account; with none left to ask, the management account's own handshake is open."""
    if world.organization.org.feature_set == "ALL":
        raise _refused("ORGANIZATION_ALREADY_HAS_ALL_FEATURES", "The organization already has all features enabled.")
    if world.approvals is not None:
        raise _refused("ORGANIZATION_FROM_DIFFERENT_SELLER_OF_RECORD", "All features have been asked for already.")
    invited = {a.id for a in world.scenario.accounts if a.invited and a.state == "ACTIVE"}
    world.approvals = dict.fromkeys(sorted(invited), False)
    return {"Handshake": _whole(call, world)}


def accept(call: Call, world: World) -> dict[str, Any]:
    """An invited account agrees, or the management account ends what everybody has agreed to."""
    wanted = str(call.params.get("HandshakeId", ""))
    approvals = world.approvals or {}
    if wanted == _WHOLE and call.account == world.management and world.approvals is not None:
        if not all(approvals.values()):
            raise Refusal("InvalidHandshakeTransitionException", "Not every invited account has agreed.")
        world.organization.org.feature_set = "ALL"
        return {"Handshake": _whole(call, world)}
    if wanted == f"h-{call.account}" and call.account in approvals:
        approvals[call.account] = True
        return {"Handshake": _one(world, call.account)}
    raise Refusal("HandshakeNotFoundException", "You specified a handshake that doesn't exist.")


def of_organization(call: Call, world: World) -> dict[str, Any]:
    """ListHandshakesForOrganization, 20 a page."""
    if world.approvals is None:
        return page(call, "Handshakes", [], size=20)
    wanted = (call.params.get("Filter") or {}).get("ActionType")
    every = [_whole(call, world), *(_one(world, account) for account in world.approvals)]
    return page(call, "Handshakes", [h for h in every if wanted in {None, h["Action"]}], size=20)


def of_account(call: Call, world: World) -> dict[str, Any]:
    """ListHandshakesForAccount, 20 a page."""
    mine = [_one(world, call.account)] if call.account in (world.approvals or {}) else []
    return page(call, "Handshakes", mine, size=20)


def _whole(_call: Call, world: World) -> dict[str, Any]:
    done = world.organization.org.feature_set == "ALL"
    agreed = all((world.approvals or {}).values())
    return _handshake(world, _WHOLE, "ENABLE_ALL_FEATURES", "ACCEPTED" if done else "OPEN" if agreed else "REQUESTED")


def _one(world: World, account: str) -> dict[str, Any]:
    agreed = (world.approvals or {}).get(account)
    return _handshake(world, f"h-{account}", "APPROVE_ALL_FEATURES", "ACCEPTED" if agreed else "OPEN")


def _handshake(world: World, handshake: str, action: str, state: str) -> dict[str, Any]:
    arn = f"arn:aws:organizations::{world.management}:handshake/{world.organization_id}/{action.lower()}/{handshake}"
    return {"Id": handshake, "Arn": arn, "Action": action, "State": state}


def _refused(reason: str, message: str) -> Refusal:
    return Refusal("HandshakeConstraintViolationException", message, Reason=reason)


ANSWERS: Mapping[str, Any] = {
    "AcceptHandshake": accept,
    "EnableAllFeatures": enable,
    "ListHandshakesForAccount": of_account,
    "ListHandshakesForOrganization": of_organization,
}
