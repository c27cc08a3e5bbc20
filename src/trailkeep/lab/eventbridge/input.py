"""What a target is sent of an event: all of it, a constant, a part, or a template filled in.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from trailkeep.lab.eventbridge.state import Rule

_ABSENT = object()
_NAME = r"[A-Za-z0-9_.\-]+"
_HOLE = re.compile(rf"<({_NAME})>")
_PATH = re.compile(r"\$(\.[^.\[\]\s]+(\[\d+\])?)*")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_GIVEN = frozenset(
    {
        "aws.events.rule-arn",
        "aws.events.rule-name",
        "aws.events.event.ingestion-time",
        "aws.events.event",
        "aws.events.event.json",
    }
)
"""What every template may name."""


def input_of(target: Mapping[str, Any], rule: Rule, event: Mapping[str, Any]) -> str:
    """The text that a target receives."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        found = _at(str(target["InputPath"]), event)
        return json.dumps(None if found is _ABSENT else found)
    transformer = target.get("InputTransformer")
    return _filled(transformer, rule, event) if transformer else json.dumps(event)


def fault_of(target: Mapping[str, Any]) -> str | None:
    """What is wrong with what a target asks to be sent; None when nothing is."""
    given = [name for name in ("Input", "InputPath", "InputTransformer") if target.get(name)]
    if len(given) > 1:
        return f"Only one of Input, InputPath, or InputTransformer must be provided for target {target.get('Id')}."
    if given == ["InputPath"] and not _PATH.fullmatch(str(target["InputPath"])):
        return f"Invalid InputPath for target {target.get('Id')}."
    if given == ["InputTransformer"]:
        return _fault_of_template(target)
    return None


def _fault_of_template(target: Mapping[str, Any]) -> str | None:
    transformer = target["InputTransformer"]
    template = transformer.get("InputTemplate")
    paths = transformer.get("InputPathsMap") or {}
    if not isinstance(template, str) or not 1 <= len(template) <= 8192 or len(paths) > 100:
        return f"Invalid InputTransformer for target {target.get('Id')}."
    for name, path in paths.items():
        if name.lower().startswith("aws") or not re.fullmatch(_NAME, name) or not _PATH.fullmatch(str(path)):
            return f"Invalid InputPathsMap for target {target.get('Id')}: {name}."
    unknown = {name for name in _HOLE.findall(template) if name not in paths and name not in _GIVEN}
    if unknown:
        return (
            f"InputTemplate for target {target.get('Id')} contains invalid placeholder: {', '.join(sorted(unknown))}."
        )
    return None


def _filled(transformer: Mapping[str, Any], rule: Rule, event: Mapping[str, Any]) -> str:
    paths: Mapping[str, str] = transformer.get("InputPathsMap") or {}
    values: dict[str, Any] = {
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
        "aws.events.event.ingestion-time": event.get("time"),
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
        "aws.events.event.json": event,
        **{name: _at(path, event) for name, path in paths.items()},
    }
    template = str(transformer["InputTemplate"])
    quoted = _quoted(template)

    def fill(found: re.Match[str]) -> str:
        value = values.get(found[1], _ABSENT)
        if value is _ABSENT:
            return ""
        if not quoted[found.start()]:
            return json.dumps(value)
        return json.dumps(value if isinstance(value, str) else json.dumps(value))[1:-1]

    return _HOLE.sub(fill, template)


def _quoted(template: str) -> list[bool]:
    """For each character whether it stands in a JSON string."""
    inside, escaped, told = False, False, []
    for letter in template:
        told.append(inside)
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = inside
        elif letter == '"':
            inside = not inside
    return told


def _at(path: str, event: Any) -> Any:
    value = event
    for name, number in _STEP.findall(path.removeprefix("$")):
        if number:
            value = value[int(number)] if isinstance(value, list) and int(number) < len(value) else _ABSENT
        else:
            value = value.get(name, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value
