"""Everything of AWS Config's rules that the embedded organization answers itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab import (
    config_aggregate_compliance,
    config_aggregators,
    config_compliance,
    config_organization_packs,
    config_organization_rules,
    config_rules,
    config_tags,
)
from trailkeep.lab.call import Call
from trailkeep.lab.config_deployment import settle
from trailkeep.lab.config_evaluation import refresh_all
from trailkeep.lab.delivery.ledger import ledger_of
from trailkeep.lab.securityhub.settle import settle as settle_hubs
from trailkeep.lab.world import World


def keep_evaluating(world: World) -> None:
    """Let rules reach accounts that join, and be evaluated, as time goes on."""
    ledger_of(world).rounds += [settle_hubs, settle, refresh_all]


def _settled(answer: Callable[[Call, World], Any]) -> Callable[[Call, World], Any]:
    def settle_first(call: Call, world: World) -> Any:
        settle_hubs(world)  # a rule asks whether the hub is on
        settle(world)
        return answer(call, world)

    return settle_first


ANSWERS: Mapping[str, Any] = {
    name: _settled(answer)
    for part in (
        config_rules,
        config_compliance,
        config_organization_rules,
        config_organization_packs,
        config_aggregators,
        config_aggregate_compliance,
        config_tags,
    )
    for name, answer in part.ANSWERS.items()
}
