"""What CloudTrail tells EventBridge: every event that a logging trail records, on its account's and Region's bus."""

from __future__ import annotations

import orjson

from trailkeep.lab.delivery.events import Event
from trailkeep.lab.delivery.ledger import Ledger, ledger_of
from trailkeep.lab.delivery.scope import hears
from trailkeep.lab.eventbridge.bus import put
from trailkeep.lab.eventbridge.state import buses_of
from trailkeep.lab.world import World

_TYPES = {
    "AwsConsoleSignIn": "AWS Console Sign In via CloudTrail",
    "AwsServiceEvent": "AWS Service Event via CloudTrail",
}


def keep_telling(world: World) -> None:
    """From now on EventBridge hears what CloudTrail records."""
    ledger = ledger_of(world)
    ledger.listeners.append(lambda event: tell(world, ledger, event))


def tell(world: World, ledger: Ledger, event: Event) -> None:
    """Put a CloudTrail event on the default bus of its account and Region, when a trail that logs records it.

    Without such a trail EventBridge hears nothing (EventBridge User Guide, events delivered through CloudTrail). The
    trail that a StopLogging or DeleteTrail just ended still records that call.
    """
    if not buses_of(world).is_heard(event.account, event.region):
        return
    if not any(hears(world, line, event) for line in ledger.lines.values()):
        return
    record = orjson.loads(event.record)
    put(
        world,
        account=event.account,
        region=event.region,
        source=f"aws.{event.source.removesuffix('.amazonaws.com')}",
        detail_type=_TYPES.get(str(record.get("eventType")), "AWS API Call via CloudTrail"),
        detail=record,
        time=event.time,
    )
