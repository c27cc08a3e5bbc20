"""The same question put to z3 with its own theory of strings: a second opinion, encoded from the documents' meaning.

It knows strings, wildcards, Bool and presence of keys; what it is not made for (see `Oracle`) it leaves unanswered.
"""

from typing import Any

import z3

from trailkeep.authz import conditions
from trailkeep.authz.patterns import ANY, STAR, encode
from trailkeep.authz.policy import Policy, Statement, about
from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.variables import Text


class UnfitError(Exception):
    """A question that the oracle is not made for."""


class Oracle:
    """Answers for roles within one organization, where action, resource and principal are settled by no `None`."""

    def __init__(self, seconds: float) -> None:
        self._cap = int(seconds * 1000)

    def is_possible(self, deed: Deed, attacker: Attacker) -> bool | None:
        """Whether some request is allowed; None when z3 does not say, or the question is not for it."""
        solver = z3.Solver()
        solver.set("timeout", self._cap)
        try:
            for formula in _Encoding(deed, attacker).formulas():
                solver.add(formula)
        except UnfitError:
            return None
        answer = solver.check()
        return None if answer == z3.unknown else answer == z3.sat


class _Encoding:
    def __init__(self, deed: Deed, attacker: Attacker) -> None:
        self._deed, self._attacker = deed, attacker
        self._resource, self._arn = _variable("resource", deed.resource), _variable("arn", attacker.arn)
        self._there: dict[str, Any] = {}

    def formulas(self) -> Any:
        deed, who = self._deed, self._attacker
        if deed.resource is None or deed.behind is not None or who.arn is None or who.policies.boundary is not None:
            raise UnfitError
        yield _within(self._resource, deed.resource)
        yield _within(self._arn, who.arn)
        identity = self._allowed(who.policies.identity)
        granted = self._allowed([deed.policy] if deed.policy else [])
        ours = deed.account == who.account
        yield z3.Or(identity, granted) if ours else z3.And(identity, granted)
        for level in who.policies.scp:
            yield self._allowed(level.policies)
        everything = [*who.policies.identity, *(p for level in (*who.policies.scp, *deed.rcp) for p in level.policies)]
        for policy in (*everything, *([deed.policy] if deed.policy else [])):
            for statement, _ in about(policy, deed.action.lower()):
                if statement.denies:
                    yield z3.Not(self._meets(statement))
        for name, (there, value, values) in self._there.items():
            yield z3.Implies(there, z3.Or([value == v for v in values]) if values else z3.Length(value) > 0)
            yield there if name == "aws:securetransport" else z3.BoolVal(val=True)

    def _allowed(self, policies: Any) -> Any:
        found: list[Any] = []
        for policy in policies:
            assert isinstance(policy, Policy)
            found += [self._meets(s) for s, _ in about(policy, self._deed.action.lower()) if not s.denies]
        return z3.Or(found) if found else z3.BoolVal(val=False)

    def _meets(self, statement: Statement) -> Any:
        if statement.unreadable:
            raise UnfitError
        if statement.principal is not None and not statement.principal.everybody:
            named = statement.principal
            if named.negated or named.arns or named.accounts or named.unsure:
                raise UnfitError
            return z3.BoolVal(val=False)  # services
        inside = z3.Or([z3.InRe(self._resource, _regex(encode(w), arn=True)) for w in statement.resource_words])
        about_it = z3.Not(inside) if statement.not_resource else inside
        return z3.And(about_it, *(self._holds(t) for t in statement.conditions))

    def _holds(self, test: conditions.Test | conditions.Null) -> Any:
        there, value = self._key(test)
        if isinstance(test, conditions.Null):
            return z3.Not(there) if test.absent else there
        if test.qualifier or any("${" in v for v in test.values):
            raise UnfitError
        fits = z3.Or([self._compare(test.operator.name, value, v) for v in test.values])
        fits = z3.Not(fits) if test.operator.negated else fits
        return z3.If(there, fits, z3.BoolVal(val=bool(test.absent)))

    def _compare(self, operator: str, value: Any, wanted: str) -> Any:
        if operator == "Bool":
            return value == z3.StringVal(wanted.lower())
        if operator in {"StringEquals", "StringNotEquals"}:
            return value == z3.StringVal(wanted)
        if operator in {"StringLike", "StringNotLike"}:
            return z3.InRe(value, _regex(encode(wanted), arn=False))
        if operator.startswith("Arn"):
            return z3.InRe(value, _regex(encode(wanted), arn=True))
        raise UnfitError

    def _key(self, test: conditions.Test | conditions.Null) -> tuple[Any, Any]:
        key, fixed = test.key, self._attacker.fixed
        if key == "aws:principalarn":
            return z3.BoolVal(val=True), self._arn
        if key in fixed:
            return z3.BoolVal(val=bool(fixed[key])), z3.StringVal((fixed[key] or ("",))[0])
        if key not in self._there:
            values = ("true", "false") if isinstance(test, conditions.Test) and test.operator.name == "Bool" else ()
            self._there[key] = (z3.Bool(f"has {key}"), z3.String(key), values)
        return self._there[key][0], self._there[key][1]


def _regex(encoded: str, *, arn: bool) -> Any:
    """A pattern as a regular expression; in ARNs a wildcard stays in its part, but in the last one."""
    if arn and encoded == STAR:
        return z3.Full(z3.ReSort(z3.StringSort()))
    parts = encoded.split(":", 5) if arn else [encoded]
    if arn and len(parts) < 6:
        raise UnfitError
    rows = [_row(part, crossing=n == len(parts) - 1) for n, part in enumerate(parts)]
    return _joined([piece for n, row in enumerate(rows) for piece in ([z3.Re(":")] if n else []) + row])


def _row(part: str, *, crossing: bool) -> list[Any]:
    any_ = z3.AllChar(z3.ReSort(z3.StringSort()))
    one = any_ if crossing else z3.Diff(any_, z3.Re(":"))
    found: list[Any] = []
    text = ""
    for c in part:
        if c in {STAR, ANY}:
            found += [z3.Re(text)] if text else []
            found.append(z3.Star(one) if c == STAR else one)
            text = ""
        else:
            text += c
    return found + ([z3.Re(text)] if text else [])


def _joined(pieces: list[Any]) -> Any:
    if not pieces:
        return z3.Re("")
    return pieces[0] if len(pieces) == 1 else z3.Concat(*pieces)


def _variable(name: str, text: Text | None) -> Any:
    """A constant where there is just one text, which is easier for z3."""
    tokens = text.domain[0].tokens if text else ()
    is_one = text is not None and len(text.domain) == 1 and all(len(t.text) == 1 and not t.star for t in tokens)
    return z3.StringVal("".join(t.text for t in tokens)) if is_one else z3.String(name)


def _within(variable: Any, text: Any) -> Any:
    """A variable of ours by its domain, whose tokens are literal characters and classes of them."""
    return z3.Or([z3.InRe(variable, _tokens(p.tokens)) for p in text.domain])


def _tokens(tokens: Any) -> Any:
    pieces: list[Any] = []
    for token in tokens:
        one = _class(token.among) if token.among else z3.Re(token.text)
        pieces.append(z3.Star(one) if token.star else one)
    return _joined(pieces)


def _class(name: str) -> Any:
    any_ = z3.AllChar(z3.ReSort(z3.StringSort()))
    if name == "any":
        return any_
    if name == "segment":
        return z3.Diff(any_, z3.Re(":"))
    named = z3.Union(z3.Range("a", "z"), z3.Range("A", "Z"), z3.Range("0", "9"), *(z3.Re(c) for c in "+=,.@_-"))
    return z3.Range("0", "9") if name == "digit" else z3.Union(named, z3.Re("/")) if name == "path" else named
