"""A case of `policies test`: a request, policies, facts, and the decision that is expected."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from trailkeep.authz.conditions import text_of
from trailkeep.authz.policy import Kind, Policy, parse
from trailkeep.authz.principal import Principal, read_principal, service_linked
from trailkeep.authz.request import Decision, Facts, Level, Policies, Request, Verdict
from trailkeep.errors import PolicyError, UsageError

_KEYS = ("id", "request", "principal_facts", "policies", "expected")
_REQUEST = frozenset({"principal", "action", "resource", "resource_account", "context", "wildcard_only_action"})
_POLICIES = frozenset({"identity", "session", "boundary", "resource", "scp", "rcp", "vpc_endpoint"})
_OF_ORGANIZATION = frozenset({"scp", "rcp", "resource"})
_HINT = "the form of a case is in docs/policies.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case. `policies` and `facts` are None where the case states neither.

    `left_out` are those of scp, rcp and resource that its policies leave to the organization; `are_facts_stated` is
    False where `facts` are only what the principal's ARN tells.
    """

    id: str
    request: Request
    policies: Policies | None
    facts: Facts | None
    expected: Verdict
    left_out: frozenset[str] = frozenset()
    are_facts_stated: bool = True

    @property
    def needs_organization(self) -> bool:
        """Whether an organization, where there is one, has something to add."""
        return self.policies is None or bool(self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a case."""

    case: Case
    decision: Decision

    @property
    def is_as_expected(self) -> bool:
        """Whether the decision is the expected one."""
        return self.decision.verdict is self.case.expected


def read_case(found: Any, where: str) -> Case:  # noqa: ANN401 whatever a file holds
    """A case from plain JSON values. Raises UsageError that says where and what is wrong.

    A policy that is not as it should be is an error here: a mistyped element must not pass for an answer.
    """
    try:
        return _case(_object(found, "a case", None))
    except (KeyError, ValueError, TypeError, PolicyError) as error:
        named = found.get("id") if isinstance(found, Mapping) else None
        name = named if isinstance(named, str) else "without a name"
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"{where}: case {name[:80]!r}: {what}", hint=_HINT) from error


def _case(found: Mapping[str, Any]) -> Case:
    meant = {key: difflib.get_close_matches(str(key), _KEYS, n=1, cutoff=0.7) for key in set(found) - set(_KEYS)}
    if mistyped := sorted(str(key) for key, close in meant.items() if close):  # notes and sources are welcome
        raise ValueError(f"it has no {mistyped[0][:60]!r}; did you mean {meant[mistyped[0]][0]!r}?")
    request = _request(_object(found["request"], "request", _REQUEST))
    expected = _object(found["expected"], "expected", None)
    policies = None if found.get("policies") is None else _object(found["policies"], "policies", _POLICIES)
    is_stated = "principal_facts" in found
    return Case(
        id=_text(found["id"], "id"),
        request=request,
        policies=None if policies is None else _policies(policies),
        facts=_facts(found.get("principal_facts"), request) if is_stated or policies is not None else None,
        expected=Verdict(_text(expected["decision"], "decision")),
        left_out=frozenset() if policies is None else _OF_ORGANIZATION - set(policies),
        are_facts_stated=is_stated,
    )


def _request(found: Mapping[str, Any]) -> Request:
    pairs = _object(found.get("context", {}), "context", None).items()
    context = {k.lower(): tuple(text_of(v) for v in (v if isinstance(v, list) else [v])) for k, v in pairs}
    if len(context) < len(pairs):
        raise ValueError("context has a key twice (case does not count)")
    return Request(
        principal=_principal(found["principal"], (context.get("aws:principalarn") or ("",))[0]),
        action=_text(found["action"], "action"),
        resource=_text(found["resource"], "resource"),
        resource_account=_text(found.get("resource_account") or "", "resource_account"),
        context=context,
        wildcard_only=found.get("wildcard_only_action", False) is True,
    )


def _principal(found: Any, principal_arn: str) -> Principal:  # noqa: ANN401 whatever a file holds
    if isinstance(found, Mapping):
        if found.get("type") == "Anonymous":
            return Principal(kind="anonymous", id="")
        if found.get("type") == "Federated":
            return Principal(kind="federated", id=_text(found["id"], "id of the principal"))
        raise ValueError('a principal is text, {"type": "Anonymous"} or {"type": "Federated", "id": …}')
    return read_principal(_text(found, "principal"), principal_arn)


def _facts(found: Any, request: Request) -> Facts:  # noqa: ANN401 whatever a file holds
    """The facts a case states; root and service-linked roles are also known by their ARN."""
    stated = _object(found or {}, "principal_facts", frozenset(f.name for f in fields(Facts)))
    if not all(isinstance(v, bool) for v in stated.values()):
        raise ValueError("principal_facts are true or false")
    arn = (request.context.get("aws:principalarn") or ("",))[0]
    known = {"service_linked_role": service_linked(request.principal, arn), "is_root": request.principal.kind == "root"}
    return Facts(**{**known, **stated})


def _policies(found: Mapping[str, Any]) -> Policies:
    return Policies(
        identity=_listed(found.get("identity") or [], "identity"),
        session=_one(found.get("session"), "session"),
        boundary=None if found.get("boundary") is None else _listed(found["boundary"], "boundary"),
        resource=_one(found.get("resource"), "resource"),
        scp=_levels(found.get("scp") or [], "scp"),
        rcp=_levels(found.get("rcp") or [], "rcp"),
        vpc_endpoint=None if found.get("vpc_endpoint") is None else _listed(found["vpc_endpoint"], "vpc_endpoint"),
    )


def _levels(found: Any, kind: Kind) -> tuple[Level, ...]:  # noqa: ANN401 whatever a file holds
    if not isinstance(found, list):
        raise TypeError(f"{kind} is not a list of levels")
    levels = [_object(level, f"a level of {kind}", frozenset({"target", "policies"})) for level in found]
    return tuple(Level(target=_text(v["target"], "target"), policies=_listed(v["policies"], kind)) for v in levels)


def _listed(found: Any, kind: Kind) -> tuple[Policy, ...]:  # noqa: ANN401 whatever a file holds
    documents = found if isinstance(found, list) else [found]
    return tuple(_policy(d, kind, f"{kind} {number}") for number, d in enumerate(documents, 1))


def _one(found: Any, kind: Kind) -> Policy | None:  # noqa: ANN401 whatever a file holds
    return None if found is None else _policy(found, kind, kind)


def _policy(document: Any, kind: Kind, name: str) -> Policy:  # noqa: ANN401 whatever a file holds
    policy = parse(document if isinstance(document, str) else _object(document, name, None), name=name, kind=kind)
    if policy.problems:
        raise ValueError(f"{name}: {policy.problems[0]}")
    return policy


def _object(found: Any, what: str, keys: frozenset[str] | None) -> Mapping[str, Any]:  # noqa: ANN401 untrusted
    if not isinstance(found, Mapping):
        raise TypeError(f"{what} is not an object")
    unknown = sorted(str(k) for k in set(found) - keys) if keys is not None else []
    if unknown:
        raise ValueError(f"{what} has no {unknown[0][:60]!r}")
    return found


def _text(found: Any, what: str) -> str:  # noqa: ANN401 whatever a file holds
    if not isinstance(found, str):
        raise TypeError(f"{what} is not text")
    return found
