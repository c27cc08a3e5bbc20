"""What came over AWS's wire protocols, as CloudTrail writes it: small first letters, lists, its own dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

DEEPEST = 40
"""What is nested deeper is left out, so that no request can exhaust the stack."""
_LATEST = 253_402_300_800
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_TIMES = ("Time", "Date", "Timestamp")


def lowered(value: Any, depth: int = 0) -> Any:
    """Member names as CloudTrail spells them: the first letter small."""
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: lowered(each, depth + 1) for name, each in value.items()}
    return [lowered(each, depth + 1) for each in value] if isinstance(value, list) else value


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """`Tags.member.1.Key=a` as `{"Tags": [{"Key": "a"}]}` (AWS's query protocol)."""
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *path, last = name.split(".", DEEPEST)
        place = tree
        for part in path:
            deeper = place.setdefault(part, {})
            place = deeper if isinstance(deeper, dict) else {}
        place[last] = value
    return {name: _listed(value) for name, value in tree.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = value.get("member", value) if set(value) == {"member"} else value
    if isinstance(inner, dict) and inner and all(re.fullmatch(r"[0-9]{1,6}", name) for name in inner):
        return [_listed(inner[name]) for name in sorted(inner, key=int)]
    return {name: _listed(each) for name, each in value.items()}


def xml_result(body: bytes) -> Any:
    """The result in an answer of the query protocol. Raises ElementTree.ParseError."""
    root = ET.fromstring(body)  # noqa: S314  (it is the lab's own answer)
    result = next((child for child in root if tag(child).endswith("Result")), None)
    return tree_of(result) if result is not None else {}


def tree_of(element: ET.Element, depth: int = 0) -> Any:
    """An XML element's members; what stands several times is a list, and so is `member`."""
    children = list(element)
    if not children:
        return (element.text or "").strip()
    if depth > DEEPEST:
        return None
    if {tag(child) for child in children} == {"member"}:
        return [tree_of(child, depth + 1) for child in children]
    tree: dict[str, Any] = {}
    for child in children:
        name, value = tag(child), tree_of(child, depth + 1)
        if name in tree:
            before = tree[name]
            tree[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            tree[name] = value
    return tree


def tag(element: ET.Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def dated(value: Any, comma: str = "", name: str = "") -> Any:
    """Times as CloudTrail writes them in responseElements: `Jul 10, 2023 12:23:05 PM`; STS puts a comma in between."""
    if isinstance(value, dict):
        return {key: dated(each, comma, key) for key, each in value.items()}
    if isinstance(value, list):
        return [dated(each, comma, name) for each in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return _said(datetime.fromisoformat(value), comma)
    if isinstance(value, int | float) and name.endswith(_TIMES) and 0 < value < _LATEST:
        return _said(datetime.fromtimestamp(value, UTC), comma)
    return value


def _said(moment: datetime, comma: str) -> str:
    return f"{moment:%b} {moment.day}, {moment.year}{comma} {moment.hour % 12 or 12}:{moment:%M:%S %p}"
