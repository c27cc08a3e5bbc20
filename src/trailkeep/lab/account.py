"""AWS Account Management: the Regions of an account (botocore model account/2021-02-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal, Reply, access_denied
from trailkeep.lab.regions import DEFAULT_ENABLED
from trailkeep.lab.world import World

SERVICE = "account.amazonaws.com"


def list_regions(call: Call, world: World) -> dict[str, Any]:
    """ListRegions: every Region the organization shows with its opt status, 50 a page."""
    account = _subject(call, world)
    wanted = call.params.get("RegionOptStatusContains")
    regions = [
        {"RegionName": name, "RegionOptStatus": status}
        for name, status in world.regions.statuses(account).items()
        if not wanted or status in wanted
    ]
    return page(call, "Regions", regions, size=50)


def get_region_opt_status(call: Call, world: World) -> dict[str, Any]:
    """GetRegionOptStatus."""
    account, region = _subject(call, world), _region(call, world)
    return {"RegionName": region, "RegionOptStatus": world.regions.status(account, region)}


def enable_region(call: Call, world: World) -> Reply:
    """EnableRegion; a Region that is always enabled is refused."""
    account, region = _subject(call, world), _region(call, world)
    if region not in DEFAULT_ENABLED:
        world.regions.enable(account, region)
    return Reply()


def disable_region(call: Call, world: World) -> Reply:
    """DisableRegion; a Region that is enabled by default cannot be disabled."""
    account, region = _subject(call, world), _region(call, world)
    if region in DEFAULT_ENABLED:
        raise Refusal("ValidationException", f"{region} is enabled by default and cannot be disabled.")
    world.regions.disable(account, region)
    return Reply()


def _region(call: Call, world: World) -> str:
    region = str(call.params.get("RegionName", ""))
    if region not in world.regions.shown:
        raise Refusal("ValidationException", f"{region} is not a valid Region name.")
    return region


def _subject(call: Call, world: World) -> str:
    """The account the call is about: the caller's own, or a member that the caller may manage."""
    account = call.params.get("AccountId")
    if account is None:
        return call.account
    central = call.account == world.management or world.is_delegated(call.account, SERVICE)
    if not central or not world.trusts(SERVICE) or world.organization.org.feature_set != "ALL":
        raise access_denied(call)
    if account in (world.management, call.account):
        raise Refusal("ValidationException", "The management account can't specify its own AccountId.")
    if world.account(account) is None:
        raise access_denied(call)
    return str(account)


ANSWERS: Mapping[str, Any] = {
    "ListRegions": list_regions,
    "GetRegionOptStatus": get_region_opt_status,
    "EnableRegion": enable_region,
    "DisableRegion": disable_region,
}
