"""Whether a resource policy lets a request through: a small evaluator for bucket, key and trust policies.

Knows explicit deny over allow, Principal and NotPrincipal, wildcards in actions, resources and ARNs, and the common
condition operators with IfExists (IAM User Guide, policy evaluation logic; condition operators).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

Decision = Literal["allow", "deny", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as a resource policy sees it.

    `arns` are the principal's names: session, role, user; empty for a service.
    `context` maps lower-case condition keys to their values.
    """

    action: str
    resource: str
    arns: tuple[str, ...] = ()
    account: str = ""
    service: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def decide(policy: str | bytes | Mapping[str, Any] | None, request: Request) -> Decision:
    """What this policy alone says: an explicit deny, an allow, or nothing; so do no policy and an unreadable one."""
    if policy is None:
        return "none"
    try:
        document = policy if isinstance(policy, Mapping) else json.loads(policy)
    except ValueError:
        return "none"
    effects = {s.get("Effect") for s in _listed(document.get("Statement")) if _applies(s, request)}
    if "Deny" in effects:
        return "deny"
    return "allow" if "Allow" in effects else "none"


def like(pattern: str, value: str) -> bool:
    """Whether `value` matches a pattern with `*` and `?`, case-sensitively, as IAM means it."""
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    translated = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.compile(translated, re.DOTALL)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    return (
        _principal(statement, request)
        and _either(statement, "Action", request.action.lower(), lower=True)
        and _either(statement, "Resource", request.resource, lower=False)
        and all(_condition(op, keys, request) for op, keys in statement.get("Condition", {}).items())
    )


def _either(statement: Mapping[str, Any], member: str, value: str, *, lower: bool) -> bool:
    def matched(patterns: Iterable[str]) -> bool:
        return any(like(p.lower() if lower else p, value) for p in patterns)

    if f"Not{member}" in statement:
        return not matched(_listed(statement[f"Not{member}"]))
    if member not in statement:
        return member == "Resource"  # trust policies have none
    return matched(_listed(statement[member]))


def _principal(statement: Mapping[str, Any], request: Request) -> bool:
    if "NotPrincipal" in statement:
        return not _named(statement["NotPrincipal"], request)
    return _named(statement.get("Principal"), request)


def _named(principal: Any, request: Request) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    if request.service and request.service in _listed(principal.get("Service")):
        return True
    names = _listed(principal.get("AWS"))
    if "*" in names:
        return True
    whole = {request.account, f"arn:aws:iam::{request.account}:root"} if request.account else set()
    return any(name in whole or name in request.arns for name in names)


def _condition(operator: str, keys: Mapping[str, Any], request: Request) -> bool:
    return all(_holds(operator, key.lower(), _strings(wanted), request) for key, wanted in keys.items())


def _strings(value: Any) -> list[str]:
    return [str(v).lower() if isinstance(v, bool) else str(v) for v in _listed(value)]


def _holds(operator: str, key: str, wanted: list[str], request: Request) -> bool:
    qualifier, _, bare = operator.rpartition(":")
    name = bare.removesuffix("IfExists")
    values = request.context.get(key)
    if name == "Null":
        return wanted == ["true" if values is None else "false"]
    if name not in OPERATORS:
        return False
    negated, test = OPERATORS[name]
    if values is None:
        return negated or bare.endswith("IfExists") or qualifier == "ForAllValues"
    hits = [any(test(value, candidate) for candidate in wanted) for value in values]
    if qualifier == "ForAllValues":
        return not any(hits) if negated else all(hits)
    if negated and qualifier == "ForAnyValue":
        return not all(hits)
    return not any(hits) if negated else any(hits)


def _number(test: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compare(value: str, wanted: str) -> bool:
        try:
            return test(float(value), float(wanted))
        except ValueError:
            return False

    return compare


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


def _same(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


def _matches(value: str, wanted: str) -> bool:
    return like(wanted, value)


OPERATORS: Mapping[str, tuple[bool, Callable[[str, str], bool]]] = {
    "StringEquals": (False, _equal),
    "StringNotEquals": (True, _equal),
    "StringEqualsIgnoreCase": (False, _same),
    "StringNotEqualsIgnoreCase": (True, _same),
    "StringLike": (False, _matches),
    "StringNotLike": (True, _matches),
    "ArnEquals": (False, _matches),
    "ArnLike": (False, _matches),
    "ArnNotEquals": (True, _matches),
    "ArnNotLike": (True, _matches),
    "Bool": (False, _same),
    "NumericEquals": (False, _number(lambda a, b: a == b)),
    "NumericNotEquals": (True, _number(lambda a, b: a == b)),
    "NumericLessThan": (False, _number(lambda a, b: a < b)),
    "NumericLessThanEquals": (False, _number(lambda a, b: a <= b)),
    "NumericGreaterThan": (False, _number(lambda a, b: a > b)),
    "NumericGreaterThanEquals": (False, _number(lambda a, b: a >= b)),
}
"""Operator, whether it is negated (then an absent key satisfies it), and its test of one value against one wanted."""
