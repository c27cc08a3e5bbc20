"""Wildcards: `*` any characters, `?` one character, matched in linear time however many there are.

Between stars the leftmost fit is always good enough, so a pattern is a list of pieces found one after another:
no backtracking. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

STAR = "\ufdd0"
ANY = "\ufdd1"
"""Stand for the two wildcards; noncharacters of Unicode, which `encode` refuses in a pattern."""

LONGEST = 8192
"""Characters of one pattern: more than any ARN or object key (1,024 bytes) can match."""

_WILD = str.maketrans({"*": STAR, "?": ANY})


def encode(text: str) -> str:
    """The pattern with its wildcards told apart from literal characters. Raises ValueError for what is no pattern."""
    if len(text) > LONGEST:
        raise ValueError(f"a pattern of {len(text):,} characters")
    if STAR in text or ANY in text:
        raise ValueError("a pattern with characters that are none")
    return loosen(text)


def loosen(text: str) -> str:
    """The pattern with every `*` and `?` read as a wildcard, wherever it came from."""
    return text.translate(_WILD)


def is_wild(encoded: str) -> bool:
    """Whether there is a wildcard in it."""
    return STAR in encoded or ANY in encoded


def is_everything(encoded: str) -> bool:
    """Whether it is stars alone, which match any text, the empty one too."""
    return bool(encoded) and not encoded.strip(STAR)


class Glob:
    """A compiled pattern; `matches` is linear in the text."""

    __slots__ = ("_exact", "_first", "_holes", "_last", "_middle", "_shortest")

    def __init__(self, encoded: str) -> None:
        pieces = encoded.split(STAR)
        self._holes = ANY in encoded
        self._exact = encoded if len(pieces) == 1 else None
        self._first, self._last = pieces[0], pieces[-1]
        self._middle = tuple(p for p in pieces[1:-1] if p)
        self._shortest = sum(map(len, pieces))

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        if self._exact is not None:
            return text == self._exact or (self._holes and len(text) == len(self._exact) and _fits(self._exact, text))
        if len(text) < self._shortest:
            return False
        end = len(text) - len(self._last)
        if not _fits(self._first, text[: len(self._first)]) or not _fits(self._last, text[end:]):
            return False
        at = len(self._first)
        for piece in self._middle:
            found = _find(piece, text, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True


def _fits(piece: str, text: str) -> bool:
    """Two texts of one length, character by character."""
    return piece == text or (ANY in piece and all(p in {ANY, c} for p, c in zip(piece, text, strict=True)))


def _find(piece: str, text: str, start: int, end: int) -> int:
    """The leftmost place in text[start:end] where the piece fits, or -1."""
    if ANY not in piece:
        return text.find(piece, start, end)
    return _shift_and(piece, text, start, end)


def _shift_and(piece: str, text: str, start: int, end: int) -> int:
    """Bit-parallel search (Baeza-Yates and Gonnet 1992): a bit for each beginning of the piece that fits so far.

    Its tables are made anew each time, so that a hostile document cannot fill memory with them.
    """
    anywhere = sum(1 << i for i, c in enumerate(piece) if c == ANY)
    fits: dict[str, int] = {}
    for i, c in enumerate(piece):
        if c != ANY:
            fits[c] = fits.get(c, anywhere) | 1 << i
    whole = 1 << (len(piece) - 1)
    state = 0
    for at in range(start, end):
        state = (state << 1 | 1) & fits.get(text[at], anywhere)
        if state & whole:
            return at - len(piece) + 1
    return -1
