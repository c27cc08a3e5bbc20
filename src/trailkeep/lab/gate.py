"""The gate that every call passes: whether the policies in force let it through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trailkeep.lab.buckets import permitted
from trailkeep.lab.organizations import may_ask
from trailkeep.lab.refusal import Refusal, access_denied
from trailkeep.lab.scp import denied

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.world import World


def gate(call: Call, world: World) -> Refusal | None:
    """AWS's refusal of this call, or None when it may go on.

    Decides by account, Region, principal ARN, service, action and resource, all of them members of the call.
    Bucket policies and the denies of service control policies are enforced; identity policies, what a service control
    policy does not allow, and resource control policies are not.
    """
    refusal = denied(call, world)
    if refusal is not None:
        return refusal
    if call.service == "s3" and call.bucket and not permitted(call, world):
        return access_denied(call)
    if call.service == "organizations" and not may_ask(call, world):
        return Refusal("AccessDeniedException", "You don't have permissions to access this resource.")
    return None
