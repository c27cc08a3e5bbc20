"""Finding aggregators: a home Region, and the Regions linked to it (botocore model securityhub/2018-10-26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.regions import OPT_IN
from trailkeep.lab.securityhub.settle import administrator, forget_central, governing, settle
from trailkeep.lab.securityhub.state import Aggregator, state_of
from trailkeep.lab.securityhub.wire import (
    access_denied,
    asked,
    invalid_access,
    invalid_input,
    listed,
    missing,
    new_id,
    not_subscribed,
)
from trailkeep.lab.world import World

_LISTING = frozenset({"ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS"})
_MODES = _LISTING | {"ALL_REGIONS", "NO_REGIONS"}


def create(call: Call, world: World) -> dict[str, Any]:
    """CreateFindingAggregator: the Region of the call becomes the home Region; one an account."""
    _need_hub(call, world)
    state = state_of(world)
    if call.account != administrator(world) and governing(world, call.account, call.region) is not None:
        raise access_denied("A member account cannot create a finding aggregator")
    if call.region in OPT_IN:
        raise invalid_input(f"{call.region} must be enabled by hand and cannot be the home Region")
    if call.account in state.aggregators:
        raise invalid_input("A finding aggregator already exists")
    mode, regions = _linking(call, world)
    arn = f"arn:aws:securityhub:{call.region}:{call.account}:finding-aggregator/{new_id(state, 'aggregator')}"
    made = Aggregator(arn=arn, account=call.account, region=call.region, mode=mode, regions=regions)
    state.aggregators[call.account] = made
    return _shown(made)


def get(call: Call, world: World) -> dict[str, Any]:
    """GetFindingAggregator."""
    _need_hub(call, world)
    return _shown(_named(call, world))


def list_all(call: Call, world: World) -> dict[str, Any]:
    """ListFindingAggregators: the one there is, or none."""
    _need_hub(call, world)
    found = state_of(world).aggregators.get(call.account)
    return listed(call, "FindingAggregators", [{"FindingAggregatorArn": found.arn}] if found else [])


def update(call: Call, world: World) -> dict[str, Any]:
    """UpdateFindingAggregator, in the home Region."""
    _need_hub(call, world)
    found = _at_home(call, world)
    found.mode, found.regions = _linking(call, world)
    settle(world)
    return _shown(found)


def delete(call: Call, world: World) -> dict[str, Any]:
    """DeleteFindingAggregator: configuration policies and their associations go with it."""
    _need_hub(call, world)
    found = _at_home(call, world)
    state = state_of(world)
    if found.account == administrator(world):
        forget_central(state)
    del state.aggregators[found.account]
    return {}


def _linking(call: Call, world: World) -> tuple[str, tuple[str, ...]]:
    wants = asked(call)
    mode, regions = str(wants.get("RegionLinkingMode", "")), tuple(map(str, wants.get("Regions") or ()))
    if mode not in _MODES:
        raise invalid_input("Invalid parameter 'RegionLinkingMode'")
    if bool(regions) != (mode in _LISTING):
        raise invalid_input(f"Regions must {'' if mode in _LISTING else 'not '}be listed with {mode}")
    if call.region in regions or not set(regions) <= set(world.regions.shown):
        raise invalid_input("Invalid parameter 'Regions'")
    return mode, regions


def _named(call: Call, world: World) -> Aggregator:
    arn = str(asked(call).get("FindingAggregatorArn", ""))
    found = state_of(world).aggregators.get(call.account)
    if found is None or found.arn != arn:
        raise missing("Finding Aggregator not found")
    return found


def _at_home(call: Call, world: World) -> Aggregator:
    found = _named(call, world)
    if found.region != call.region:
        raise invalid_access(f"A finding aggregator is changed in its home Region, {found.region}")
    return found


def _need_hub(call: Call, world: World) -> None:
    if (call.account, call.region) not in state_of(world).hubs:
        raise not_subscribed(call)


def _shown(one: Aggregator) -> dict[str, Any]:
    return {
        "FindingAggregatorArn": one.arn,
        "FindingAggregationRegion": one.region,
        "RegionLinkingMode": one.mode,
        **({"Regions": list(one.regions)} if one.regions else {}),
    }


ANSWERS: Mapping[str, Any] = {
    "CreateFindingAggregator": create,
    "GetFindingAggregator": get,
    "ListFindingAggregators": list_all,
    "UpdateFindingAggregator": update,
    "DeleteFindingAggregator": delete,
}
