"""AWS Organizations: who may ask it, and everything that moto does not answer as AWS does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab import account_creation, all_features, delegation, policy_attachment, tree
from trailkeep.lab.call import Call
from trailkeep.lab.world import World

FROM_ANYWHERE = frozenset({"AcceptHandshake", "DescribeOrganization", "ListHandshakesForAccount"})
"""What every member account may ask (AWS Organizations User Guide, calling operations from a member account)."""


def may_ask(call: Call, world: World) -> bool:
    """The management account may everything, a delegated administrator may read, a member may ask where it belongs."""
    if call.account == world.management or call.action in FROM_ANYWHERE:
        return True
    return call.action.startswith(("Describe", "List")) and world.is_delegated(call.account)


def _settled(answer: Callable[[Call, World], Any]) -> Callable[[Call, World], Any]:
    def settle_first(call: Call, world: World) -> Any:
        account_creation.settle(world)
        return answer(call, world)

    return settle_first


ANSWERS: Mapping[str, Any] = {
    name: _settled(answer)
    for part in (tree, account_creation, all_features, policy_attachment, delegation)
    for name, answer in part.ANSWERS.items()
}
