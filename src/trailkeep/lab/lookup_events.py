"""LookupEvents: an account's event history of a Region, from the calls that were seen (botocore model cloudtrail).

Whole CloudTrail events, as delivered files hold them, are not made yet: `CloudTrailEvent` holds what is known.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.recorder import RecordedCall
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

_PAGE = 50
_READING = ("Get", "List", "Describe", "Head", "Lookup")
_DATA = frozenset({"GetObject", "PutObject", "DeleteObject", "DeleteObjects", "HeadObject", "CopyObject"})
_IN_LEADER = frozenset({"iam", "organizations"})


def lookup(call: Call, world: World) -> dict[str, Any]:
    """Management events, newest first, 50 a page; lookup attributes are not served."""
    if call.params.get("LookupAttributes"):
        raise Refusal("NotInLab", "LookupAttributes are not part of the embedded organization")
    begin, end = (float(call.params.get(key) or fallback) for key, fallback in (("StartTime", 0), ("EndTime", 1e12)))
    seen = [
        one
        for one in reversed(world.recorder.calls())
        if one.account == call.account and _region(one) == call.region and begin <= one.time <= end
    ]
    return page(call, "Events", [_event(one) for one in seen if one.action not in _DATA], size=_PAGE)


def _region(call: RecordedCall) -> str:
    return "us-east-1" if call.service in _IN_LEADER else call.region


def _event(call: RecordedCall) -> dict[str, Any]:
    source = f"{call.service}.amazonaws.com"
    known = {
        "eventName": call.action,
        "eventSource": source,
        "awsRegion": _region(call),
        "recipientAccountId": call.account,
        "userIdentity": {"arn": call.principal},
    } | ({"errorCode": call.error} if call.error else {})
    return {
        "EventId": str(uuid.UUID(int=call.seq)),
        "EventName": call.action,
        "EventTime": call.time,
        "EventSource": source,
        "ReadOnly": str(call.action.startswith(_READING)).lower(),
        "Username": call.principal.rpartition("/")[2],
        "Resources": [],
        "CloudTrailEvent": json.dumps(known),
    }


ANSWERS: Mapping[str, Any] = {"LookupEvents": lookup}
