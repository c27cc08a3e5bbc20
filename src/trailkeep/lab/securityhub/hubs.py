"""Security Hub CSPM and Security Hub, on or off in an account and Region (botocore model securityhub/2018-10-26)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.securityhub.settle import administers, governing, switch_off, switch_on
from trailkeep.lab.securityhub.standards import DEFAULTS, arn_of
from trailkeep.lab.securityhub.state import state_of
from trailkeep.lab.securityhub.wire import (
    access_denied,
    asked,
    conflict,
    invalid_access,
    missing,
    new_id,
    not_subscribed,
    stamp,
)
from trailkeep.lab.world import World

_GOVERNED = (
    "This account is currently associated with a central configuration policy, so only the administrator can access "
    "this operation."
)


def describe(call: Call, world: World) -> dict[str, Any]:
    """DescribeHub."""
    hub = state_of(world).hubs.get((call.account, call.region))
    if hub is None:
        raise not_subscribed(call)
    arn = f"arn:aws:securityhub:{call.region}:{call.account}:hub/default"
    if asked(call).get("HubArn", arn) != arn:
        raise missing("The request was rejected because no hub was found with that ARN.")
    return {
        "HubArn": arn,
        "SubscribedAt": stamp(hub.since),
        "AutoEnableControls": True,
        "ControlFindingGenerator": hub.generator,
    }


def enable(call: Call, world: World) -> dict[str, Any]:
    """EnableSecurityHub, with the default standards unless they are declined."""
    if governing(world, call.account, call.region) is not None:
        raise access_denied(_GOVERNED)
    if (call.account, call.region) in state_of(world).hubs:
        raise conflict("Account is already subscribed to Security Hub")
    wants = asked(call)
    hub = switch_on(world, call.account, call.region)
    hub.generator = str(wants.get("ControlFindingGenerator") or hub.generator)
    if wants.get("EnableDefaultStandards", True):
        hub.standards = {arn_of(path, call.region): world.clock.now() for path in DEFAULTS}
    return {}


def disable(call: Call, world: World) -> dict[str, Any]:
    """DisableSecurityHub; the administrator cannot."""
    if (call.account, call.region) not in state_of(world).hubs:
        raise not_subscribed(call)
    if governing(world, call.account, call.region) is not None:
        raise access_denied(_GOVERNED)
    if administers(world, call.account, call.region):
        raise invalid_access("Account is the Security Hub administrator and cannot disable Security Hub")
    switch_off(world, call.account, call.region)
    return {}


def describe_v2(call: Call, world: World) -> dict[str, Any]:
    """DescribeSecurityHubV2: off unless somebody enabled it."""
    found = state_of(world).hubs_v2.get((call.account, call.region))
    if found is None:
        raise missing(f"Account {call.account} is not subscribed to Security Hub")
    return {"HubV2Arn": found[0], "SubscribedAt": stamp(found[1])}


def enable_v2(call: Call, world: World) -> dict[str, Any]:
    """EnableSecurityHubV2."""
    state, cell = state_of(world), (call.account, call.region)
    if cell not in state.hubs_v2:
        arn = f"arn:aws:securityhub:{call.region}:{call.account}:hubv2/{new_id(state, 'hubv2')}"
        state.hubs_v2[cell] = arn, world.clock.now()
    return {"HubV2Arn": state.hubs_v2[cell][0]}


def disable_v2(call: Call, world: World) -> dict[str, Any]:
    """DisableSecurityHubV2."""
    state_of(world).hubs_v2.pop((call.account, call.region), None)
    return {}


ANSWERS: Mapping[str, Any] = {
    "DescribeHub": describe,
    "EnableSecurityHub": enable,
    "DisableSecurityHub": disable,
    "DescribeSecurityHubV2": describe_v2,
    "EnableSecurityHubV2": enable_v2,
    "DisableSecurityHubV2": disable_v2,
}
