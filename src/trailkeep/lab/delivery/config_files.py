"""AWS Config's files: the writability check, history every six hours, snapshots as often as the channel says.

A history file of a resource type is made when something of that type changed since the last one (AWS Config Developer
Guide, delivery of configuration items); where nothing did, the channel's status stays as it was (page
verify-delivery-status: a history days older than the snapshot). Keys: `[prefix/]AWSLogs/ACCOUNT/Config/REGION/Y/M/D/…`,
months and days as plain numbers.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

import orjson

from trailkeep.lab import config
from trailkeep.lab.call import Call
from trailkeep.lab.delivery.config_captures import capture
from trailkeep.lab.delivery.config_items import items_of
from trailkeep.lab.delivery.ledger import Cell, ConfigPast, Ledger
from trailkeep.lab.delivery.objects import put_object, zipped
from trailkeep.lab.world import World

SIX_HOURS = 6 * 3600
_FREQUENCIES = {
    "One_Hour": 3600,
    "Three_Hours": 3 * 3600,
    "Six_Hours": SIX_HOURS,
    "Twelve_Hours": 12 * 3600,
    "TwentyFour_Hours": 24 * 3600,
}


def deliver_config(world: World, ledger: Ledger, until: float) -> None:
    """Deliver what is due by `until` in every account and Region that records."""
    for account in world.members():
        for backend in world.backend_of_all_regions("config", account.id):
            if backend.delivery_channels and is_recording(backend):
                _serve(world, ledger, (account.id, backend.region_name), until)


def check_channel(world: World, cell: Cell, moment: float) -> None:
    """Write the file with which PutDeliveryChannel finds out whether Config may write."""
    channel = next(iter(world.backend("config", *cell).delivery_channels.values())).to_dict()
    key = f"{_base(channel, cell[0])}ConfigWritabilityCheckFile"
    put_object(world, channel["s3BucketName"], key, b"", moment=moment, kms_key=channel.get("s3KmsKeyArn"))


def is_recording(backend: Any) -> bool:
    """Whether moto's Config backend of an account and Region has a recorder that records."""
    return any(recorder.status.recording for recorder in tuple(backend.recorders.values()))


def history_of(ledger: Ledger, account: str, region: str) -> ConfigPast:
    """What was delivered for an account and Region; an empty past where nothing was."""
    return ledger.config.get((account, region), ConfigPast())


def deliver_snapshot(world: World, ledger: Ledger, cell: Cell, moment: float) -> str:
    """Write a snapshot of everything recorded in an account and Region; the snapshot's id."""
    account, region = cell
    past = ledger.config.setdefault(cell, ConfigPast(began=moment))
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{ledger.seed}/{account}/{region}/{moment}"))
    items = [item for found in items_of(world, cell, moment).values() for item in found]
    content = {"fileVersion": "1.0", "configSnapshotId": number, "configurationItems": items}
    _put(
        world,
        cell,
        f"ConfigSnapshot/{account}_Config_{region}_ConfigSnapshot_{_time(moment)}_{number}",
        content,
        moment,
    )
    past.snapshot_at = moment
    return number


def _serve(world: World, ledger: Ledger, cell: Cell, until: float) -> None:
    backend = world.backend("config", *cell)
    channel = next(iter(backend.delivery_channels.values())).to_dict()
    started = [getattr(r.status, "_started", until) for r in backend.recorders.values()]
    ledger.config.setdefault(cell, ConfigPast(began=min(started)))
    asking = Call(
        seq=0, account=cell[0], region=cell[1], service="config", action="", principal=config.SERVICE, protocol="json",
        method="POST", params={}, uri={}, headers={}, body=b"",
    )  # fmt: skip
    if not config._delivery_error(asking, world, channel):
        _deliver_due(world, ledger, cell, channel, until)
    capture(world, ledger, cell, until)


def _deliver_due(world: World, ledger: Ledger, cell: Cell, channel: dict[str, Any], until: float) -> None:
    past = ledger.config[cell]
    while (due := (past.history_at or past.began) + SIX_HOURS) <= until:
        capture(world, ledger, cell, due)
        _write_history(world, cell, past, due)
    every = _FREQUENCIES.get((channel.get("configSnapshotDeliveryProperties") or {}).get("deliveryFrequency", ""))
    while every and (due := (past.snapshot_at or past.began) + every) <= until:
        deliver_snapshot(world, ledger, cell, due)


def _write_history(world: World, cell: Cell, past: ConfigPast, due: float) -> None:
    account, region = cell
    begins = past.history_at or past.began
    for kind, items in items_of(world, cell, due).items():
        seen = hashlib.sha256(orjson.dumps([item["configuration"] for item in items], default=str)).hexdigest()
        if past.seen.get(kind) == seen:
            continue
        past.seen[kind] = seen
        name = f"{account}_Config_{region}_ConfigHistory_{kind}_{_time(begins)}_{_time(due)}_1"
        _put(world, cell, f"ConfigHistory/{name}", {"fileVersion": "1.0", "configurationItems": items}, due)
        past.written_at = due
    past.history_at = due


def _put(world: World, cell: Cell, name: str, content: dict[str, Any], moment: float) -> None:
    channel = next(iter(world.backend("config", *cell).delivery_channels.values())).to_dict()
    day = datetime.fromtimestamp(moment, UTC)
    key = f"{_base(channel, cell[0])}{cell[1]}/{day.year}/{day.month}/{day.day}/{name}.json.gz"
    put_object(
        world, channel["s3BucketName"], key, zipped(orjson.dumps(content, default=str)),
        moment=moment, kms_key=channel.get("s3KmsKeyArn"),
    )  # fmt: skip


def _base(channel: dict[str, Any], account: str) -> str:
    prefix = channel.get("s3KeyPrefix")
    return f"{prefix + '/' if prefix else ''}AWSLogs/{account}/Config/"


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")
