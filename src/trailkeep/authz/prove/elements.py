"""Elements of policies as sets of texts: what a value of Resource, or of a condition, surely and what it may match.

These say of all texts at once what `arns.ResourcePattern`, `arns.ArnCondition` and the operators of `conditions/string`
say of one; a law in the tests holds both to the same answers.
"""

from functools import lru_cache

from trailkeep.authz.arns import is_doubtful
from trailkeep.authz.patterns import ANY, STAR, is_everything
from trailkeep.authz.prove import language
from trailkeep.authz.prove.language import Tokens, Union, pattern

_PARTS = 6
_SERVICE = 2
_PLAIN = str.maketrans({STAR: "*", ANY: "?"})


@lru_cache(maxsize=65536)
def of_resource(encoded: str, *, surely: bool) -> Union:
    """The ARNs that a value of Resource names."""
    if is_everything(encoded):
        return (pattern(ANYTHING),)
    parts = encoded.split(":", _PARTS - 1)
    if len(parts) < _PARTS and not encoded.endswith(STAR):  # a short ARN: settled nowhere
        whole = _segments(parts)
        return (
            ()
            if surely or len(parts) <= _SERVICE
            else (pattern(whole), pattern((*whole, *language.literal(":"), *ANYTHING)))
        )
    if not surely:
        return (pattern(language.glob(encoded)),)
    return () if is_doubtful(parts) else (pattern(_row(parts)),)


@lru_cache(maxsize=65536)
def of_condition(operator: str, encoded: str, *, surely: bool) -> Union:
    """The values that satisfy a string or ARN operator with this value, its negation left aside."""
    if operator.startswith("Arn"):
        return _of_arn(encoded, surely=surely)
    if operator.endswith("Like"):
        return (pattern(language.glob(encoded)),)
    plain = encoded.translate(_PLAIN)
    return (pattern(language.glob(plain, fold=True) if operator.endswith("IgnoreCase") else language.literal(plain)),)


ANYTHING = language.any_number()


def _of_arn(encoded: str, *, surely: bool) -> Union:
    parts = encoded.split(":", _PARTS - 1)
    if len(parts) < _PARTS:  # no ARN itself: settled nowhere
        return () if surely else (pattern(language.glob(encoded)),)
    return (pattern(_row(parts)),)


def _row(parts: list[str]) -> Tokens:
    """Parts of which only the last may run over colons."""
    return (*_segments(parts[:-1]), *(language.literal(":") if len(parts) > 1 else ()), *language.glob(parts[-1]))


def _segments(parts: list[str]) -> Tokens:
    """Parts in which a wildcard does not run over a colon, with colons between them."""
    found: list[language.Token] = []
    for number, part in enumerate(parts):
        found += (*(language.literal(":") if number else ()), *language.glob(part, "segment"))
    return tuple(found)
