"""Policies changed in one respect, so that asking them again tells which part of a statement is to blame."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from trailkeep.authz.policy import Kind, Policy, parse, unreadable
from trailkeep.errors import PolicyError
from trailkeep.model.document import statements

Statement = Mapping[str, Any]


@lru_cache(maxsize=1024)
def allows_alone(text: str, name: str) -> Policy:
    """A resource policy without its Denies."""
    return _parsed([s for s in statements(text) if s.get("Effect") != "Deny"], name, "resource")


@lru_cache(maxsize=1024)
def without_source(text: str, name: str) -> Policy:
    """A resource policy's Allows, asking nothing about the ARN or account behind a service's request."""
    keys = {"aws:sourcearn", "aws:sourceaccount"}
    return _parsed([_without(s, keys) for s in statements(text) if s.get("Effect") != "Deny"], name, "resource")


def denying_everywhere(text: str, name: str, kind: Kind) -> Policy:
    """The same policy whose Denies are about every resource: what only they then stop, they name wrongly."""
    return _parsed([_everywhere(s) if s.get("Effect") == "Deny" else s for s in statements(text)], name, kind)


def _everywhere(statement: Statement) -> Statement:
    rest = {k: v for k, v in statement.items() if k not in {"Resource", "NotResource"}}
    return {**rest, "Resource": "*"}


def _without(statement: Statement, keys: set[str]) -> Statement:
    block = statement.get("Condition")
    if not isinstance(block, Mapping):
        return statement
    kept = {
        operator: {k: v for k, v in tests.items() if str(k).lower() not in keys}
        if isinstance(tests, Mapping)
        else tests
        for operator, tests in block.items()
    }
    kept = {operator: tests for operator, tests in kept.items() if tests}
    rest = {k: v for k, v in statement.items() if k != "Condition"}
    return {**rest, "Condition": kept} if kept else rest


def _parsed(found: list[Statement], name: str, kind: Kind) -> Policy:
    try:
        return parse({"Version": "2012-10-17", "Statement": found}, name=name, kind=kind)
    except PolicyError as error:
        return unreadable(name, kind, error.message)
