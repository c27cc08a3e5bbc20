"""AWS Control Tower: whether there is a landing zone (botocore model controltower/2018-05-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World


def list_landing_zones(call: Call, world: World) -> dict[str, Any]:
    """ListLandingZones: at most one, in the management account and its home Region."""
    return {"landingZones": [{"arn": _arn(world)}] if _visible(call, world) else []}


def get_landing_zone(call: Call, world: World) -> dict[str, Any]:
    """GetLandingZone."""
    if not _visible(call, world) or call.params.get("landingZoneIdentifier") != _arn(world):
        raise Refusal("ResourceNotFoundException", "AWS Control Tower landing zone not found.", 404)
    return {
        "landingZone": {
            "arn": _arn(world),
            "version": "4.0",
            "latestAvailableVersion": "4.0",
            "status": "ACTIVE",
            "driftStatus": {"status": "IN_SYNC"},
            "manifest": {"governedRegions": list(world.regions.enabled(world.management))},
        }
    }


def _visible(call: Call, world: World) -> bool:
    return world.landing_zone and call.account == world.management and call.region == world.scenario.home_region


def _arn(world: World) -> str:
    return f"arn:aws:controltower:{world.scenario.home_region}:{world.management}:landingzone/1A2B3C4D5E6F7G8H"


ANSWERS: Mapping[str, Any] = {"ListLandingZones": list_landing_zones, "GetLandingZone": get_landing_zone}
