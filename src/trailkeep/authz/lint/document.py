"""A policy document as a lint sees it: as it was written, and compiled, statement by statement."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from trailkeep.authz import policy as compiled
from trailkeep.authz.conditions import Null, Test, text_of
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.errors import PolicyError

Form = Literal["scp", "rcp", "identity", "boundary", "session", "resource", "trust", "key", "vpc-endpoint"]
FORMS: tuple[Form, ...] = get_args(Form)

LARGEST = 50_000
"""Characters of a document that is looked into; AWS stores none of a customer above 40,000 (Organizations quotas)."""

_KINDS: Mapping[Form, compiled.Kind] = {
    "scp": "scp",
    "rcp": "rcp",
    "identity": "identity",
    "boundary": "boundary",
    "session": "session",
    "resource": "resource",
    "trust": "resource",
    "key": "resource",
    "vpc-endpoint": "vpc_endpoint",
}
WITHOUT_PRINCIPAL = frozenset({"scp", "identity", "boundary", "session"})
"""Policies that bind whom they are attached to, so that they name nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One test of a Condition block, as written and compiled."""

    operator: str
    key: str
    values: tuple[str, ...]
    test: Test | Null

    @property
    def needs_key(self) -> bool:
        """Whether it can only hold where the request has the key."""
        if isinstance(self.test, Null):
            return not self.test.absent
        return self.test.holds({}) is False

    def __str__(self) -> str:
        return f"{self.operator} {self.key}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clause:
    """One statement. `written` is what the document says; `meant` is compiled from it without a stray Principal."""

    number: int
    sid: str
    written: Mapping[str, Any]
    meant: compiled.Statement
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def is_readable(self) -> bool:
        """Whether it could be compiled; nothing else is known of one that could not."""
        return not self.meant.unreadable

    def with_(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
        """The statement with some elements replaced, removed where None; order is kept, new ones come last."""
        merged = {**self.written, **changes}
        return {key: value for key, value in merged.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """A policy, in which what could not be read has a reason.

    `attached` are the targets it is attached to (None: not known), `about` is the ARN of its resource, `account` the
    account that owns it ("": not known). `problem` says why it is no policy at all; then it has no clauses.
    """

    name: str
    form: Form
    text: str
    version: str = ""
    clauses: tuple[Clause, ...] = ()
    attached: tuple[str, ...] | None = None
    about: str = ""
    account: str = ""
    aws_managed: bool = False
    problem: str = ""
    hint: str = ""
    whole: compiled.Policy | None = field(default=None)

    @property
    def readable(self) -> tuple[Clause, ...]:
        """The statements that could be compiled."""
        return tuple(c for c in self.clauses if c.is_readable)

    def finding(
        self,
        id: str,  # noqa: A002 the field's own name
        severity: Severity,
        clause: Clause | None,
        **rest: Any,  # noqa: ANN401 Finding's other fields
    ) -> Finding:
        """A finding about a statement, or (None) about all of it."""
        place: dict[str, Any] = {"statement": clause.sid, "number": clause.number} if clause else {}
        return Finding(id=id, severity=severity, policy=self.name, **place, **rest)


def read(text: str, *, name: str, form: Form, **known: Any) -> Document:  # noqa: ANN401 Document's other fields
    """A document from its text; `known` are more fields of it. What is no policy becomes one with a `problem`."""
    if len(text) > LARGEST:
        problem = f"it has {len(text):,} characters; no policy of a customer is that long, so it was not looked into"
        return Document(name=name, form=form, text=text, problem=problem, hint="divide it", **known)
    try:
        compiled.parse(text, name=name, kind=_KINDS[form])
        found = json.loads(text)
        if form in WITHOUT_PRINCIPAL:
            meant = compiled.parse(_without_principals(found), name=name, kind=_KINDS[form])
        else:
            meant = compiled.parse(found, name=name, kind=_KINDS[form])
    except PolicyError as error:
        return Document(name=name, form=form, text=text, problem=error.message, hint=error.hint, **known)
    listed = _listed(found["Statement"])
    clauses = tuple(_clause(s, m, n) for n, (s, m) in enumerate(zip(listed, meant.statements, strict=True), 1))
    version = found.get("Version", "")
    return Document(name=name, form=form, text=text, version=version, clauses=clauses, whole=meant, **known)


def _clause(written: Any, meant: compiled.Statement, number: int) -> Clause:  # noqa: ANN401 untrusted
    if not isinstance(written, Mapping):
        return Clause(number=number, sid="", written={}, meant=meant)
    sid = written.get("Sid")
    named = sid if isinstance(sid, str) else ""
    if meant.unreadable:
        return Clause(number=number, sid=named, written=written, meant=meant)
    return Clause(
        number=number,
        sid=named,
        written=written,
        meant=meant,
        actions=tuple(_listed(written.get("Action", written.get("NotAction")))),
        resources=meant.resource_words,
        asked=_asked(written, meant),
    )


def _asked(written: Mapping[str, Any], meant: compiled.Statement) -> tuple[Asked, ...]:
    """The tests in the order in which they were compiled."""
    block = written.get("Condition", {})
    said = [(operator, key, value) for operator, keys in block.items() for key, value in keys.items()]
    return tuple(
        Asked(operator=operator, key=key, values=tuple(text_of(v) for v in _listed(value)), test=test)
        for (operator, key, value), test in zip(said, meant.conditions, strict=True)
    )


def _without_principals(found: Mapping[str, Any]) -> dict[str, Any]:
    """So that everything else that is wrong with a statement is seen as well."""
    left = [
        {k: v for k, v in s.items() if k not in {"Principal", "NotPrincipal"}} if isinstance(s, Mapping) else s
        for s in _listed(found["Statement"])
    ]
    return {**found, "Statement": left}


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 untrusted
    return value if isinstance(value, list) else [value]


def minified(text: str) -> str:
    """The same JSON without white space; text that is no JSON as it is."""
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
