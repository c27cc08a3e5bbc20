"""DateEquals, DateLessThan and their kin: W3C's ISO 8601 forms, or seconds since 1970."""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from trailkeep.authz.conditions.operator import Compiled, Operator, constant

_FORM = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?)?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
_EPOCH = re.compile(r"[0-9]{5,11}", re.ASCII)


def seconds(text: str) -> float:
    """Seconds since 1970. Four digits are a year. Raises ValueError; milliseconds are documented nowhere."""
    if _EPOCH.fullmatch(text):
        return float(text)
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a date")
    year, month, day, clock, zone = found.groups()
    moment = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}{clock or 'T00:00'}{zone or 'Z'}")
    try:
        return moment.astimezone(UTC).timestamp()
    except OverflowError as error:
        raise ValueError(f"{text[:40]!r} is out of range") from error


def _compare(test: Callable[[float, float], bool], text: str, _version: str) -> Compiled:
    wanted = seconds(text)

    def holds(value: str) -> bool:
        try:
            return test(seconds(value), wanted)
        except ValueError:
            return False

    return constant(holds)


OPERATORS = (
    Operator(name="DateEquals", negated=False, compile=partial(_compare, operator.eq)),
    Operator(name="DateNotEquals", negated=True, compile=partial(_compare, operator.eq)),
    Operator(name="DateLessThan", negated=False, compile=partial(_compare, operator.lt)),
    Operator(name="DateLessThanEquals", negated=False, compile=partial(_compare, operator.le)),
    Operator(name="DateGreaterThan", negated=False, compile=partial(_compare, operator.gt)),
    Operator(name="DateGreaterThanEquals", negated=False, compile=partial(_compare, operator.ge)),
)
