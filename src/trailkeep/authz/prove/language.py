"""Sets of texts: patterns as bit-parallel automata, and the shortest text that some match and others do not.

A pattern is a row of tokens, so its states fit into the bits of one integer and stepping it costs two operations. A
question about several patterns runs them side by side and looks for a text breadth first; a joint state in which the
domain can no longer be met is left at once, and literal prefixes make that nearly all of them.
Source: the shift-and construction of Baeza-Yates and Gonnet, A new approach to text searching (CACM 1992).
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters, digits

from trailkeep.authz.patterns import ANY, STAR

MOST_STEPS = 200_000
"""Steps of single patterns that a question may cost before it is given up: a fraction of a second.

Real policies need a few thousand.
"""

_STARS = re.compile(f"{STAR}+")
_NAME = frozenset(ascii_letters + digits + "+=,.@_-")
CLASSES: dict[str, Callable[[str], bool]] = {
    "any": lambda _c: True,
    "segment": lambda c: c != ":",
    "digit": lambda c: c in digits,
    "name": lambda c: c in _NAME,
    "path": lambda c: c in _NAME or c == "/",
}
"""Character classes by name; `name` is what IAM names are made of, `path` the same with slashes."""


class TooLargeError(Exception):
    """A question that costs more steps than are taken: its answer is not known."""


@dataclass(frozen=True, slots=True)
class Token:
    """One place of a pattern: a literal character (one of `text`), or any of a class; `star` for any number of them."""

    text: str = ""
    among: str = ""
    star: bool = False

    def fits(self, character: str) -> bool:
        """Whether it takes this character."""
        return character in self.text if self.text else CLASSES[self.among](character)


Tokens = tuple[Token, ...]


def literal(text: str) -> Tokens:
    """Exactly this text."""
    return tuple(Token(text=c) for c in text)


def some(among: str) -> Tokens:
    """One or more characters of a class."""
    return (Token(among=among), Token(among=among, star=True))


def any_number(among: str = "any") -> Tokens:
    """Any number of characters of a class."""
    return (Token(among=among, star=True),)


def glob(encoded: str, among: str = "any", *, fold: bool = False) -> Tokens:
    """An encoded pattern (see `patterns.encode`) whose wildcards stand for characters of a class."""
    wild = {STAR: Token(among=among, star=True), ANY: Token(among=among)}
    encoded = _STARS.sub(STAR, encoded)
    return tuple(wild.get(c) or Token(text=_both_cases(c) if fold else c) for c in encoded)


def _both_cases(character: str) -> str:
    return "".join(c for c in dict.fromkeys((character, character.lower(), character.upper())) if len(c) == 1)


class Pattern:
    """A row of tokens, compiled: states are the bits of a number, the last one accepts. Made by `pattern` alone."""

    __slots__ = ("_loops", "_moves", "_stars", "final", "start", "tokens")

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self._stars = sum(1 << i for i, token in enumerate(tokens) if token.star)
        self._moves: dict[str, int] = {}
        self._loops: dict[str, int] = {}
        self.final = 1 << len(tokens)
        self.start = self._closed(1)

    def step(self, state: int, character: str) -> int:
        """The states after one more character; 0 when nothing that goes on so fits."""
        if character not in self._moves:
            fits = sum(1 << i for i, token in enumerate(self.tokens) if token.fits(character))
            self._moves[character], self._loops[character] = fits & ~self._stars, fits & self._stars
        return self._closed((state & self._moves[character]) << 1 | (state & self._loops[character]))

    def ahead(self, state: int) -> str | None:
        """The characters that lead on, where only literal ones do."""
        found = ""
        while state:
            lowest = state & -state
            place = lowest.bit_length() - 1
            if place < len(self.tokens):
                if not self.tokens[place].text:
                    return None
                found += self.tokens[place].text
            state ^= lowest
        return found

    def _closed(self, state: int) -> int:
        while True:
            more = state | (state & self._stars) << 1
            if more == state:
                return state
            state = more


@lru_cache(maxsize=65536)
def pattern(tokens: Tokens) -> Pattern:
    """The one pattern of these tokens: equal patterns are the same object, so that comparing them is free."""
    return Pattern(tokens)


@lru_cache(maxsize=65536)
def accepts(wanted: Pattern, text: str) -> bool:
    """Whether the whole text fits."""
    state = wanted.start
    for character in text:
        state = wanted.step(state, character)
        if not state:
            return False
    return bool(state & wanted.final)


_State = tuple[tuple[int, ...], ...]
Union = tuple[Pattern, ...]
"""The texts that fit one pattern at least."""


def shortest(domain: Union, within: tuple[Union, ...], without: tuple[Union, ...]) -> str | None:
    """The shortest text of the domain that is in all of `within` and in none of `without`; None if there is none.

    Raises TooLargeError when it cannot be told within MOST_STEPS.
    """
    found = _searched(domain, within, without)
    if isinstance(found, TooLargeError):
        raise TooLargeError
    return found


@lru_cache(maxsize=65536)
def _searched(domain: Union, within: tuple[Union, ...], without: tuple[Union, ...]) -> str | TooLargeError | None:
    unions = (domain, *within, *without)
    alphabet = _alphabet(unions)
    must, cost, steps = len(within) + 1, sum(map(len, unions)), 0
    start = tuple(tuple(a.start for a in union) for union in unions)
    queue: deque[_State] = deque([start])
    came_from: dict[_State, tuple[_State, str]] = {start: (start, "")}
    while queue:
        state = queue.popleft()
        if _is_wanted(state, unions, must):
            return _text(state, came_from)
        for character in _ahead(domain, state[0]) or alphabet:
            steps += cost
            after = tuple(
                tuple(a.step(bits, character) if bits else 0 for a, bits in zip(union, inner, strict=True))
                for union, inner in zip(unions, state, strict=True)
            )
            if after in came_from or not all(any(inner) for inner in after[:must]):
                continue
            came_from[after] = (state, character)
            queue.append(after)
        if steps > MOST_STEPS:
            return TooLargeError()
    return None


def _ahead(domain: Union, state: tuple[int, ...]) -> str | None:
    """The characters with which the domain goes on, where that is not just any: its literal parts are run through."""
    found = [p.ahead(bits) for p, bits in zip(domain, state, strict=True)]
    return None if None in found else "".join(dict.fromkeys("".join(f for f in found if f)))


def _is_wanted(state: Sequence[tuple[int, ...]], unions: Sequence[Union], must: int) -> bool:
    ends = (
        any(bits & a.final for a, bits in zip(union, inner, strict=True))
        for union, inner in zip(unions, state, strict=True)
    )
    return all(end is (place < must) for place, end in enumerate(ends))


def _text(state: _State, came_from: dict[_State, tuple[_State, str]]) -> str:
    characters: list[str] = []
    while True:
        state, character = came_from[state]
        if not character:
            return "".join(reversed(characters))
        characters.append(character)


def _alphabet(unions: Sequence[Union]) -> tuple[str, ...]:
    """Every character a pattern mentions, and one for each class of characters that none does."""
    tokens = {token for union in unions for p in union for token in p.tokens}
    mentioned = {c for token in tokens for c in token.text}
    return tuple(dict.fromkeys([*_fresh(mentioned), *sorted(mentioned)]))


def _fresh(mentioned: set[str]) -> Iterator[str]:
    for choices in ("abcdefghijklmnopqrstuvwxyz" + ascii_letters, digits, "_.-+=,@", "/", ":", "~ !#%&"):
        yield from (c for c in [next((c for c in choices if c not in mentioned), "")] if c)
    if not set("~ !#%&") - mentioned:  # no name, no slash, no colon, and one that no policy speaks of
        yield next(c for c in map(chr, range(0x3041, 0x10000)) if c not in mentioned)
