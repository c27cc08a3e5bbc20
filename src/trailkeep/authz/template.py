"""Values with policy variables: `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for those characters.

Only a policy of Version 2012-10-17 has variables; in any other they are literal text.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from trailkeep.authz.patterns import ANY, LONGEST, STAR, encode, loosen
from trailkeep.authz.truth import Truth

Context = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case, each with its values."""

VARIABLES = "2012-10-17"
"""The Version that has policy variables."""

C = TypeVar("C")

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULTED = re.compile(r"([^,]*),\s*'(.*)'\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A `${key}`: the key in lower case, and what stands for it when the request has none."""

    key: str
    default: str | None

    def value(self, context: Context) -> str | None:
        """Its value, or the default; None without either. A key of several values is none: AWS allows single ones."""
        values = context.get(self.key)
        return values[0] if values is not None and len(values) == 1 else self.default


class Template(Generic[C]):
    """A value compiled once where it is constant, and for each request where it has variables.

    `compile` makes a matcher of an encoded pattern; `test` asks it.
    """

    __slots__ = ("_compile", "_constant", "_parts", "_test", "_text", "keys")

    keys: frozenset[str]
    """The condition keys whose values it is made with."""

    def __init__(self, text: str, version: str, compile_: Callable[[str], C], test: Callable[[C, str], Truth]) -> None:
        self._compile, self._test = compile_, test
        self._parts = split(text) if version == VARIABLES and "${" in text else (encode(text),)
        constant = "".join(p for p in self._parts if isinstance(p, str))
        fixed = all(isinstance(p, str) for p in self._parts)
        self._constant = compile_(constant) if fixed else None
        self._text = constant if fixed and len(constant) <= LONGEST else None
        self.keys = frozenset(p.key for p in self._parts if isinstance(p, Variable))

    def matches(self, text: str, context: Context) -> Truth:
        """Whether the text fits; no where a variable has no value, not settled where its value holds a wildcard."""
        if self._constant is not None:
            return self._test(self._constant, text)
        values = self._values(context)
        if values is None:
            return False
        literal = self._test(self._compile("".join(values)), text)
        if literal or not any("*" in v or "?" in v for v in values):
            return literal
        return None if self._test(self._compile(loosen("".join(values))), text) is not False else False

    def encoded(self, context: Context) -> str | None:
        """The pattern in this request, its variables filled in; None where one has no value."""
        if self._text is not None:
            return self._text
        values = self._values(context)
        return None if values is None else "".join(values)

    @property
    def loosest(self) -> str:
        """The pattern with anything in place of its variables."""
        return "".join(p if isinstance(p, str) else STAR for p in self._parts)

    def is_resolved(self, context: Context) -> bool:
        """Whether every variable has a value in this request."""
        return self._constant is not None or self._values(context) is not None

    def _values(self, context: Context) -> list[str] | None:
        values = [p if isinstance(p, str) else p.value(context) for p in self._parts]
        found = [v for v in values if v is not None]
        if len(found) < len(values) or sum(map(len, found)) > LONGEST:
            return None
        strange = any(STAR in v or ANY in v for v, p in zip(found, self._parts, strict=True) if isinstance(p, Variable))
        return None if strange else found


def split(text: str) -> tuple[str | Variable, ...]:
    """Encoded patterns and variables in turn. Raises ValueError for what is neither."""
    parts: list[str | Variable] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        parts += [encode(text[at : found.start()]), _part(found[1])]
        at = found.end()
    return _joined([*parts, encode(text[at:])])


def _joined(parts: list[str | Variable]) -> tuple[str | Variable, ...]:
    if all(isinstance(p, str) for p in parts):
        return ("".join(p for p in parts if isinstance(p, str)),)
    return tuple(parts)


def _part(inner: str) -> str | Variable:
    if inner in {"*", "?", "$"}:
        return inner
    defaulted = _DEFAULTED.fullmatch(inner)
    key = (defaulted[1] if defaulted else inner).strip().lower()
    if not key:
        raise ValueError("a variable without a name")
    return Variable(key=key, default=defaulted[2] if defaulted else None)
