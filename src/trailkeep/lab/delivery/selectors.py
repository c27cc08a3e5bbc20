"""Whether a trail's event selectors ask for an event (botocore model cloudtrail, EventSelector)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.delivery.events import Event


def selected(trail: Any, event: Event) -> bool:
    """Whether the trail records the event. Without selectors: all management events."""
    if trail.advanced_event_selectors:
        return any(_advanced(one.get("FieldSelectors") or [], event) for one in trail.advanced_event_selectors)
    if not trail.event_selectors:
        return not event.data
    return any(_basic(one, event) for one in trail.event_selectors)


def _basic(selector: Mapping[str, Any], event: Event) -> bool:
    wanted = selector.get("ReadWriteType", "All")
    if wanted != "All" and (wanted == "ReadOnly") != event.read_only:
        return False
    if not event.data:
        excluded = selector.get("ExcludeManagementEventSources") or ()
        return bool(selector.get("IncludeManagementEvents", True)) and event.source not in excluded
    return any(_holds_data(resource, event) for resource in selector.get("DataResources") or ())


def _holds_data(resource: Mapping[str, Any], event: Event) -> bool:
    if resource.get("Type") != "AWS::S3::Object":
        return False
    starts = tuple(str(value) for value in resource.get("Values") or ())
    return any(arn.startswith(starts) for arn in _object_arns(event))


def _object_arns(event: Event) -> tuple[str, ...]:
    """The ARNs a data event is selected by: the object, or the bucket with a slash for what lists it."""
    objects = tuple(arn for kind, arn in event.resources if kind == "AWS::S3::Object")
    return objects or tuple(f"{arn}/" for _, arn in event.resources)


def _advanced(fields: list[Mapping[str, Any]], event: Event) -> bool:
    return all(_matches(one, _values(str(one.get("Field")), event)) for one in fields)


def _values(name: str, event: Event) -> tuple[str, ...]:
    known: dict[str, tuple[str, ...]] = {
        "eventCategory": ("Data" if event.data else "Management",),
        "readOnly": (str(event.read_only).lower(),),
        "eventName": (event.name,),
        "eventSource": (event.source,),
        "resources.type": ("AWS::S3::Object",) if event.data else (),
        "resources.ARN": _object_arns(event),
    }
    return known.get(name, ())


def _matches(field: Mapping[str, Any], values: tuple[str, ...]) -> bool:
    def hit(operator: str) -> bool:
        wanted = tuple(str(value) for value in field.get(operator) or ())
        match operator.removeprefix("Not"):
            case "Equals":
                return any(value in wanted for value in values)
            case "StartsWith":
                return any(value.startswith(wanted) for value in values)
            case _:
                return any(value.endswith(wanted) for value in values)

    asked = [name for name in ("Equals", "StartsWith", "EndsWith") if field.get(name)]
    refused = [name for name in ("NotEquals", "NotStartsWith", "NotEndsWith") if field.get(name)]
    return (not asked or any(hit(name) for name in asked)) and not any(hit(name) for name in refused)
