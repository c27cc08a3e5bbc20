"""What CloudTrail delivers late or seldom, on request: delayed events, backfill digests, Insights events."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import orjson

from trailkeep.lab.delivery.courier import HOUR, SLOT
from trailkeep.lab.delivery.events import delayed
from trailkeep.lab.delivery.ledger import Cell, Ledger, Line, ledger_of
from trailkeep.lab.delivery.objects import put_object, zipped
from trailkeep.lab.delivery.scope import place_of
from trailkeep.lab.delivery.trail_files import File, digest_file, log_file, stamp, unique
from trailkeep.lab.world import World


def hold(ledger: Ledger, cell: Cell, seconds: float) -> None:
    """From now on deliver the events of an account and Region `seconds` later than usual; 0 ends it."""
    if seconds < 0:
        raise ValueError("a delay is not negative")
    ledger.holds[cell] = seconds


def backfill(world: World, cell: Cell) -> list[str]:
    """Deliver the waiting events of an account and Region now, listed by a backfill digest instead of an hourly one.

    The keys written, of every trail that records there. The digest names the last whole hour that was digested. Raises
    ValueError where nothing waits or no hour was digested yet.
    """
    ledger, written = ledger_of(world), []
    for line in _lines(ledger, cell):
        chain, waiting = line.chains[cell], line.pending.pop(cell, [])
        if not waiting or chain.previous is None:
            continue
        now, place = world.clock.now(), place_of(world, line, cell)
        times = [event.time for _, event in waiting]
        ledger.written += 1
        name = f"{ledger.seed}/{line.trail.arn}/{ledger.written}"
        records = [delayed(event).record for _, event in waiting]
        file, entry = log_file(place, records, now, name, oldest=min(times), newest=max(times))
        digest, chain.backfilled = digest_file(
            place, ledger.keys, begins=chain.begins - HOUR, ends=chain.begins, files=[entry],
            previous=chain.backfilled, backfilled=now,
        )  # fmt: skip
        for one in (file, digest):
            _put(world, line, one, now)
            written.append(one.key)
    if not written:
        raise ValueError(f"no digested hour and no waiting event in {' '.join(cell)}")
    return written


def insight(world: World, cell: Cell, source: str, name: str) -> list[str]:
    """Write an Insights event of an unusual rate of calls, its start and end, for every trail with Insights on."""
    ledger, written = ledger_of(world), []
    for line in _lines(ledger, cell):
        if not line.trail.insight_selectors:
            continue
        now = world.clock.now()
        slot = now // SLOT * SLOT
        ledger.written += 1
        number = f"{ledger.seed}/insight/{line.trail.arn}/{ledger.written}"
        records = [_insight_event(cell, source, name, number, state, slot) for state in ("Start", "End")]
        key = place_of(world, line, cell).insight_key(slot, unique(number))
        body = zipped(orjson.dumps({"Records": records}))
        _put(world, line, File(bucket=line.trail.bucket_name, key=key, body=body), slot)
        written.append(key)
    if not written:
        raise ValueError(f"no trail with Insights records {' '.join(cell)}")
    return written


def _lines(ledger: Ledger, cell: Cell) -> Iterator[Line]:
    return (line for line in ledger.lines.values() if cell in line.chains)


def _put(world: World, line: Line, file: File, moment: float) -> None:
    put_object(
        world, file.bucket, file.key, file.body,
        moment=moment, metadata=file.metadata, kms_key=line.trail.kms_key_id,
    )  # fmt: skip


def _insight_event(cell: Cell, source: str, name: str, number: str, state: str, slot: float) -> dict[str, Any]:
    """An Insights event (CloudTrail User Guide, CloudTrail record contents for Insights events)."""
    account, region = cell
    context: dict[str, Any] = {
        "statistics": {"baseline": {"average": 0.02}, "insight": {"average": 34.0}, "baselineDuration": 9_999}
    }
    if state == "End":
        context["statistics"]["insightDuration"] = 5
    return {
        "eventVersion": "1.11",
        "eventTime": stamp(slot - (2 * SLOT if state == "Start" else SLOT)),
        "awsRegion": region,
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{number}/{state}")),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": account,
        "sharedEventID": str(uuid.uuid5(uuid.NAMESPACE_URL, number)),
        "insightDetails": {
            "state": state,
            "eventSource": source,
            "eventName": name,
            "insightType": "ApiCallRateInsight",
            "insightContext": context,
        },
        "eventCategory": "Insight",
    }
