"""KMS: switching keys off and on and deleting them, by whichever name; moto takes only bare ids for these."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.keys import find_key
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

_PENDING = "PendingDeletion"


def disable_key(call: Call, world: World) -> dict[str, Any]:
    """DisableKey."""
    _switch(_usable(call, world), on=False)
    return {}


def enable_key(call: Call, world: World) -> dict[str, Any]:
    """EnableKey."""
    _switch(_usable(call, world), on=True)
    return {}


def schedule_deletion(call: Call, world: World) -> dict[str, Any]:
    """ScheduleKeyDeletion, after 7 to 30 days."""
    key, days = _usable(call, world), int(call.params.get("PendingWindowInDays") or 30)
    if not 7 <= days <= 30:
        raise Refusal("ValidationException", f"PendingWindowInDays is {days}, and must be between 7 and 30.")
    key.enabled, key.key_state = False, _PENDING
    key.deletion_date = datetime.fromtimestamp(world.clock.now(), UTC).replace(tzinfo=None) + timedelta(days=days)
    ends = world.clock.now() + days * 86400
    return {"KeyId": key.arn, "DeletionDate": ends, "KeyState": _PENDING, "PendingWindowInDays": days}


def cancel_deletion(call: Call, world: World) -> dict[str, Any]:
    """CancelKeyDeletion: the key stays switched off."""
    key = _key(call, world)
    if key.key_state != _PENDING:
        raise Refusal("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    _switch(key, on=False)
    key.deletion_date = None
    return {"KeyId": key.arn}


def _switch(key: Any, *, on: bool) -> None:
    key.enabled, key.key_state = on, "Enabled" if on else "Disabled"


def _usable(call: Call, world: World) -> Any:
    key = _key(call, world)
    if key.key_state == _PENDING:
        raise Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    return key


def _key(call: Call, world: World) -> Any:
    name = str(call.params.get("KeyId", ""))
    key = None if "alias/" in name else find_key(world, name, account=call.account, region=call.region)
    if key is None:
        raise Refusal("NotFoundException", f"Key {name} does not exist")
    return key


ANSWERS: Mapping[str, Any] = {
    "DisableKey": disable_key,
    "EnableKey": enable_key,
    "ScheduleKeyDeletion": schedule_deletion,
    "CancelKeyDeletion": cancel_deletion,
}
