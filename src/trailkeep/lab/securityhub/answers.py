"""Every API of Security Hub that the embedded organization answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.securityhub import (
    aggregators,
    associations,
    findings,
    hubs,
    imports,
    organization,
    policies,
    standards,
)
from trailkeep.lab.securityhub.settle import settle
from trailkeep.lab.world import World

_ROOMS = (hubs, organization, aggregators, policies, associations, standards, imports, findings)


def _settled(answer: Callable[[Call, World], Any]) -> Callable[[Call, World], Any]:
    """The answer after everything that has become due by now."""

    def answered(call: Call, world: World) -> Any:
        settle(world)
        return answer(call, world)

    return answered


ANSWERS: Mapping[str, Any] = {name: _settled(answer) for room in _ROOMS for name, answer in room.ANSWERS.items()}
