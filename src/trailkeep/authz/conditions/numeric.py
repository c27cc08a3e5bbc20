"""NumericEquals, NumericLessThan and their kin: integers and decimals, compared exactly."""

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from trailkeep.authz.conditions.operator import Compiled, Operator, constant

_NUMBER = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


def number(text: str) -> Decimal:
    """The number a text is. Raises ValueError."""
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"{text[:40]!r} is not a number")
    return Decimal(text.strip())


def _compare(test: Callable[[Decimal, Decimal], bool], text: str, _version: str) -> Compiled:
    wanted = number(text)

    def holds(value: str) -> bool:
        try:
            return test(number(value), wanted)
        except ValueError:
            return False

    return constant(holds)


OPERATORS = (
    Operator(name="NumericEquals", negated=False, compile=partial(_compare, operator.eq)),
    Operator(name="NumericNotEquals", negated=True, compile=partial(_compare, operator.eq)),
    Operator(name="NumericLessThan", negated=False, compile=partial(_compare, operator.lt)),
    Operator(name="NumericLessThanEquals", negated=False, compile=partial(_compare, operator.le)),
    Operator(name="NumericGreaterThan", negated=False, compile=partial(_compare, operator.gt)),
    Operator(name="NumericGreaterThanEquals", negated=False, compile=partial(_compare, operator.ge)),
)
