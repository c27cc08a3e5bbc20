"""Credentials that the lab hands out, so that attacks can be tried as whoever would make them; and takes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trailkeep.lab.caller import Caller
from trailkeep.lab.delegation import delegate, withdraw
from trailkeep.lab.members import ADMINISTRATOR
from trailkeep.lab.sts import begin_session

if TYPE_CHECKING:
    from trailkeep.lab.world import World

ROLE = "TrailkeepLabAdministrator"
_TRUSTS_NOBODY = json.dumps({"Version": "2012-10-17", "Statement": []})


def hand_out(world: World, body: Any) -> dict[str, str]:
    """Credentials of an account's root user, or of a role of its own with every permission that IAM gives.

    `account` may be of another organization. `delegate` makes the account delegated administrator of a service.
    """
    account, kind = str(body["account"]), body["as"]
    if not (account.isdigit() and len(account) == 12) or kind not in {"root", "administrator"}:
        raise ValueError("give a 12-digit `account`, and `as` root or administrator")
    service = body.get("delegate")
    if service and not world.is_delegated(account, service):
        if world.account(account) is None:
            raise ValueError(f"{account} is not of this organization")
        delegate(world, account, service)
        world.handed_out.append(("delegation", account, service))
    return _root(world, account) if kind == "root" else _administrator(world, account)


def take_back(world: World, _: Any) -> dict[str, int]:
    """Undo everything that was handed out."""
    taken = len(world.handed_out)
    for kind, account, name in world.handed_out:
        match kind:
            case "delegation":
                withdraw(world, account, name)
            case "role":
                iam = world.iam(account)
                if any(role.name == name for role in iam.roles.values()):
                    _remove(iam, name)
            case _:
                world.sessions.pop(name, None)
    world.handed_out.clear()
    return {"taken_back": taken}


def _root(world: World, account: str) -> dict[str, str]:
    key = world.iam(account).create_temp_access_key()
    world.sessions[key.access_key_id] = Caller(account=account, arn=f"arn:aws:iam::{account}:root")
    world.handed_out.append(("key", account, key.access_key_id))
    return {"access_key": key.access_key_id, "secret_key": key.secret_access_key, "session_token": ""}


def _administrator(world: World, account: str) -> dict[str, str]:
    iam = world.iam(account)
    role = next((r for r in iam.roles.values() if r.name == ROLE), None)
    if role is None:
        role = iam.create_role(ROLE, _TRUSTS_NOBODY, "/", None, "made by trailkeep lab", [], 3600)
        iam.put_role_policy(ROLE, "AdministratorAccess", ADMINISTRATOR)
        world.handed_out.append(("role", account, ROLE))
    session = begin_session(world, role, "attack", mfa=False, asked={})
    world.handed_out.append(("key", account, session.access_key_id))
    return {
        "access_key": session.access_key_id,
        "secret_key": session.secret_access_key,
        "session_token": session.session_token,
    }


def _remove(iam: Any, name: str) -> None:
    role = iam.get_role(name)
    for policy in tuple(role.managed_policies):
        iam.detach_role_policy(policy, name)
    for policy in tuple(role.policies):
        iam.delete_role_policy(name, policy)
    iam.delete_role(name)
