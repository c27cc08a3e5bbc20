"""One statement, or one condition, as a formula over what a request leaves open.

Read like `matching` and `conditions`, with a reading instead of three truths: `surely` takes what AWS's documentation
does not settle as no, otherwise it counts as yes. What cannot be said exactly (a policy variable whose value is open,
an operator on a key of another kind) is loosened the same way and remembered in `loose`: a proof stays a proof, and a
witness that rests on it does not count.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from trailkeep.authz import conditions
from trailkeep.authz.patterns import is_everything
from trailkeep.authz.policy import Statement
from trailkeep.authz.prove import elements, keys
from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.formula import FALSE, TRUE, Formulas
from trailkeep.authz.prove.language import Union, any_number, literal, pattern
from trailkeep.authz.prove.variables import Atom, Choice, Ordered, Presence, Text, Variable
from trailkeep.authz.template import Context, Template
from trailkeep.authz.truth import Truth

MOST_ELEMENTS = 4
"""Values of one multi-valued key that are told apart; a policy that asks more often is loosened."""


class Encoder:
    """Encodes statements for one attacker; `widths` says how many values of a multi-valued key must be told apart."""

    def __init__(self, formulas: Formulas, attacker: Attacker, widths: Mapping[str, int]) -> None:
        self.formulas = formulas
        self.attacker = attacker
        self.loose: set[str] = set()
        self.kinds: dict[str, Variable] = {}
        self._widths = widths
        self._context: Context = {k: v for k, v in attacker.fixed.items() if v}

    def resource(self, statement: Statement, resource: Text | None, *, surely: bool) -> int:
        """Whether a statement is about the resource; None is an action that is about none."""
        if statement.resources is None:
            return TRUE
        negated = statement.not_resource
        found = self.formulas.either(
            self._named(template, resource, surely=surely is not negated) for template in statement.resources
        )
        if not negated:
            return found
        if surely and not all(self._is_settled(t) and t.is_resolved(self._context) for t in statement.resources):
            return FALSE  # NotResource with a variable that has no value
        return -found

    def holds(self, statement: Statement, *, surely: bool) -> int:
        """Whether every condition of a statement holds."""
        return self.formulas.every(
            self._null(test) if isinstance(test, conditions.Null) else self._test(test, surely=surely)
            for test in statement.conditions
        )

    def is_arn(self, union: Union) -> int:
        """Whether the principal's ARN is one of a set."""
        arn = self.attacker.arn
        return FALSE if arn is None else self._atom(arn, union)

    def is_session(self, union: Union) -> int:
        """Whether the session's name is one of a set."""
        session = self.attacker.session
        return FALSE if session is None else self._atom(session, union)

    def _atom(self, variable: Variable, union: Union) -> int:
        return self.formulas.among(variable, union) if union else FALSE

    def _named(self, template: Template, resource: Text | None, *, surely: bool) -> int:  # type: ignore[type-arg]
        encoded = self._encoded(template, surely=surely)
        if encoded is None:
            return FALSE
        if resource is None:
            return TRUE if is_everything(encoded) else FALSE
        return self._atom(resource, elements.of_resource(encoded, surely=surely))

    def _encoded(self, template: Template, *, surely: bool) -> str | None:  # type: ignore[type-arg]
        """The pattern with the variables whose values are known; None for one that matches nothing."""
        if self._is_settled(template):
            return template.encoded(self._context)
        self.loose |= self._open(template)
        return None if surely else template.loosest

    def _is_settled(self, template: Template) -> bool:  # type: ignore[type-arg]
        return not template.keys or not self._open(template)

    def _open(self, template: Template) -> frozenset[str]:  # type: ignore[type-arg]
        return frozenset(k for k in template.keys if k not in self.attacker.fixed)

    def _null(self, test: conditions.Null) -> int:
        present = self._present(test.key)
        return -present if test.absent else present

    def _present(self, key: str) -> int:
        if key in self.attacker.fixed:
            return TRUE if self.attacker.fixed[key] else FALSE
        if key in {"aws:principalarn", "aws:username"}:  # a name is fixed for whoever has none
            return TRUE if self.attacker.arn else FALSE
        if self._is_always_there(key):
            variable = self.attacker.open.get(key) or keys.known(key)
            if variable is not None:
                self.kinds.setdefault(key, variable)
            return TRUE
        return self.formulas.either(self._there(f"{key}{tail}") for tail in self._tails(key))

    def _is_always_there(self, key: str) -> bool:
        return key in keys.ALWAYS or key in self.attacker.present

    def _there(self, element: str) -> int:
        return self.formulas.atom(Atom(variable=Presence(name=element)))

    def _tails(self, key: str) -> tuple[str, ...]:
        """The values of a key that may have several, told apart by number."""
        width = self._widths.get(key, 1)
        return ("",) if width == 1 else tuple(f"#{n}" for n in range(min(width, MOST_ELEMENTS)))

    def _test(self, test: conditions.Test, *, surely: bool) -> int:
        if test.key in self.attacker.fixed:
            return self._fixed(test, surely=surely)
        if test.key == "aws:principalarn":
            arn = self.attacker.arn
            return self._value(test, arn, surely=surely) if arn else _read(test.absent, surely=surely)
        if test.key == "aws:username":
            return self._username(test, surely=surely)
        variable = self.attacker.open.get(test.key) or keys.variable_of(test)
        if variable is None or self._widths.get(test.key, 1) > MOST_ELEMENTS:
            self.loose.add(test.key)
            return FALSE if surely else TRUE
        if self.kinds.setdefault(test.key, variable) != variable:
            self.loose.add(test.key)  # read as two kinds of value, which are not related to each other
        if self._is_always_there(test.key):
            return self._value(test, variable, surely=surely)
        return self._optional(test, variable, surely=surely)

    def _username(self, test: conditions.Test, *, surely: bool) -> int:
        """A test on a user's name, which is the end of its ARN; only string operators can be said of that."""
        arn = self.attacker.arn
        if arn is None or not test.operator.name.startswith("String"):
            self.loose.add(test.key)
            return FALSE if surely else TRUE
        return self._value(test, arn, surely=surely, within=_names_in(arn.likely[0]))

    def _fixed(self, test: conditions.Test, *, surely: bool) -> int:
        """A test on a key whose value is known; its own variables may still be open."""
        opened = {k for t in _templates(test) for k in t.keys if k not in self.attacker.fixed}
        if opened:
            self.loose |= opened
            return FALSE if surely else TRUE
        return _read(test.holds(self._context), surely=surely)

    def _optional(self, test: conditions.Test, variable: Variable, *, surely: bool) -> int:
        """A test on a key that the request may have or not."""
        each = [
            (self._there(element.name), self._value(test, element, surely=surely))
            for element in (_named(variable, f"{test.key}{tail}") for tail in self._tails(test.key))
        ]
        present = self.formulas.either(there for there, _ in each)
        absent = self.formulas.every((-present, _read(test.absent, surely=surely)))
        if test.qualifier == "ForAllValues" or (test.qualifier == "" and surely):
            holds = self.formulas.every(self.formulas.either((-there, value)) for there, value in each)
        else:
            holds = self.formulas.either(self.formulas.every((there, value)) for there, value in each)
        return self.formulas.either((absent, self.formulas.every((present, holds))))

    def _value(
        self, test: conditions.Test, variable: Variable, *, surely: bool, within: Callable[[Union], Union] | None = None
    ) -> int:
        """A test on a value that is there; `within` says where it stands in the variable's text, if it is a part."""
        if isinstance(variable, Choice | Ordered):
            return self.formulas.atom(Atom(variable=variable, test=test, surely=surely))
        negated = test.operator.negated
        reading = surely is not negated
        unions = [
            elements.of_condition(test.operator.name, encoded, surely=reading)
            for template in _templates(test)
            if (encoded := self._encoded(template, surely=reading)) is not None
        ]
        texts = tuple(p for union in unions for p in union)
        found = self._atom(variable, within(texts) if within else texts)
        if not negated:
            return found
        unresolved = any(t.encoded(self._context) is None for t in _templates(test))
        return FALSE if surely and unresolved else -found  # "not equal to nothing" is settled nowhere


def widths_of(statements: Iterable[Statement]) -> dict[str, int]:
    """For each key that set operators ask about, by how many tests: so many of its values may have to differ."""
    asked: dict[str, set[tuple[str, ...]]] = {}
    for statement in statements:
        for test in statement.conditions:
            if isinstance(test, conditions.Test) and test.qualifier and test.key not in keys.SINGLE:
                asked.setdefault(test.key, set()).add((test.qualifier, test.operator.name, *test.values))
    return {key: len(tests) for key, tests in asked.items()}


def _names_in(arn: str) -> Callable[[Union], Union]:
    """From texts that a user's name may be to ARNs of such users, with a path or without; no name has a slash."""
    start = literal(arn.partition("/")[0] + "/")
    before = (start, (*start, *any_number("path"), *literal("/")))

    def users(names: Union) -> Union:
        rows = (tuple(replace(t, among="name") if t.among else t for t in p.tokens) for p in names)
        fit = [row for row in rows if not any("/" in t.text for t in row)]
        return tuple(pattern((*path, *row)) for row in fit for path in before)

    return users


def _read(truth: Truth, *, surely: bool) -> int:
    found = not surely if truth is None else truth
    return TRUE if found else FALSE


def _templates(test: conditions.Test) -> list[Template]:  # type: ignore[type-arg]
    return _made(test.values, test.version)


@lru_cache(maxsize=16384)
def _made(values: tuple[str, ...], version: str) -> list[Template]:  # type: ignore[type-arg]
    return [Template(value, version, str, lambda _w, _v: False) for value in values]


def _named(variable: Variable, name: str) -> Variable:
    match variable:
        case Text():
            return Text(name=name, domain=variable.domain, likely=variable.likely)
        case Choice():
            return Choice(name=name, values=variable.values)
        case Ordered():
            return Ordered(name=name, kind=variable.kind)
        case Presence():
            return Presence(name=name)
