"""STS: sessions of roles, with their session policies and second factor (botocore model sts AssumeRole)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from trailkeep.lab.call import Call
from trailkeep.lab.caller import Caller
from trailkeep.lab.managed_policies import aws_managed
from trailkeep.lab.refusal import Refusal, Reply, access_denied
from trailkeep.lab.world import PARTITION, World

_XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"


def assume_role(call: Call, world: World) -> Reply:
    """A session of a role the gate has let through; a role that is not there, or a closed account, is AccessDenied."""
    arn = str(call.params.get("RoleArn", ""))
    account_id = arn.split(":")[4] if arn.count(":") >= 5 else ""
    if not account_id.isdigit():
        raise Refusal("ValidationError", f"{arn} is invalid")
    account = world.account(account_id)
    if account is not None and account.state != "ACTIVE":
        raise access_denied(call)
    role = next((r for r in world.iam(account_id).roles.values() if r.arn == arn), None)
    if role is None:
        raise access_denied(call)
    name = str(call.params.get("RoleSessionName", ""))
    return _reply(call, begin_session(world, role, name, mfa=has_second_factor(call, world), asked=call.params))


def begin_session(world: World, role: Any, name: str, *, mfa: bool, asked: Mapping[str, Any]) -> Any:
    """Moto's record of a new session, known to the gate with its session policies."""
    account_id = role.arn.split(":")[4]
    session = world.backend("sts", account_id, PARTITION).assume_role(
        region_name="us-east-1",
        role_session_name=name,
        role_arn=role.arn,
        policy=asked.get("Policy", ""),
        duration=int(asked.get("DurationSeconds", 3600)),
        external_id=asked.get("ExternalId", ""),
    )
    world.sessions[session.access_key_id] = Caller(
        account=account_id,
        arn=session.arn,
        role=role.arn,
        session_policies=tuple(_session_policies(world, account_id, asked)),
        mfa=mfa,
    )
    return session


def has_second_factor(call: Call, world: World) -> bool:
    """Whether a device of the calling user vouches; any six digits pass for its code, since the lab has no device.

    Raises AccessDenied for a device the user does not have.
    """
    serial, code = call.params.get("SerialNumber"), str(call.params.get("TokenCode", ""))
    if not serial and not code:
        return False
    users = world.iam(call.account).users.values()
    devices: Mapping[str, Any] = next((u.mfa_devices for u in users if u.arn == call.principal), {})
    if serial not in devices or not (code.isdigit() and len(code) == 6):
        raise Refusal("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.", 403)
    return True


def _session_policies(world: World, account_id: str, asked: Mapping[str, Any]) -> list[str]:
    found = [str(asked["Policy"])] if asked.get("Policy") else []
    number, known = 1, world.iam(account_id).managed_policies
    while arn := asked.get(f"PolicyArns.member.{number}.arn"):
        policy = known.get(arn)
        if policy is not None:
            found.append(next(str(v.document) for v in policy.versions if v.is_default))
        else:
            found.append(_of_aws(str(arn)))
        number += 1
    return found


def _of_aws(arn: str) -> str:
    known = aws_managed().get(arn.rpartition("/")[2]) if ":iam::aws:policy/" in arn else None
    if known is None:
        raise Refusal("ValidationError", f"{arn} is not a policy that can be a session policy")
    return json.dumps(known["Document"])


def _reply(call: Call, session: Any) -> Reply:
    members = {
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    credentials = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    who = f"<AssumedRoleId>{escape(session.user_id)}</AssumedRoleId><Arn>{escape(session.arn)}</Arn>"
    inner = f"<Credentials>{credentials}</Credentials><AssumedRoleUser>{who}</AssumedRoleUser>"
    request = f"<ResponseMetadata><RequestId>{call.request_id}</RequestId></ResponseMetadata>"
    result = f"<AssumeRoleResult>{inner}</AssumeRoleResult>"
    body = f'<AssumeRoleResponse xmlns="{_XMLNS}">{result}{request}</AssumeRoleResponse>'
    return Reply(headers=(("Content-Type", "text/xml"),), body=body.encode())


ANSWERS: Mapping[str, Any] = {"AssumeRole": assume_role}
