"""Condition blocks: operators by family, IfExists, ForAllValues and ForAnyValue, keys without regard to case.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from trailkeep.authz.conditions import arn, binary, boolean, date, ip, numeric, string
from trailkeep.authz.conditions.operator import Compiled, Operator
from trailkeep.authz.template import Context
from trailkeep.authz.truth import Truth, either, negation

OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for family in (string, numeric, date, boolean, binary, ip, arn)
    for operator in family.OPERATORS
}
"""By name. `Null` is not among them: it asks about the key, not about its value."""

Qualifier = Literal["", "ForAllValues", "ForAnyValue"]
_QUALIFIERS: Mapping[str, Qualifier] = {"": "", "ForAllValues": "ForAllValues", "ForAnyValue": "ForAnyValue"}
_IF_EXISTS = "IfExists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One operator on one key, compiled, with the `values` and `version` it was made of and a `text` for people."""

    key: str
    operator: Operator
    qualifier: Qualifier
    if_exists: bool
    wanted: tuple[Compiled, ...]
    values: tuple[str, ...]
    version: str
    text: str

    def holds(self, context: Context) -> Truth:
        """Whether the request satisfies it; an empty set of values is an absent key."""
        values = context.get(self.key)
        if not values:
            return self.absent
        match self.qualifier:
            case "":
                return self._single(values, context)
            case "ForAllValues":
                # AWS: "the key value resolves to a null dataset, such as an empty string"
                if not any(values):
                    return True
                return negation(either(lambda v: negation(self.compare(v, context)), values))
            case "ForAnyValue":
                return either(lambda v: self.compare(v, context), values)

    @property
    def absent(self) -> Truth:
        """Whether a request without the key satisfies it."""
        match self.qualifier:
            case "ForAllValues":
                return True
            case "ForAnyValue":
                return None if self.if_exists else False  # no page says which of the two rules wins
            case "":
                return self.operator.negated or self.if_exists

    def _single(self, values: tuple[str, ...], context: Context) -> Truth:
        """Several values without a set operator: settled only where all of them answer alike."""
        first = self.compare(values[0], context)
        return first if all(self.compare(v, context) is first for v in values[1:]) else None

    def compare(self, value: str, context: Context) -> Truth:
        """Whether it is satisfied by one value that the request has."""
        found: Truth = False
        for wanted in self.wanted:
            truth = wanted.matches(value, context)
            if truth:
                found = True
                break
            if truth is None:
                found = None
        if not self.operator.negated:
            return found
        if found is False and not all(w.is_resolved(context) for w in self.wanted):
            return None  # "not equal to nothing" is settled nowhere
        return negation(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Null:
    """Whether a key is absent (`absent`) or present."""

    key: str
    absent: bool
    text: str

    def holds(self, context: Context) -> Truth:
        """Asks only whether the key has a value."""
        return (not context.get(self.key)) == self.absent


def parse(block: Mapping[str, Any], version: str) -> tuple[Test | Null, ...]:
    """Every test of a Condition block: all must hold. Raises ValueError for what cannot be read."""
    tests: list[Test | Null] = []
    for name, keys in block.items():
        if not isinstance(keys, Mapping):
            raise ValueError(f"{name[:60]!r} in Condition is not an object")  # noqa: TRY004 see policy.parse
        for key, value in keys.items():
            tests.append(_test(name, key, _texts(key, value), version))
    return tuple(tests)


def _test(name: str, key: str, values: tuple[str, ...], version: str) -> Test | Null:
    text = f"{name} {key} {', '.join(values[:3])}{' …' if len(values) > 3 else ''}"
    if name == "Null":
        if len(values) != 1 or values[0].lower() not in {"true", "false"}:
            raise ValueError("Null takes true or false")
        return Null(key=key.lower(), absent=values[0].lower() == "true", text=text)
    prefix, colon, bare = name.rpartition(":")
    operator = OPERATORS.get(bare.removesuffix(_IF_EXISTS))
    if operator is None or prefix not in _QUALIFIERS or bool(colon) != bool(prefix):
        raise ValueError(f"there is no condition operator {name[:60]!r}")
    return Test(
        key=key.lower(),
        operator=operator,
        qualifier=_QUALIFIERS[prefix],
        if_exists=bare.endswith(_IF_EXISTS),
        wanted=tuple(operator.compile(v, version) for v in values),
        values=values,
        version=version,
        text=text,
    )


def _texts(key: str, value: Any) -> tuple[str, ...]:  # noqa: ANN401 whatever a document holds
    values = value if isinstance(value, list) else [value]
    if not values:
        raise ValueError(f"{key[:60]!r} is compared with nothing")
    return tuple(text_of(v) for v in values)


def text_of(value: object) -> str:
    """A JSON scalar as AWS compares it. Raises ValueError for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("a condition compares text, numbers and booleans")
