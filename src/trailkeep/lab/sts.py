"""STS: assuming a role that exists, in an account that is open, with a trust policy that names the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab import permits
from trailkeep.lab.buckets import principal_arn
from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal, access_denied
from trailkeep.lab.world import World


def assume_role(call: Call, world: World) -> None:
    """Refuse as STS does, with one and the same AccessDenied whatever the reason; moto makes the session."""
    arn = str(call.params.get("RoleArn", ""))
    account_id = arn.split(":")[4] if arn.count(":") >= 5 else ""
    if not account_id.isdigit():
        raise Refusal("ValidationError", f"{arn} is invalid")
    account = world.account(account_id)
    if account is None or account.state != "ACTIVE" or not _trusts(call, world, account_id, arn):
        raise access_denied(call)


def _trusts(call: Call, world: World, account_id: str, arn: str) -> bool:
    role = next((r for r in world.iam(account_id).roles.values() if r.arn == arn), None)
    if role is None:
        return False
    identity = principal_arn(call, world)
    context = {
        "aws:principalarn": (identity,),
        "aws:principalaccount": (call.account,),
        "aws:principalorgid": (world.organization_id,),
        "aws:securetransport": ("true",),
    }
    if call.params.get("ExternalId"):
        context["sts:externalid"] = (str(call.params["ExternalId"]),)
    request = permits.Request(
        action="sts:AssumeRole",
        resource=arn,
        arns=(call.principal, identity),
        account=call.account,
        context=context,
    )
    return permits.decide(role.assume_role_policy_document, request) == "allow"


ANSWERS: Mapping[str, Any] = {"AssumeRole": assume_role}
