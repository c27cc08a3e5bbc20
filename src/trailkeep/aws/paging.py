"""How the next page of a listing is asked for."""

from collections.abc import Mapping
from typing import Any

import jmespath  # type: ignore[import-untyped]

_TOKENS = (("NextToken", "NextToken"), ("nextToken", "nextToken"), ("NextMarker", "Marker"), ("Marker", "Marker"))


def no_rule() -> Mapping[str, Any]:
    """The rule for operations that botocore's data has none for: whichever token the answer holds."""
    return {}


def next_request(rule: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that ask for the page after `answer`, empty after the last one.

    `rule` is botocore's (input_token, output_token, more_results); tokens may be several, and expressions.
    """
    if not rule:
        return next(({ask: answer[told]} for told, ask in _TOKENS if answer.get(told)), {})
    more = rule.get("more_results")
    if more and not jmespath.search(more, answer):
        return {}
    told, ask = _as_list(rule["output_token"]), _as_list(rule["input_token"])
    found = {a: jmespath.search(t, answer) for a, t in zip(ask, told, strict=True)}
    return {a: value for a, value in found.items() if value}


def _as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
