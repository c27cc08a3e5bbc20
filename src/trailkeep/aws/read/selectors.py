"""Event selectors, basic and advanced, folded into one form."""

from collections.abc import Mapping, Sequence
from typing import Any

from trailkeep.model.trail import ManagementEvents, Selectors, selector_text

Told = Mapping[str, Any]

_DIRECTIONS = {"All": ("read", "write"), "ReadOnly": ("read",), "WriteOnly": ("write",)}
_PLAIN = frozenset({"eventCategory", "readOnly", "eventSource"})


def fold(answer: Told) -> Selectors:
    """What GetEventSelectors' answer records (botocore model cloudtrail GetEventSelectors, PutEventSelectors).

    A management selector that is narrower than by readOnly and excluded sources is kept among `data`: it must not
    count as recording all management events.
    """
    advanced = answer.get("AdvancedEventSelectors")
    if advanced:
        return _advanced(advanced)
    return _basic(answer.get("EventSelectors") or ())


def _basic(told: Sequence[Told]) -> Selectors:
    management = [
        (_DIRECTIONS.get(s.get("ReadWriteType", "All"), ()), frozenset(s.get("ExcludeManagementEventSources") or ()))
        for s in told
        if s.get("IncludeManagementEvents", True)
    ]
    data = [
        selector_text(
            {"ReadWriteType": s.get("ReadWriteType", "All"), **resource, "Values": sorted(resource.get("Values", ()))}
        )
        for s in told
        for resource in s.get("DataResources") or ()
    ]
    return _selectors(management, data)


def _advanced(told: Sequence[Told]) -> Selectors:
    management: list[tuple[tuple[str, ...], frozenset[str]]] = []
    data = []
    for selector in told:
        fields = {f["Field"]: f for f in selector.get("FieldSelectors", ())}
        if fields.get("eventCategory", {}).get("Equals") == ["Management"] and _is_plain(fields):
            only = fields.get("readOnly", {}).get("Equals", [])
            directions = {("true",): ("read",), ("false",): ("write",)}.get(tuple(only), ("read", "write"))
            management.append((directions, frozenset(fields.get("eventSource", {}).get("NotEquals", ()))))
        else:
            data.append(selector_text({**selector, "FieldSelectors": [fields[name] for name in sorted(fields)]}))
    return _selectors(management, data)


def _is_plain(fields: Mapping[str, Told]) -> bool:
    """Whether nothing but direction and excluded sources narrows it."""
    operators = set(fields.get("eventSource", {})) - {"Field"}
    return set(fields) <= _PLAIN and operators <= {"NotEquals"}


def _selectors(management: Sequence[tuple[tuple[str, ...], frozenset[str]]], data: Sequence[str]) -> Selectors:
    """A source is excluded where every selector of that direction excludes it."""
    excluded: frozenset[str] = frozenset()
    heard = []
    for direction in ("read", "write"):
        sets = [sources for directions, sources in management if direction in directions]
        if sets:
            heard.append(direction)
            excluded |= frozenset.intersection(*sets)
    names: dict[tuple[str, ...], ManagementEvents] = {("read", "write"): "all", ("read",): "read", ("write",): "write"}
    return Selectors(
        management=names.get(tuple(heard), "none"),
        excluded_sources=tuple(sorted(excluded)),
        data=tuple(sorted(data)),
    )
