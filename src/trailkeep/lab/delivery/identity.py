"""Who called, as CloudTrail writes it (CloudTrail User Guide, userIdentity element)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.sts.models import sts_backends

from trailkeep.lab.call import Call
from trailkeep.lab.world import PARTITION, World


def access_key(call: Call) -> str:
    """The access key id with which the call was signed; nothing for an anonymous one."""
    signed = call.headers.get("authorization", "")
    scope = signed.partition("Credential=")[2] or call.uri.get("X-Amz-Credential", "")
    return scope.split("/", 1)[0].split(",", 1)[0]


def user_identity(call: Call, world: World) -> dict[str, Any]:
    """The caller, as its own account sees it."""
    who: dict[str, Any] = {"arn": call.principal, "accountId": call.account, "accessKeyId": access_key(call)}
    kind, _, name = call.principal.split(":", 5)[-1].partition("/")
    if kind == "assumed-role":
        return _session(call, world, who, name)
    if kind == "root":
        return {"type": "Root", "principalId": call.account, **who}
    user = world.iam(call.account).users.get(name.rpartition("/")[2])
    principal = str(user.id) if user is not None else access_key(call)
    return {"type": "IAMUser", "principalId": principal, **who, "userName": name.rpartition("/")[2]}


def stranger(identity: dict[str, Any]) -> dict[str, Any]:
    """The same caller as another account sees it: its account and unique id, no names."""
    return {"type": "AWSAccount", "principalId": identity["principalId"], "accountId": identity["accountId"]}


def _session(call: Call, world: World, who: dict[str, Any], name: str) -> dict[str, Any]:
    role_name, _, session = name.partition("/")
    role = next((r for r in tuple(world.iam(call.account).roles.values()) if r.name == role_name), None)
    role_id = str(role.id) if role is not None else role_name
    role_arn = role.arn if role is not None else f"arn:aws:iam::{call.account}:role/{role_name}"
    issuer = {
        "type": "Role",
        "principalId": role_id,
        "arn": role_arn,
        "accountId": call.account,
        "userName": role_name,
    }
    attributes = {"creationDate": _began(call, world, str(who["accessKeyId"])), "mfaAuthenticated": "false"}
    return {
        "type": "AssumedRole",
        "principalId": f"{role_id}:{session}",
        **who,
        "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
    }


def _began(call: Call, world: World, key: str) -> str:
    sessions = reversed(tuple(sts_backends[call.account][PARTITION].assumed_roles))
    made = next((s for s in sessions if s.access_key_id == key), None)
    began = getattr(made, "began", None)
    if made is not None and began is None:
        began = made.began = world.clock.now()
    return datetime.fromtimestamp(began or world.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
