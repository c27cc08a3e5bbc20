"""Every call is remembered, becomes events, and reaches the trails; and deliveries go out as the clock goes on."""

from __future__ import annotations

import threading
import time

from trailkeep.lab.call import Call
from trailkeep.lab.delivery.config_files import check_channel, deliver_config
from trailkeep.lab.delivery.courier import SLOT, deliver, keep
from trailkeep.lab.delivery.events import events_of
from trailkeep.lab.delivery.ledger import ledger_of
from trailkeep.lab.delivery.scope import open_lines
from trailkeep.lab.recorder import RecordedCall
from trailkeep.lab.refusal import Reply
from trailkeep.lab.world import World

CHANGES_TRAILS = frozenset({"StartLogging", "StopLogging", "CreateTrail", "UpdateTrail", "DeleteTrail"})
_LOOKS_EVERY = 2.0
"""Seconds of this machine's time between two looks at the lab's clock."""


def record(call: Call, reply: Reply, error: str | None, world: World) -> None:
    """Remember a call that ended, and hand its events to the trails that record them."""
    events = events_of(call, reply, error, world)
    seen = RecordedCall(
        seq=call.seq,
        time=world.clock.now(),
        account=call.account,
        region=call.region,
        service=call.service,
        action=call.action,
        principal=call.principal,
        resource=call.resource,
        error=error,
    )
    world.recorder.record(seen, events)
    if error is None and call.service == "config" and call.action == "PutDeliveryChannel":
        check_channel(world, (call.account, call.region), world.clock.now())
    ledger = ledger_of(world)
    changes = error is None and call.service == "cloudtrail" and call.action in CHANGES_TRAILS
    if not (changes or ledger.lines or ledger.last_run is None):
        return
    with world.lock:
        if changes or ledger.last_run is None:  # at the first call: the trails with which the scenario began
            open_lines(world, ledger, seen.time)
            ledger.last_run = ledger.last_run or seen.time
        for event in events:
            keep(world, ledger, event)
            for listener in ledger.listeners:
                listener(event)
        if changes:
            deliver(world, ledger, world.clock.now())


def catch_up(world: World) -> None:
    """Deliver everything that is due at this moment."""
    with world.lock:
        now = world.clock.now()
        deliver(world, ledger_of(world), now)
        deliver_config(world, ledger_of(world), now)
        for look in ledger_of(world).rounds:
            look(world)


def advance(world: World, seconds: float) -> None:
    """Let time pass at once: what was due is delivered before, what has become due afterwards."""
    with world.lock:
        catch_up(world)
        world.clock.advance(seconds)
        catch_up(world)


def keep_delivering(world: World) -> None:
    """Deliver by itself, every few minutes of the lab's clock, for as long as the process lives."""
    ledger, began = ledger_of(world), world.clock.now()

    def look() -> None:
        while True:
            time.sleep(_LOOKS_EVERY)
            if world.clock.now() - (ledger.last_run or began) >= SLOT:
                catch_up(world)

    threading.Thread(target=look, name="delivery", daemon=True).start()
