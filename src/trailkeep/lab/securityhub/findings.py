"""GetFindings and BatchUpdateFindings: of the caller's hub, its members' and the linked Regions'.

Sources: botocore model securityhub/2018-10-26, AwsSecurityFindingFilters and StringFilter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.refusal import not_in_lab
from trailkeep.lab.securityhub.imports import announce
from trailkeep.lab.securityhub.settle import administers, linked
from trailkeep.lab.securityhub.state import Cell, Finding, state_of
from trailkeep.lab.securityhub.wire import asked, invalid_input, listed, not_subscribed, stamp
from trailkeep.lab.world import World

MOST = 100


def _text(*path: str) -> Callable[[Mapping[str, Any]], list[str]]:
    def values(finding: Mapping[str, Any]) -> list[str]:
        value: Any = finding
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value is not None else []

    return values


def _of_resources(name: str) -> Callable[[Mapping[str, Any]], list[str]]:
    return lambda finding: [str(one[name]) for one in finding.get("Resources") or () if name in one]


_FILTERS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "AwsAccountId": _text("AwsAccountId"),
    "CompanyName": _text("CompanyName"),
    "ComplianceStatus": _text("Compliance", "Status"),
    "Description": _text("Description"),
    "GeneratorId": _text("GeneratorId"),
    "Id": _text("Id"),
    "ProductArn": _text("ProductArn"),
    "ProductName": _text("ProductName"),
    "RecordState": _text("RecordState"),
    "Region": _text("Region"),
    "ResourceId": _of_resources("Id"),
    "ResourceType": _of_resources("Type"),
    "SeverityLabel": _text("Severity", "Label"),
    "Title": _text("Title"),
    "Type": _text("Types"),
    "VerificationState": _text("VerificationState"),
    "WorkflowStatus": _text("Workflow", "Status"),
}
"""The filters that are served, each with the values of a finding it compares."""
_YES: Mapping[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "PREFIX": lambda value, wanted: value.startswith(wanted),
    "CONTAINS": lambda value, wanted: wanted in value,
}
_NO = {"NOT_EQUALS": "EQUALS", "PREFIX_NOT_EQUALS": "PREFIX", "NOT_CONTAINS": "CONTAINS"}


def get(call: Call, world: World) -> dict[str, Any]:
    """GetFindings, newest update first."""
    if (call.account, call.region) not in state_of(world).hubs:
        raise not_subscribed(call)
    wants = asked(call)
    filters = wants.get("Filters") or {}
    unserved = sorted(set(filters) - set(_FILTERS))
    if unserved or wants.get("SortCriteria"):
        raise not_in_lab(call, f"findings by {', '.join(unserved) or 'SortCriteria'}")
    if not 1 <= int(wants.get("MaxResults") or MOST) <= MOST:
        raise invalid_input(f"MaxResults must be between 1 and {MOST}")
    found = [one.shown for _, one in _visible(call, world) if _passes(call, filters, one.shown)]
    return listed(call, "Findings", sorted(found, key=lambda one: (one["UpdatedAt"], one["Id"]), reverse=True))


def _passes(call: Call, filters: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    return all(_matches(call, wanted, _FILTERS[name](finding)) for name, wanted in filters.items())


def _matches(call: Call, wanted: list[Mapping[str, str]], values: list[str]) -> bool:
    """Comparisons that say yes are joined by OR, those that say no by AND."""
    yes: list[bool] = []
    no: list[bool] = []
    for one in wanted:
        comparison, text = str(one.get("Comparison")), str(one.get("Value", ""))
        if comparison not in _YES and comparison not in _NO:
            raise not_in_lab(call, f"the comparison {comparison}")
        sort = no if comparison in _NO else yes
        sort.append(any(_YES[_NO.get(comparison, comparison)](value, text) for value in values))
    return (not yes or any(yes)) and not any(no)


def _visible(call: Call, world: World) -> Iterator[tuple[Cell, Finding]]:
    """The findings that the caller's account sees in this Region, each with where it is."""
    state = state_of(world)
    aggregator = state.aggregators.get(call.account)
    regions = [call.region]
    if aggregator is not None and aggregator.region == call.region:
        regions += linked(world, aggregator)
    for (account, region), hub in state.hubs.items():
        ours = account == call.account
        if region in regions and (ours or _is_member(call, world, account, region)):
            yield from (((account, region), one) for one in hub.findings.values())


def _is_member(call: Call, world: World, account: str, region: str) -> bool:
    """Central configuration makes every account of the organization whose hub is on a member."""
    if state_of(world).central is None or world.account(account) is None:
        return False
    return administers(world, call.account, region) and administers(world, call.account, call.region)


_SIMPLE = tuple("Confidence Criticality RelatedFindings Types UserDefinedFields VerificationState Workflow".split())


def batch_update(call: Call, world: World) -> dict[str, Any]:
    """BatchUpdateFindings: what customers say of findings, 100 at most."""
    if (call.account, call.region) not in state_of(world).hubs:
        raise not_subscribed(call)
    wants = asked(call)
    named = wants.get("FindingIdentifiers")
    if not isinstance(named, list) or not 1 <= len(named) <= MOST:
        raise invalid_input(f"FindingIdentifiers must have between 1 and {MOST} elements")
    known = {(one.shown["ProductArn"], one.shown["Id"]): (cell, one) for cell, one in _visible(call, world)}
    processed, unprocessed = [], []
    for identifier in named:
        found = known.get((identifier.get("ProductArn"), identifier.get("Id")))
        if found is None:
            told = {"ErrorCode": "FindingNotFound", "ErrorMessage": "Finding Not Found"}
            unprocessed.append({"FindingIdentifier": identifier, **told})
            continue
        _set(found[1], wants, world.clock.now())
        announce(world, *found[0], found[1].shown)
        processed.append(identifier)
    return {"ProcessedFindings": processed, "UnprocessedFindings": unprocessed}


def _set(finding: Finding, wants: Mapping[str, Any], now: float) -> None:
    changes = {name: wants[name] for name in _SIMPLE if name in wants}
    if "Severity" in wants:
        changes["Severity"] = {**finding.shown["Severity"], **wants["Severity"]}
    if "Note" in wants:
        changes["Note"] = {**wants["Note"], "UpdatedAt": stamp(now)}
    finding.shown.update(changes)
    finding.set_by_customer.update(changes)


ANSWERS: Mapping[str, Any] = {"GetFindings": get, "BatchUpdateFindings": batch_update}
