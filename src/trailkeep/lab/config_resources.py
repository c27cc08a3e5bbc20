"""Which ARN a call to AWS Config is about (Service Authorization Reference, AWS Config)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trailkeep.lab.config_state import Cell, rulebook_of

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.world import World

_KINDS: Mapping[str, str] = {
    "OrganizationConfigRuleName": "organization-config-rule",
    "OrganizationConformancePackName": "organization-conformance-pack",
    "ConfigurationAggregatorName": "config-aggregator",
    "ConfigRuleName": "config-rule",
}


def config_resource_arn(call: Call, world: World) -> str:
    """The ARN of what a call names; the kind's pattern for what is not there yet, and `*` where nothing is named."""
    params = call.params
    if params.get("ResourceArn"):
        return str(params["ResourceArn"])
    nested = params.get("ConfigRule")
    asked = {**params, **nested} if isinstance(nested, dict) else params
    member = next((member for member in _KINDS if asked.get(member)), None)
    if member is None:
        return "*"
    arn = _known(call, world, member, str(asked[member]))
    return arn or f"arn:aws:config:{call.region}:{call.account}:{_KINDS[member]}/*"


def _known(call: Call, world: World, member: str, name: str) -> str | None:
    book, cell = rulebook_of(world), (call.account, call.region)
    by_member: Mapping[str, Mapping[Cell, Mapping[str, Any]]] = {
        "OrganizationConfigRuleName": book.organization_rules,
        "OrganizationConformancePackName": book.packs,
        "ConfigurationAggregatorName": book.aggregators,
        "ConfigRuleName": book.rules,
    }
    found = by_member[member].get(cell, {}).get(name)
    return str(found.arn) if found is not None else None
