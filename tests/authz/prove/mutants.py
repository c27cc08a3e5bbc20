"""Our own generated policies with one thing left out: an action, a resource, or a value of a condition."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.authz.prove import guarded as g
from trailkeep.authz.policy import Policy, parse
from trailkeep.authz.prove.world import World


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A world in which `dropped` is missing from a statement of a policy."""

    world: World
    policy: str
    statement: str
    element: str
    dropped: str
    actions: frozenset[str]

    def __str__(self) -> str:
        return f"{self.policy} {self.statement}: {self.element} without {self.dropped}"

    @property
    def where(self) -> tuple[str, str]:
        """The policy and the statement."""
        return self.policy, self.statement

    def concerns(self, action: str) -> bool:
        """Whether what was dropped is, or is about, this action."""
        if self.element != "Action":
            return True
        document = g.document({"Effect": "Allow", "Action": self.dropped, "Resource": "*"})
        return _one(parse(document, kind="identity")).of_action(action.lower()) is True


def _one(policy: Policy) -> Any:
    return policy.statements[0]


def mutants(world: World) -> Iterator[Mutant]:
    """Every one of them, the policies of the organization first."""
    organization = world.snapshot.organization
    for n, policy in enumerate(organization.policies):
        if not policy.aws_managed:
            for changed, what in _documents(policy.content):
                rest = list(organization.policies)
                rest[n] = replace(policy, content=changed)
                yield _mutant(g.with_policies(world, rest), f"{policy.name} ({policy.id})", what)
    for n, bucket in enumerate(world.snapshot.buckets):
        for changed, what in _documents(bucket.policy):
            buckets = list(world.snapshot.buckets)
            buckets[n] = replace(bucket, policy=changed)
            yield _mutant(g.seen(world, buckets=tuple(buckets)), f"bucket policy of {bucket.name}", what)
    for n, key in enumerate(world.snapshot.keys):
        for changed, what in _documents(key.policy):
            keys = list(world.snapshot.keys)
            keys[n] = replace(key, policy=changed)
            yield _mutant(g.seen(world, keys=tuple(keys)), f"key policy of {key.alias}", what)


What = tuple[dict[str, Any], str, str, str]
"""A statement as it was, its name, the element that lost something, and what it lost."""


def _mutant(world: World, policy: str, what: What) -> Mutant:
    statement, sid, element, dropped = what
    actions = statement.get("Action", statement.get("NotAction"))
    listed: list[str] = actions if isinstance(actions, list) else [str(actions)]
    return Mutant(
        world=world, policy=policy, statement=sid, element=element, dropped=dropped, actions=frozenset(listed)
    )


def _documents(text: str) -> Iterator[tuple[str, What]]:
    document = json.loads(text)
    for n, statement in enumerate(document["Statement"]):
        sid = statement.get("Sid") or str(n + 1)
        for changed, element, dropped in _statements(statement):
            rest: list[dict[str, Any]] = list(document["Statement"])
            rest[n : n + 1] = [] if changed is None else [changed]
            yield json.dumps({**document, "Statement": rest}), (statement, sid, element, dropped)


def _statements(statement: dict[str, Any]) -> Iterator[tuple[dict[str, Any] | None, str, str]]:
    for element in ("Action", "NotAction", "Resource", "NotResource"):
        yield from ((c, element, d) for c, d in _without(statement, [element]))
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            for changed, dropped in _without(statement, ["Condition", operator, key]):
                yield changed or _untested(statement, operator, key), f"{operator} {key}", dropped


def _untested(statement: dict[str, Any], operator: str, key: str) -> dict[str, Any]:
    """No value is left: the whole test goes, the statement stays."""
    changed = copy.deepcopy(statement)
    del changed["Condition"][operator][key]
    return changed


def _without(statement: dict[str, Any], path: list[str]) -> Iterator[tuple[dict[str, Any] | None, str]]:
    inner: Any = statement
    for name in path[:-1]:
        inner = inner[name]
    if path[-1] not in inner:
        return
    values = inner[path[-1]]
    values = values if isinstance(values, list) else [values]
    for value in values:
        if len(values) == 1:
            yield None, value
            return
        changed = copy.deepcopy(statement)
        at: Any = changed
        for name in path[:-1]:
            at = at[name]
        at[path[-1]] = [v for v in values if v != value]
        yield changed, value
