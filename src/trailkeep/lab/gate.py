"""The gate that every call passes: `authz` decides each permission it needs from the policies in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailkeep.lab.asks import asks_of
from trailkeep.lab.buckets import leave_it_to_the_gate
from trailkeep.lab.decision import decide
from trailkeep.lab.denial import denial_of, refusal_of
from trailkeep.lab.organizations import may_ask
from trailkeep.lab.public_access import is_restricted
from trailkeep.lab.refusal import Refusal, access_denied
from trailkeep.lab.request_context import context_of

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.world import World


leave_it_to_the_gate()


def gate(call: Call, world: World) -> Refusal | None:
    """AWS's refusal of this call, or None when it may go on.

    SCPs and RCPs of every level, resource policies, identity policies, permissions boundary and session policy are
    asked as they stand (see `authz.evaluate`). What denied a call is remembered in `world.denials`.
    """
    context = context_of(call, world)
    for ask in asks_of(call, world):
        decision = decide(world, call.caller, ask, context)
        if not decision.is_allowed:
            world.denials.add(denial_of(call, ask, decision))
            return refusal_of(call, world, ask, decision)
        if call.service == "s3" and is_restricted(call, world, ask):
            return access_denied(call, "because public policies are restricted by S3 Block Public Access")
    if call.service == "organizations" and not may_ask(call, world):
        return Refusal("AccessDeniedException", "You don't have permissions to access this resource.")
    return None
