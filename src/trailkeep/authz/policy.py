"""Policy documents, parsed once into compiled statements; what cannot be read is kept, and settles nothing.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from trailkeep.authz import conditions
from trailkeep.authz.arns import ActionPattern, ResourcePattern
from trailkeep.authz.patterns import encode
from trailkeep.authz.principal import Named, Principal, PrincipalElement, read_element
from trailkeep.authz.template import Context, Template
from trailkeep.authz.truth import Truth, either, every, negation
from trailkeep.errors import PolicyError

Kind = Literal["identity", "session", "boundary", "scp", "rcp", "resource", "vpc_endpoint"]

LARGEST = 1 << 20
"""Characters of a document that is read; the largest AWS stores are some 40,000 (Organizations quotas)."""

_ELEMENTS = frozenset({
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
})  # fmt: skip
_NAMES_PRINCIPALS = frozenset({"resource", "vpc_endpoint", "rcp"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Statement:
    """One compiled statement. `unreadable` says what is wrong with it: then what it means is not settled."""

    sid: str
    denies: bool
    principal: PrincipalElement | None
    actions: tuple[ActionPattern, ...]
    not_action: bool
    resources: tuple[Template[ResourcePattern], ...] | None
    not_resource: bool
    resource_words: tuple[str, ...]
    conditions: tuple[conditions.Test | conditions.Null, ...]
    unreadable: str = ""

    def of_action(self, action: str) -> Truth:
        """Whether it is about this action, which is in lower case."""
        found = either(lambda pattern: pattern.matches(action), self.actions)
        return negation(found) if self.not_action else found

    def of_resource(self, resource: str, context: Context) -> Truth:
        """Whether it is about this resource; a trust policy has no Resource, and is about its role."""
        if self.resources is None:
            return True
        found = either(lambda template: template.matches(resource, context), self.resources)
        if not self.not_resource:
            return found
        if found is False and not all(t.is_resolved(context) for t in self.resources):
            return None  # NotResource with a variable that has no value
        return negation(found)

    def of_principal(self, who: Principal, *, bounded: bool) -> Truth:
        """Whether it is about `who`; a policy without Principal is about whom it is attached to.

        A Deny with NotPrincipal always meets a principal that has a permissions boundary (IAM User Guide, boundaries).
        """
        if self.principal is None:
            return True
        if self.principal.negated:
            return True if bounded and self.denies else negation(self.principal.excepts(who))
        named = self.principal.named(who)
        return None if named is Named.UNSURE else named is not Named.NOT

    def holds(self, context: Context) -> Truth:
        """Whether every condition holds."""
        return every(lambda test: test.holds(context), self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Policy:
    """A policy document, compiled; equal only to itself, so that what is remembered of it is found fast."""

    name: str
    kind: Kind
    statements: tuple[Statement, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What of it could not be read."""
        return tuple(f"statement {s.sid}: {s.unreadable}" for s in self.statements if s.unreadable)


@lru_cache(maxsize=16384)
def about(policy: Policy, action: str) -> tuple[tuple[Statement, Truth], ...]:
    """The statements of a policy that are, or may be, about an action in lower case."""
    found = ((s, None if s.unreadable else s.of_action(action)) for s in policy.statements)
    return tuple((s, truth) for s, truth in found if truth is not False)


def parse(document: Mapping[str, Any] | str | bytes, *, name: str = "policy", kind: Kind) -> Policy:
    """Compile a document. Statements that cannot be read are marked so.

    Raises PolicyError for what is no policy at all: not JSON, nested too deeply, too large, a key twice in one
    object, no Statement.
    """
    found = document if isinstance(document, Mapping) else _load(document, name)
    if not isinstance(found, Mapping) or "Statement" not in found:
        raise PolicyError(f"{name} is not a policy: it has no Statement", hint="see the IAM policy grammar")
    version = found.get("Version", "")
    if not isinstance(version, str):
        raise PolicyError(f"{name}: Version is not text", hint='write "Version": "2012-10-17"')
    listed = found["Statement"] if isinstance(found["Statement"], list) else [found["Statement"]]
    statements = tuple(_statement(s, version, kind, number) for number, s in enumerate(listed, 1))
    return Policy(name=name, kind=kind, statements=statements)


def unreadable(name: str, kind: Kind, reason: str) -> Policy:
    """Stands for a policy that is there but cannot be read: it may allow anything, and denies nothing for sure."""
    return Policy(name=name, kind=kind, statements=(_broken("1", reason, denies=False),))


def _load(document: str | bytes, name: str) -> Any:  # noqa: ANN401 whatever a document holds
    if len(document) > LARGEST:
        raise PolicyError(f"{name} has {len(document):,} characters", hint="no policy of AWS is that large")
    try:
        return json.loads(document, object_pairs_hook=once)
    except RecursionError as error:
        raise PolicyError(f"{name} is nested too deeply", hint="a policy has six levels at most") from error
    except ValueError as error:
        raise PolicyError(f"{name} is not JSON that can be believed: {error}", hint="correct the document") from error


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which every key stands once. Raises ValueError: which of two is meant nobody can say."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"{twice[:60]!r} stands twice in one object")
    return found


def _statement(found: Any, version: str, kind: Kind, number: int) -> Statement:  # noqa: ANN401 untrusted
    if not isinstance(found, Mapping):
        return _broken(str(number), "it is not an object", denies=False)
    sid = found.get("Sid")
    name = sid if isinstance(sid, str) and sid else str(number)
    try:
        return _compiled(found, version, kind, name)
    except (ValueError, RecursionError) as error:
        return _broken(name, str(error), denies=found.get("Effect") == "Deny")


def _compiled(found: Mapping[str, Any], version: str, kind: Kind, name: str) -> Statement:
    unknown = sorted(str(k) for k in set(found) - _ELEMENTS)
    if unknown:
        raise ValueError(f"there is no element {unknown[0][:40]!r}")
    if found.get("Effect") not in ("Allow", "Deny"):
        raise ValueError("Effect is neither Allow nor Deny")
    negated_action, actions = _one_of(found, "Action")
    if actions is None:
        raise ValueError("it has no Action")
    negated_resource, resources = _one_of(found, "Resource")
    if resources is None and kind not in {"resource", "rcp", "vpc_endpoint"}:
        raise ValueError("it has no Resource")
    block = found.get("Condition", {})
    if not isinstance(block, Mapping):
        raise ValueError("Condition is not an object")  # noqa: TRY004 one kind of error for all that is wrong
    return Statement(
        sid=name,
        denies=found["Effect"] == "Deny",
        principal=_principal(found, kind),
        actions=tuple(ActionPattern(encode(a)) for a in actions),
        not_action=negated_action,
        resources=None if resources is None else tuple(_resource(r, version) for r in resources),
        not_resource=negated_resource,
        resource_words=tuple(resources or ()),
        conditions=conditions.parse(block, version),
    )


def _resource(text: str, version: str) -> Template[ResourcePattern]:
    return Template(text, version, ResourcePattern, ResourcePattern.matches)


def _principal(found: Mapping[str, Any], kind: Kind) -> PrincipalElement | None:
    present = [k for k in ("Principal", "NotPrincipal") if k in found]
    if kind not in _NAMES_PRINCIPALS:
        if present:
            raise ValueError(f"a policy of this kind has no {present[0]}")
        return None
    if len(present) != 1:
        raise ValueError("it needs one of Principal and NotPrincipal")
    element = read_element(found[present[0]], negated=present[0] == "NotPrincipal")
    if kind == "rcp" and (element.negated or not element.everybody):
        raise ValueError('an RCP has "Principal": "*"')
    return element


def _one_of(found: Mapping[str, Any], element: str) -> tuple[bool, list[str] | None]:
    present = [k for k in (element, f"Not{element}") if k in found]
    if not present:
        return False, None
    if len(present) > 1:
        raise ValueError(f"it has both {element} and Not{element}")
    value = found[present[0]]
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(v, str) for v in values):
        raise ValueError(f"{present[0]} is not text")
    return present[0] != element, values


def _broken(name: str, reason: str, *, denies: bool) -> Statement:
    return Statement(
        sid=name,
        denies=denies,
        principal=None,
        actions=(),
        not_action=False,
        resources=None,
        not_resource=False,
        resource_words=(),
        conditions=(),
        unreadable=reason,
    )
