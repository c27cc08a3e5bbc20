"""What a trail is to record, unfolded into the event selectors that say it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trailkeep.model.trail import Selectors

Told = dict[str, Any]

_BASIC_DIRECTION = {"all": "All", "read": "ReadOnly", "write": "WriteOnly"}
_READ_ONLY = {"read": "true", "write": "false", "ReadOnly": "true", "WriteOnly": "false"}
_PREFIXED = "AWS::S3::Object"


def unfold(selectors: Selectors) -> dict[str, Any]:
    """The parameter of PutEventSelectors that records `selectors`: advanced, unless all data selectors are basic.

    One trail cannot have both kinds (botocore model cloudtrail PutEventSelectors), so basic ones are said as advanced
    ones as soon as one is advanced.
    """
    data = [json.loads(text) for text in selectors.data]
    basic = [resource for entry in data if "FieldSelectors" not in entry for resource in _resources(entry)]
    advanced = [entry for entry in data if "FieldSelectors" in entry]
    if basic and not advanced:
        return {"EventSelectors": list(_basic(selectors, basic))}
    if selectors.management == "none" and not data:  # advanced selectors cannot be none at all
        return {"EventSelectors": [_basic_selector("All", management=False)]}
    told = [*_management(selectors), *(_as_advanced(r) for r in basic), *advanced]
    return {"AdvancedEventSelectors": told}


def _resources(entry: Mapping[str, Any]) -> Iterator[Told]:
    """Each basic data resource with its ReadWriteType; an entry is one, or holds several as DataResources."""
    direction = entry.get("ReadWriteType", "All")
    for resource in entry.get("DataResources", [entry]):
        yield {"ReadWriteType": direction, "Type": resource["Type"], "Values": resource.get("Values", [])}


def _basic(selectors: Selectors, resources: Sequence[Told]) -> Iterator[Told]:
    if selectors.management != "none":
        direction = _BASIC_DIRECTION[selectors.management]
        yield {
            **_basic_selector(direction, management=True),
            "ExcludeManagementEventSources": list(selectors.excluded_sources),
        }
    for direction in sorted({r["ReadWriteType"] for r in resources}):
        mine = [{"Type": r["Type"], "Values": r["Values"]} for r in resources if r["ReadWriteType"] == direction]
        yield {**_basic_selector(direction, management=False), "DataResources": mine}


def _basic_selector(direction: str, *, management: bool) -> Told:
    return {"ReadWriteType": direction, "IncludeManagementEvents": management, "DataResources": []}


def _management(selectors: Selectors) -> Iterator[Told]:
    if selectors.management == "none":
        return
    fields: list[Told] = [{"Field": "eventCategory", "Equals": ["Management"]}]
    if selectors.management != "all":
        fields.append({"Field": "readOnly", "Equals": [_READ_ONLY[selectors.management]]})
    if selectors.excluded_sources:
        fields.append({"Field": "eventSource", "NotEquals": list(selectors.excluded_sources)})
    yield {"Name": "Management events", "FieldSelectors": fields}


def _as_advanced(resource: Told) -> Told:
    """The same events: S3 values are prefixes of ARNs, others whole ARNs; `arn:aws:lambda` and the like mean all.

    Source: botocore model cloudtrail DataResource, AdvancedFieldSelector.
    """
    fields: list[Told] = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": [resource["Type"]]},
    ]
    if resource["ReadWriteType"] in _READ_ONLY:
        fields.append({"Field": "readOnly", "Equals": [_READ_ONLY[resource["ReadWriteType"]]]})
    if all(value.count(":") > 2 for value in resource["Values"]):  # else one of them means all
        operator = "StartsWith" if resource["Type"] == _PREFIXED else "Equals"
        fields.append({"Field": "resources.ARN", operator: resource["Values"]})
    return {"FieldSelectors": fields}
