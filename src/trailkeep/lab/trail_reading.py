"""Reading trails: what they are, what they record, and their status in each account and Region."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.trail_delivery import delivery_error
from trailkeep.lab.trails import find_trail, trails_of, visible_trails
from trailkeep.lab.world import World

NOT_IN_CREATE = frozenset({"HomeRegion", "HasCustomEventSelectors", "HasInsightSelectors"})
DEFAULT_SELECTORS = [
    {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}
]


def describe(trail: Any) -> dict[str, Any]:
    """A trail as DescribeTrails shows it; members without a value are absent."""
    members = trail.description(include_region=True)
    members["HasCustomEventSelectors"] = bool(trail.event_selectors or trail.advanced_event_selectors)
    members["HasInsightSelectors"] = bool(trail.insight_selectors)
    members["RecursiveLogging"] = getattr(trail, "recursive_logging", None)
    return {name: value for name, value in members.items() if value is not None}


def get_trail(call: Call, world: World) -> dict[str, Any]:
    """GetTrail."""
    return {"Trail": describe(find_trail(call, world, _name(call)))}


def describe_trails(call: Call, world: World) -> dict[str, Any]:
    """DescribeTrails: shadow trails too, unless they are not wanted; names that mean nothing are left out."""
    seen = visible_trails(world, call.account, call.region)
    if not call.params.get("includeShadowTrails", True):
        seen = [t for t in seen if t.region_name == call.region and t.account_id == call.account]
    wanted = call.params.get("trailNameList")
    if wanted:
        seen = [t for t in seen if t.arn in wanted or (t.trail_name in wanted and t.account_id == call.account)]
    return {"trailList": [describe(t) for t in seen]}


def list_trails(call: Call, world: World) -> dict[str, Any]:
    """ListTrails: of all Regions, each with its home Region."""
    return {"Trails": [t.short() for t in trails_of(world, call.account)]}


def get_trail_status(call: Call, world: World) -> dict[str, Any]:
    """GetTrailStatus in the caller's account and Region. Nothing was delivered yet, so no delivery time is told."""
    trail = find_trail(call, world, _name(call))
    status = trail.status
    started, stopped = getattr(status, "started_at", None), getattr(status, "stopped_at", None)
    answer: dict[str, Any] = {
        "IsLogging": status.is_logging,
        "LatestDeliveryAttemptTime": "",
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
        "LatestDeliveryAttemptSucceeded": "",
        "TimeLoggingStarted": _iso(started),
        "TimeLoggingStopped": _iso(stopped),
    }
    if started is not None:
        answer["StartLoggingTime"] = started
    if stopped is not None:
        answer["StopLoggingTime"] = stopped
    error = delivery_error(world, trail, call.account, call.region) if status.is_logging else None
    if error:
        answer["LatestDeliveryError"] = error
        if trail.log_validation:
            answer["LatestDigestDeliveryError"] = error
    return answer


def get_event_selectors(call: Call, world: World) -> dict[str, Any]:
    """GetEventSelectors: all management events where none were put."""
    trail = find_trail(call, world, str(call.params.get("TrailName", "")))
    if trail.advanced_event_selectors:
        return {"TrailARN": trail.arn, "AdvancedEventSelectors": trail.advanced_event_selectors}
    return {"TrailARN": trail.arn, "EventSelectors": trail.event_selectors or DEFAULT_SELECTORS}


def get_insight_selectors(call: Call, world: World) -> dict[str, Any]:
    """GetInsightSelectors."""
    trail = find_trail(call, world, str(call.params.get("TrailName", "")))
    if not trail.insight_selectors:
        raise Refusal("InsightNotEnabledException", f"Trail {trail.arn} does not have Insights enabled.")
    return {"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors}


def list_tags(call: Call, world: World) -> dict[str, Any]:
    """ListTags of trails the caller can see."""
    found = []
    for arn in call.params.get("ResourceIdList") or []:
        trail = next((t for t in trails_of(world, call.account) if t.arn == arn), None)
        if trail is None:
            raise Refusal("ResourceNotFoundException", f"The specified resource {arn} does not exist.")
        backend = world.backend("cloudtrail", trail.account_id, trail.region_name)
        found += backend.list_tags([arn])
    return {"ResourceTagList": found}


def _name(call: Call) -> str:
    name = str(call.params.get("Name", ""))
    if len(name) < 3:
        raise Refusal(
            "InvalidTrailNameException",
            "Trail name too short. Minimum allowed length: 3 characters. "
            f"Specified name length: {len(name)} characters.",
        )
    return name


def _iso(moment: float | None) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else ""


ANSWERS: Mapping[str, Any] = {
    "GetTrail": get_trail,
    "DescribeTrails": describe_trails,
    "ListTrails": list_trails,
    "GetTrailStatus": get_trail_status,
    "GetEventSelectors": get_event_selectors,
    "GetInsightSelectors": get_insight_selectors,
    "ListTags": list_tags,
}
