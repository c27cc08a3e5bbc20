"""What CloudTrail and Config tell of their deliveries (botocore models cloudtrail/2013-11-01, config/2014-11-12)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from trailkeep.lab import config
from trailkeep.lab.call import Call
from trailkeep.lab.delivery.config_captures import select_resource_config
from trailkeep.lab.delivery.config_files import deliver_snapshot, history_of, is_recording
from trailkeep.lab.delivery.ledger import ledger_of
from trailkeep.lab.delivery.scope import obstacle
from trailkeep.lab.delivery.signing import PublicKey
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.trail_reading import get_trail_status
from trailkeep.lab.trails import find_trail
from trailkeep.lab.world import World

_KEYS_A_PAGE = 10


def list_public_keys(call: Call, world: World) -> dict[str, Any]:
    """ListPublicKeys: the keys of the Region in which it is asked, valid at any moment of the range; pages of ten."""
    now = world.clock.now()
    start = float(call.params.get("StartTime") or now)
    end = float(call.params.get("EndTime") or max(now, start))
    if end < start:
        raise Refusal("InvalidTimeRangeException", "The end of the time range lies before its start.")
    found = ledger_of(world).keys.public_keys(call.region, start, min(end, now + 86_400))
    return page(call, "PublicKeyList", found, size=_KEYS_A_PAGE, show=_shown)


def trail_status(call: Call, world: World) -> dict[str, Any]:
    """GetTrailStatus, with the last deliveries for the caller's account and Region, and what the key refuses."""
    answer = get_trail_status(call, world)
    trail = find_trail(call, world, str(call.params.get("Name", "")))
    ledger, cell = ledger_of(world), (call.account, call.region)
    line = ledger.lines.get(trail.arn)
    error = obstacle(world, line, cell) if line is not None and trail.kms_key_id else None
    if error:
        answer["LatestDeliveryError"] = error
        if trail.log_validation:
            answer["LatestDigestDeliveryError"] = error
    outcome = ledger.outcomes.get((trail.arn, cell))
    if outcome is not None:
        if outcome.delivered is not None:
            answer["LatestDeliveryTime"] = outcome.delivered
        if outcome.digested is not None:
            answer["LatestDigestDeliveryTime"] = outcome.digested
    return answer


def _shown(key: PublicKey) -> dict[str, Any]:
    return {
        "Value": base64.b64encode(key.value).decode(),
        "ValidityStartTime": key.valid_from,
        "ValidityEndTime": key.valid_to,
        "Fingerprint": key.fingerprint,
    }


def channel_status(call: Call, world: World) -> dict[str, Any]:
    """DescribeDeliveryChannelStatus, with the last history and snapshot files; periods without a file do not show.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/verify-delivery-status.html
    """
    answer = config.describe_channel_status(call, world)
    for status in answer["DeliveryChannelsStatus"]:
        past = history_of(ledger_of(world), call.account, call.region)
        for member, when in (
            ("configHistoryDeliveryInfo", past.written_at),
            ("configSnapshotDeliveryInfo", past.snapshot_at),
        ):
            if when is not None and status[member].get("lastStatus") in {None, "NOT_APPLICABLE"}:
                status[member] = {"lastStatus": "SUCCESS", "lastAttemptTime": when, "lastSuccessfulTime": when}
    return answer


def deliver_config_snapshot(call: Call, world: World) -> dict[str, Any]:
    """DeliverConfigSnapshot: a snapshot file at once."""
    name = str(call.params.get("deliveryChannelName", ""))
    backend = world.backend("config", call.account, call.region)
    if not backend.recorders:
        raise Refusal("NoAvailableConfigurationRecorderException", "Configuration recorder is not available.")
    channel = backend.delivery_channels.get(name)
    if channel is None:
        raise Refusal("NoSuchDeliveryChannelException", f"Cannot find delivery channel with specified name '{name}'.")
    if not is_recording(backend):
        raise Refusal("NoRunningConfigurationRecorderException", "There is no configuration recorder running.")
    number = deliver_snapshot(world, ledger_of(world), (call.account, call.region), world.clock.now())
    return {"configSnapshotId": number}


CLOUDTRAIL: Mapping[str, Any] = {"ListPublicKeys": list_public_keys, "GetTrailStatus": trail_status}
CONFIG: Mapping[str, Any] = {
    "DescribeDeliveryChannelStatus": channel_status,
    "DeliverConfigSnapshot": deliver_config_snapshot,
    "SelectResourceConfig": select_resource_config,
}
"""By API; `answers.py` puts them over the ones without deliveries."""
