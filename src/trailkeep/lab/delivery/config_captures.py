"""When AWS Config noticed the last change of each resource, and the query that tells (botocore model config)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from trailkeep.lab.call import Call
from trailkeep.lab.config_facts import is_running
from trailkeep.lab.config_pages import paged
from trailkeep.lab.delivery.config_items import items_of
from trailkeep.lab.delivery.ledger import Capture, Cell, Ledger, ledger_of
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

_LONGEST = 4096
_PAGE, _LARGEST = 25, 100
_QUERY = re.compile(r"SELECT\s(?P<fields>[\w\s,]+)\sORDER\s+BY\s+(?P<by>\w+)(\s+(?P<way>ASC|DESC))?", re.IGNORECASE)
_FIELDS: Mapping[str, Callable[[Cell, str, str, Capture], str]] = {
    "accountId": lambda cell, _kind, _identity, _capture: cell[0],
    "configurationItemCaptureTime": lambda _cell, _kind, _identity, capture: _time(capture.time),
    "resourceId": lambda _cell, _kind, identity, _capture: identity,
    "resourceType": lambda _cell, kind, _identity, _capture: kind,
}


def capture(world: World, ledger: Ledger, cell: Cell, moment: float) -> None:
    """Notice what changed in an account and Region that records; a deleted resource is forgotten."""
    known, found = ledger.captures[cell], dict[tuple[str, str], Capture]()
    for kind, items in items_of(world, cell, moment).items():
        for item in items:
            name = kind, str(item["resourceId"])
            shown = hashlib.sha256(orjson.dumps(item["configuration"], default=str)).hexdigest()
            now = Capture(fingerprint=shown, time=moment)
            before = known.get(name, now)
            found[name] = before if before.fingerprint == shown else now
    ledger.captures[cell] = found


def select_resource_config(call: Call, world: World) -> dict[str, Any]:
    """SelectResourceConfig: what is recorded in the account and Region, some properties of it, in an order.

    Only `SELECT property, … ORDER BY property [ASC|DESC]`, sorted by a property that is selected; AWS's grammar has
    more, which is refused here (https://docs.aws.amazon.com/config/latest/developerguide/query-components.html).
    """
    cell, ledger = (call.account, call.region), ledger_of(world)
    fields, by, descends = _read(str(call.params.get("Expression", "")))
    with world.lock:
        if is_running(world, *cell):
            capture(world, ledger, cell, world.clock.now())
        known = sorted(ledger.captures[cell].items(), key=lambda pair: pair[0])
    rows = [{name: _FIELDS[name](cell, *resource, one) for name in fields} for resource, one in known]
    rows.sort(key=lambda row: row[by], reverse=descends)
    answer = paged(call, "Results", rows, default=_PAGE, most=_LARGEST, show=json.dumps)
    return {**answer, "QueryInfo": {"SelectFields": [{"Name": name} for name in fields]}}


def _read(expression: str) -> tuple[list[str], str, bool]:
    """The properties selected, the one to sort by, and whether the largest comes first."""
    asked = _QUERY.fullmatch(expression.strip()) if len(expression) <= _LONGEST else None
    fields = [name.strip() for name in asked["fields"].split(",")] if asked else []
    if asked is None or not set(fields) <= _FIELDS.keys() or asked["by"] not in fields:
        known = ", ".join(_FIELDS)
        message = f"The embedded organization reads SELECT … ORDER BY … of {known} only, sorted by a selected one."
        raise Refusal("InvalidExpressionException", message)
    return fields, asked["by"], (asked["way"] or "").upper() == "DESC"


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
