"""Service control policies, as far as they deny: every level from the root to the account, for members' principals.

The management account is never bound, service-linked roles neither (AWS Organizations User Guide, SCPs). Which resource
a call is about is known for the services that guard logging; elsewhere only statements on every resource apply.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from trailkeep.lab import permits
from trailkeep.lab.buckets import principal_arn
from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal, access_denied
from trailkeep.lab.tree import path_of
from trailkeep.lab.world import World

SCP = "SERVICE_CONTROL_POLICY"


def denied(call: Call, world: World) -> Refusal | None:
    """The refusal of a call that a service control policy denies, naming the policy as AWS does; None otherwise."""
    account = world.account(call.account)
    if account is None or call.account == world.management or "/aws-service-role/" in call.principal:
        return None
    levels = set(path_of(world, account).split("/"))
    who = principal_arn(call, world)
    request = permits.Request(
        action=call.permission,
        resource=_resource(call),
        arns=(call.principal, who),
        account=call.account,
        context={"aws:principalarn": (who,), "aws:principalaccount": (call.account,)},
    )
    for policy in world.organization.policies:
        attached = policy.type == SCP and any(target.id in levels for target in policy.attachments)
        if attached and any(permits.decide(s, request) == "deny" for s in _statements(policy.content)):
            return access_denied(call, f"with an explicit deny in a service control policy: {policy.arn}")
    return None


def _statements(content: str) -> Iterator[dict[str, Any]]:
    """Each statement as a policy of its own; an SCP names no principal, it binds them all."""
    found = json.loads(content)["Statement"]
    for statement in found if isinstance(found, list) else [found]:
        yield {"Statement": [{**statement, "Principal": "*"}]}


def _resource(call: Call) -> str:
    """The ARN a call is about (Service Authorization Reference), `*` where the action has none or it is not known."""
    if call.service in {"s3", "s3control"}:
        return call.resource
    name = next((str(call.params[key]) for key in _NAMED.get(call.service, ()) if call.params.get(key)), "")
    if name.startswith("arn:"):
        return name
    match call.service:
        case "cloudtrail" if name:
            return f"arn:aws:cloudtrail:{call.region}:{call.account}:trail/{name}"
        case "iam" if name:
            return f"arn:aws:iam::{call.account}:role{call.params.get('Path', '/')}{name}"
        case "kms" if name:
            return f"arn:aws:kms:{call.region}:{call.account}:key/{name}"
        case _:
            return "*"


_NAMED = {"cloudtrail": ("TrailName", "Name", "ResourceId"), "iam": ("RoleName",), "kms": ("KeyId",)}
