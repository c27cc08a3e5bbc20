"""The controls of delivery under `/_trailkeep/`: letting time pass, and asking for what CloudTrail seldom does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trailkeep.lab.delivery.late import backfill, hold, insight
from trailkeep.lab.delivery.ledger import ledger_of
from trailkeep.lab.delivery.recording import advance, catch_up
from trailkeep.lab.world import World

MOST_AT_ONCE = 400 * 86_400
"""Seconds: more than a year at once is a slip of the finger."""


def _advance(world: World, body: Any) -> dict[str, Any]:
    seconds = float(body["seconds"])
    if not 0 <= seconds <= MOST_AT_ONCE:
        raise ValueError(f"time passes by 0 to {MOST_AT_ONCE} seconds at once, not by {seconds:g}")
    advance(world, seconds)
    return {"now": world.clock.stamp()}


def _deliver(world: World, _: Any) -> dict[str, Any]:
    catch_up(world)
    return {"now": world.clock.stamp()}


def _hold(world: World, body: Any) -> dict[str, Any]:
    hold(ledger_of(world), (body["account"], body["region"]), float(body["seconds"]))
    return {}


def _backfill(world: World, body: Any) -> dict[str, Any]:
    return {"keys": backfill(world, (body["account"], body["region"]))}


def _insight(world: World, body: Any) -> dict[str, Any]:
    return {"keys": insight(world, (body["account"], body["region"]), body["source"], body["name"])}


CONTROLS: Mapping[tuple[str, str], Callable[[World, Any], Any]] = {
    ("POST", "advance"): _advance,
    ("POST", "deliver"): _deliver,
    ("PUT", "hold"): _hold,
    ("POST", "backfill"): _backfill,
    ("POST", "insight"): _insight,
}
