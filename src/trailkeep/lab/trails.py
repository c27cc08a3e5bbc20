"""Which trails there are, who sees them where, and who may change them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal, access_denied
from trailkeep.lab.world import World

SERVICE = "cloudtrail.amazonaws.com"


def own_trails(world: World, account: str) -> Iterator[Any]:
    """Moto's records of the trails an account owns, of all home Regions."""
    for backend in world.backend_of_all_regions("cloudtrail", account):
        yield from tuple(backend.trails.values())


def organization_trails(world: World) -> Iterator[Any]:
    """The organization trails; the management account owns them all, also those a delegated administrator made."""
    return (trail for trail in own_trails(world, world.management) if trail.is_org_trail)


def trails_of(world: World, account: str) -> list[Any]:
    """The trails an account owns and, when it belongs to the organization, those of the organization."""
    owned = list(own_trails(world, account))
    shared = organization_trails(world) if world.account(account) is not None else iter(())
    return owned + [trail for trail in shared if trail not in owned]


def visible_trails(world: World, account: str, region: str) -> list[Any]:
    """The trails seen in an account and Region, shadow trails included."""
    return [t for t in trails_of(world, account) if t.is_multi_region or t.region_name == region]


def find_trail(call: Call, world: World, name: str) -> Any:
    """The trail that a name or ARN means to a reader: by name only the account's own in this Region.

    Raises TrailNotFoundException (botocore model cloudtrail GetTrailStatus: shadow and organization trails by ARN).
    """
    for trail in visible_trails(world, call.account, call.region):
        own = trail.account_id == call.account and trail.region_name == call.region
        if trail.arn == name or (own and trail.trail_name == name):
            return trail
    if name.startswith("arn:") and name.count(":") != 5:
        raise Refusal("CloudTrailARNInvalidException", f"Invalid ARN: {name}")
    raise _not_found(call, name)


def changeable_trail(call: Call, world: World, name: str) -> Any:
    """The trail a call may change: the caller owns or administers it, and calls in its home Region.

    Raises TrailNotFoundException, AccessDeniedException or InvalidHomeRegionException.
    """
    administrator = may_run_organization_trails(world, call.account)
    for trail in trails_of(world, call.account):
        ours = trail.account_id == call.account or (trail.is_org_trail and administrator)
        if trail.arn != name and not (ours and trail.trail_name == name):
            continue
        if not ours:
            raise access_denied(call)
        if trail.region_name != call.region:
            raise Refusal(
                "InvalidHomeRegionException",
                f"The trail {name} can be changed only in its home Region, {trail.region_name}.",
            )
        return trail
    raise _not_found(call, name)


def may_run_organization_trails(world: World, account: str) -> bool:
    """The management account and CloudTrail's delegated administrators may."""
    return account == world.management or world.is_delegated(account, SERVICE)


def _not_found(call: Call, name: str) -> Refusal:
    arn = name if name.startswith("arn:") else f"arn:aws:cloudtrail:{call.region}:{call.account}:trail/{name}"
    return Refusal("TrailNotFoundException", f"Unknown trail: {arn} for the user: {call.account}")
