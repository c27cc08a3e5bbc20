"""Which data events of a bucket's objects a trail records: reads, writes, both."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.model.document import as_list
from trailkeep.model.trail import Selectors

BOTH = frozenset({"reads", "writes"})
_OBJECTS = "AWS::S3::Object"
_BASIC = {"All": BOTH, "ReadOnly": frozenset({"reads"}), "WriteOnly": frozenset({"writes"})}
_PLAIN = frozenset({"eventCategory", "readOnly", "resources.ARN", "resources.type"})


def directions(partition: str, selectors: Selectors, bucket: str) -> frozenset[str]:
    """The directions in which every object of the bucket is covered; what narrows a selector otherwise does not count.

    Source: botocore model cloudtrail AdvancedFieldSelector and DataResource.
    """
    every = f"arn:{partition}:s3:::{bucket}/"
    return frozenset(d for text in selectors.data for d in _directions(text, every))


def _directions(text: str, every: str) -> Iterator[str]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(told, Mapping):
        return
    if "FieldSelectors" in told:
        yield from _advanced(told, every)
    elif told.get("Type") == _OBJECTS and any(every.startswith(str(v)) for v in as_list(told.get("Values", []))):
        yield from _BASIC.get(str(told.get("ReadWriteType", "All")), frozenset())


def _advanced(told: Mapping[str, Any], every: str) -> Iterator[str]:
    fields = {f.get("Field"): f for f in as_list(told["FieldSelectors"]) if isinstance(f, Mapping)}
    if set(fields) - _PLAIN or fields.get("eventCategory", {}).get("Equals") != ["Data"]:
        return
    if fields.get("resources.type", {}).get("Equals") != [_OBJECTS]:
        return
    if _is_covered(fields.get("resources.ARN"), every):
        only = fields.get("readOnly", {}).get("Equals")
        yield from {"true": ("reads",), "false": ("writes",)}.get(only[0] if only else "", tuple(sorted(BOTH)))


def _is_covered(arn: Mapping[str, Any] | None, every: str) -> bool:
    if arn is None:
        return True
    if set(arn) - {"Field", "StartsWith"}:
        return False
    return any(every.startswith(str(v)) for v in as_list(arn.get("StartsWith", [])))
