"""Event patterns: which events a rule wants.

Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html (operators),
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html (arrays match where any element does).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any

Pattern = Mapping[str, Any]
_ABSENT = object()
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, "=": eq, ">=": ge, ">": gt}
_TEXTS = frozenset({"prefix", "suffix", "equals-ignore-case", "wildcard"})
_OPERATORS = _TEXTS | {"exists", "anything-but", "numeric", "cidr"}


class BadPatternError(ValueError):
    """A text that is no event pattern, and why."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Pattern:
    """The pattern in a JSON text. Raises BadPatternError."""
    try:
        pattern = json.loads(text)
    except (ValueError, RecursionError):
        raise BadPatternError("Filter is not valid JSON") from None
    if not isinstance(pattern, dict):
        raise BadPatternError("Filter is not an object")
    _check(pattern)
    return pattern


def matches(pattern: Pattern, event: Mapping[str, Any]) -> bool:
    """Whether an event, as JSON values, is one of those the pattern wants."""
    return all(
        any(matches(one, event) for one in wanted) if name == "$or" else _member(wanted, event.get(name, _ABSENT))
        for name, wanted in pattern.items()
    )


def _member(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, dict):
        return any(_leaf(one, value) for one in wanted)
    inner = [one for one in _each(value) if isinstance(one, dict)]
    return any(matches(wanted, one) for one in inner or [{}])  # `exists: false` holds where nothing is at all


def _each(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else (value,)


def _leaf(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict) and "exists" in wanted:
        return (value is not _ABSENT and not isinstance(value, dict)) == wanted["exists"]
    if value is _ABSENT:
        return False
    return any(_holds(wanted, one) for one in _each(value))


def _holds(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)  # in Python True equals 1
    ((operator, operand),) = wanted.items()
    match operator:
        case "anything-but" if isinstance(operand, dict):
            return not _holds(operand, value)
        case "anything-but":
            return not any(_holds(one, value) for one in _each(operand))
        case "numeric":
            numbers = isinstance(value, int | float) and not isinstance(value, bool)
            return numbers and all(
                _COMPARE[how](value, limit) for how, limit in zip(operand[::2], operand[1::2], strict=True)
            )
        case "cidr":
            return _in_network(operand, value)
        case _:
            return isinstance(value, str) and any(_text(operator, one, value) for one in _each(operand))


def _text(operator: str, operand: Any, value: str) -> bool:
    if isinstance(operand, dict):
        operand, value = operand["equals-ignore-case"].casefold(), value.casefold()
    match operator:
        case "prefix":
            return value.startswith(operand)
        case "suffix":
            return value.endswith(operand)
        case "equals-ignore-case":
            return bool(value.casefold() == operand.casefold())
        case _:
            return _wildcard(operand).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _wildcard(text: str) -> re.Pattern[str]:
    """`*` stands for any characters, a star or backslash after a backslash for itself."""
    parts = re.findall(r"\\[*\\]|\*|[^*]", text)
    return re.compile("".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), re.DOTALL)


def _in_network(network: str, value: Any) -> bool:
    try:
        return ip_address(value) in ip_network(network, strict=False)
    except ValueError:
        return False


def _check(pattern: Mapping[str, Any]) -> None:
    if not pattern:
        raise BadPatternError("Empty objects are not allowed")
    for name, wanted in pattern.items():
        if name == "$or":
            _check_or(wanted)
        elif isinstance(wanted, dict):
            _check(wanted)
        elif not isinstance(wanted, list):
            raise BadPatternError(f'"{name}" must be an object or an array')
        elif not wanted:
            raise BadPatternError("Empty arrays are not allowed")
        else:
            for one in wanted:
                _check_value(one)


def _check_or(wanted: Any) -> None:
    if not isinstance(wanted, list) or len(wanted) < 2 or not all(isinstance(one, dict) for one in wanted):
        raise BadPatternError('"$or" must be an array of two objects or more')
    for one in wanted:
        _check(one)


def _check_value(wanted: Any) -> None:
    if isinstance(wanted, list):
        raise BadPatternError("Match value must be String, number, true, false, or null")
    if isinstance(wanted, dict):
        if len(wanted) != 1:
            raise BadPatternError("Only one key allowed in match expression")
        ((operator, operand),) = wanted.items()
        if operator not in _OPERATORS:
            raise BadPatternError(f"Unrecognized match type {operator}")
        if not _fits(operator, operand):
            raise BadPatternError(f"Bad value for the match type {operator}")


def _fits(operator: str, operand: Any) -> bool:
    return _FITTING.get(operator, _is_word)(operand)


def _is_word(operand: Any) -> bool:
    return isinstance(operand, str) and "**" not in operand


def _is_end(operand: Any) -> bool:
    if isinstance(operand, dict):
        return list(operand) == ["equals-ignore-case"] and isinstance(operand["equals-ignore-case"], str)
    return isinstance(operand, str)


def _is_exclusion(operand: Any) -> bool:
    if isinstance(operand, dict):
        return len(operand) == 1 and all(name in _TEXTS and _is_text(value) for name, value in operand.items())
    return operand != [] and all(isinstance(one, str | int | float) for one in _each(operand))


def _is_text(value: Any) -> bool:
    return value != [] and all(isinstance(one, str) for one in _each(value))


def _is_range(operand: Any) -> bool:
    if not isinstance(operand, list) or len(operand) not in {2, 4}:
        return False
    return all(how in _COMPARE for how in operand[::2]) and all(
        isinstance(limit, int | float) and not isinstance(limit, bool) for limit in operand[1::2]
    )


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


_FITTING: Mapping[str, Callable[[Any], bool]] = {
    "exists": lambda operand: isinstance(operand, bool),
    "numeric": _is_range,
    "cidr": lambda operand: isinstance(operand, str) and _is_network(operand),
    "anything-but": _is_exclusion,
    "prefix": _is_end,
    "suffix": _is_end,
    "equals-ignore-case": lambda operand: isinstance(operand, str),
}
