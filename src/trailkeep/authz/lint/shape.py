"""Whether a Resource pattern can match any ARN of a template such as `arn:${Partition}:s3:::${BucketName}`.

A template is a chain of character classes; the pattern is run over all of its places at once, a bit for each. What
AWS's documentation leaves open (a star that crosses a colon) counts as a match of the second class.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import itertools
import re
import string
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache

from trailkeep.authz.patterns import ANY, STAR, encode, is_everything, is_wild
from trailkeep.authz.template import VARIABLES, Variable, split
from trailkeep.model.ids import PENDING

_PARTS = 6
_VARIABLE = re.compile(r"\$\{([^}]*)\}|(\*)")
_NAME = frozenset(string.ascii_letters + string.digits + "._-")
_LOWER = frozenset(string.ascii_lowercase + string.digits + "-")
_DIGITS = frozenset(string.digits)
_CLASSES: dict[str, frozenset[str]] = {
    "Region": _LOWER,
    "BucketName": _NAME,
    "TrailName": _NAME,
    "ChannelId": _NAME | frozenset("/"),
    "DashboardName": _NAME,
    "EventDataStoreId": _NAME,
    "PrincipalName": _NAME | frozenset("/+=,@"),
}
"""What can stand for a variable; anything at all for one that is not listed."""

_Class = frozenset[str] | None
"""The characters that fit one place; None is any character."""


class Fit(IntEnum):
    """How a pattern and a template meet: never, only if AWS reads the pattern widely, or surely."""

    NO = 0
    DOUBTFUL = 1
    YES = 2


class _Chain:
    """A template, or a part of one: a class for each place, and the places that may repeat theirs."""

    __slots__ = ("_cache", "_length", "_loops", "_places")

    def __init__(self, places: list[tuple[_Class, bool]]) -> None:
        self._places = places
        self._length = len(places)
        self._cache: dict[str, tuple[int, int]] = {}

    def _step(self, char: str) -> tuple[int, int]:
        """The places a character can enter, and those in which it can stay."""
        found = self._cache.get(char)
        if found is None:
            fits = [i for i, (chars, _) in enumerate(self._places) if char == ANY or chars is None or char in chars]
            enter = sum(1 << i for i in fits)
            stay = sum(1 << i + 1 for i in fits if self._places[i][1])
            found = enter, stay
            if len(self._cache) < 256:
                self._cache[char] = found
        return found

    def meets(self, pattern: str) -> bool:
        """Whether any text of this chain fits the encoded pattern."""
        everywhere = (1 << self._length + 1) - 1
        at = 1
        for char in pattern:
            if char == STAR:
                lowest = at & -at
                at = everywhere & ~(lowest - 1)
            else:
                enter, stay = self._step(char)
                at = (at & enter) << 1 | at & stay
                if not at:
                    return False
        return bool(at >> self._length)


def fit(pattern: str, template: str, *, version: str = VARIABLES, loosely: bool = False) -> Fit:
    """How a Resource value and an ARN template meet; `loosely` lets Region and account be empty in the template."""
    return _fit(_encoded(pattern, version), template, loosely)


@lru_cache(maxsize=65536)
def _fit(encoded: str, template: str, loosely: bool) -> Fit:
    if is_everything(encoded):
        return Fit.YES
    parts = encoded.split(":", _PARTS - 1)
    fits = _parts_meet(parts, template.split(":", _PARTS - 1), loosely)
    if fits and len(parts) == _PARTS:
        return Fit.YES
    may_cross = len(parts) < _PARTS or any(is_wild(part) for part in parts[:-1])
    if may_cross and any(chain.meets(encoded) for chain in _whole(template, loosely)):
        return Fit.YES if len(parts) < _PARTS and encoded.endswith(STAR) else Fit.DOUBTFUL
    return Fit.DOUBTFUL if fits else Fit.NO


def _parts_meet(parts: list[str], templates: list[str], loosely: bool) -> bool:
    """Whether each part of the pattern meets its part of the template; the last, which tells most, first."""
    pairs = list(zip(parts, templates, strict=False))
    return all(_part_meets(part, template, loosely) for part, template in reversed(pairs))


@lru_cache(maxsize=65536)
def _part_meets(part: str, template: str, loosely: bool) -> bool:
    return any(chain.meets(part) for chain in _chains(template, loosely))


def best(pattern: str, templates: Iterable[str], *, version: str = VARIABLES, loosely: bool = False) -> Fit:
    """The best fit among several templates."""
    found = Fit.NO
    for template in templates:
        found = max(found, fit(pattern, template, version=version, loosely=loosely))
        if found is Fit.YES:
            break
    return found


@lru_cache(maxsize=16384)
def _encoded(pattern: str, version: str) -> str:
    """The pattern with a star for what may stand for anything: a policy variable, a value AWS has still to choose."""
    pattern = PENDING.sub("*", pattern)
    if version != VARIABLES or "${" not in pattern:
        return encode(pattern)
    return "".join(STAR if isinstance(part, Variable) else part for part in split(pattern))


@lru_cache(maxsize=8192)
def _chains(part: str, loosely: bool) -> tuple[_Chain, ...]:
    """A chain for every way in which one part of a template can be written."""
    return tuple(_Chain(places) for places in _ways(part, loosely))


@lru_cache(maxsize=8192)
def _whole(template: str, loosely: bool) -> tuple[_Chain, ...]:
    parts = template.split(":", _PARTS - 1)
    colon: list[tuple[_Class, bool]] = [(frozenset(":"), False)]
    found = []
    # nearly every partition in one chain: what only fits in doubt need not be told more finely
    partition = [[*_literal("aw"), (_LOWER, True)]] if parts[1:2] == ["${Partition}"] else []
    ways = [list(_ways(part, loosely)) for part in parts]
    for way in itertools.product(*ways[:1], *([partition] if partition else ways[1:2]), *ways[2:]):
        places = list(way[0])
        for part in way[1:]:
            places += colon + part
        found.append(_Chain(places))
    return tuple(found)


def _ways(part: str, loosely: bool) -> Iterator[list[tuple[_Class, bool]]]:
    """The ways to write one part of a template."""
    if part == "${Partition}":
        yield _literal("aws")
        yield [*_literal("aws-"), (_LOWER, True)]
        return
    if part == "${Account}":
        yield [(_DIGITS, False)] * 12
        yield _literal("aws")  # what AWS itself owns, such as arn:aws:iam::aws:policy/…
    else:
        yield list(_places(part))
    if loosely and part in {"${Account}", "${Region}"}:
        yield []


def _places(part: str) -> Iterator[tuple[_Class, bool]]:
    at = 0
    for found in _VARIABLE.finditer(part):
        yield from _literal(part[at : found.start()])
        if found[1] == "Account":
            yield from [(_DIGITS, False)] * 12
        else:
            yield _CLASSES.get(found[1] or ""), True
        at = found.end()
    yield from _literal(part[at:])


def _literal(text: str) -> list[tuple[_Class, bool]]:
    return [(frozenset(char), False) for char in text]
