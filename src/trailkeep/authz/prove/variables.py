"""What a request leaves open: its texts, numbers, moments and addresses, and what may be said about them.

A variable has a domain; an atom says something about its value. Whether some atoms can be true while others are false
is answered for one variable at a time: by automata for texts, by trying every boundary for what is ordered.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from functools import cached_property, lru_cache
from ipaddress import ip_network
from itertools import pairwise

from trailkeep.authz import conditions
from trailkeep.authz.conditions import date, numeric
from trailkeep.authz.prove import language
from trailkeep.authz.prove.language import Union

_FIRST = datetime(1, 1, 1, tzinfo=UTC).timestamp()
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
_DIGITS = 2500
"""More than two numbers of `conditions/numeric` have between them, whatever their exponents."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of a domain; `likely` are values to try first, because a person knows them when reading a witness."""

    name: str
    domain: Union
    likely: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.domain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of finitely many values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A number, a moment or an address: between the boundaries that policies name, all values are alike."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether the request has a condition key."""

    name: str


Variable = Text | Choice | Ordered | Presence


@dataclass(frozen=True, kw_only=True)
class Atom:
    """A fact about a variable: its value is in a set of texts, or makes one comparison of a policy hold.

    For `Text`, `union` says which texts; for `Choice` and `Ordered`, `test` is asked about a value, and `surely` says
    whether "not settled" counts as no. For `Presence` neither.
    """

    variable: Variable
    union: Union = ()
    test: conditions.Test | None = None
    surely: bool = True

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.variable, self.union, id(self.test), self.surely))

    @cached_property
    def settled(self) -> bool | None:
        """What it is whatever the value; None when it depends, or when that cannot be told."""
        if isinstance(self.variable, Presence):
            return None
        try:
            if value_of(self.variable, frozenset({self}), frozenset()) is None:
                return False
            return True if value_of(self.variable, frozenset(), frozenset({self})) is None else None
        except language.TooLargeError:
            return None

    def holds(self, value: str) -> bool:
        """Whether it is so for this value."""
        if self.test is None:
            return any(language.accepts(pattern, value) for pattern in self.union)
        truth = self.test.compare(value, {})
        return not self.surely if truth is None else truth


@lru_cache(maxsize=65536)
def value_of(variable: Variable, true: frozenset[Atom], false: frozenset[Atom]) -> str | None:
    """A value for which the one facts hold and the others do not; None if there is none.

    Raises TooLargeError when it cannot be told.
    """
    if isinstance(variable, Presence):
        return None if true and false else ""
    if isinstance(variable, Text):
        return _text(variable, true, false)
    values = variable.values if isinstance(variable, Choice) else _boundaries(variable.kind, true | false)
    fits = (v for v in values if all(a.holds(v) for a in true) and not any(a.holds(v) for a in false))
    return next(fits, None)


def example(variable: Variable) -> str:
    """Some value of it."""
    if isinstance(variable, Text) and variable.likely:
        return variable.likely[0]
    return value_of(variable, frozenset(), frozenset()) or ""


def _text(variable: Text, true: frozenset[Atom], false: frozenset[Atom]) -> str | None:
    for value in variable.likely:
        if all(a.holds(value) for a in true) and not any(a.holds(value) for a in false):
            return value
    within = tuple(sorted((a.union for a in true), key=hash))
    without = tuple(sorted((a.union for a in false), key=hash))
    return language.shortest(variable.domain, within, without)


def _boundaries(kind: str, atoms: Iterable[Atom]) -> Iterator[str]:
    """Every value at which a comparison can change its mind, and its neighbours."""
    wanted = [v for a in atoms if a.test is not None for v in a.test.values]
    match kind:
        case "date":
            yield "2026-01-01T00:00:00Z"
            moments = sorted({date.seconds(v) for v in wanted})
            around = (m + step for m in moments for step in (0, -1, 1))
            between = ((a + b) / 2 for a, b in pairwise(moments))
            yield from (_moment(m) for m in (*around, *between) if _FIRST <= m <= _LAST)
        case "ip":
            yield from ("203.0.113.9", "2001:db8::9")
            for network in {ip_network(v, strict=False) for v in wanted}:
                for address in (network[0], network[-1]):
                    yield from (str(near) for step in (0, -1, 1) if (near := _moved(address, step)) is not None)
        case _:
            yield from ("1", "0")
            with localcontext(prec=_DIGITS):
                yield from tuple(_near(sorted({numeric.number(v) for v in wanted})))


def _near(numbers: Sequence[Decimal]) -> Iterator[str]:
    """The numbers, one between each two, and one beyond each end."""
    yield from map(str, numbers)
    yield from (str((a + b) / 2) for a, b in pairwise(numbers))
    if numbers:
        lowest, highest = numbers[0], numbers[-1]
        yield from (str(lowest - abs(lowest) - 1), str(highest + abs(highest) + 1))


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _moved(address: object, step: int) -> object | None:
    try:
        return address + step  # type: ignore[operator]
    except ValueError:  # before the first address, or after the last
        return None
