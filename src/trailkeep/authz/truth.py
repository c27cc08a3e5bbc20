"""Yes, no, or not settled: the three answers that AWS's documentation gives about a match."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

Truth = bool | None
"""None where AWS's documentation is silent, or where a statement cannot be read."""


def negation(truth: Truth) -> Truth:
    """Not; what is not settled stays so."""
    return None if truth is None else not truth


def either(test: Callable[[T], Truth], items: Iterable[T]) -> Truth:
    """Kleene's or: yes when one is yes, not settled when none is but one may be."""
    found: Truth = False
    for item in items:
        truth = test(item)
        if truth:
            return True
        if truth is None:
            found = None
    return found


def every(test: Callable[[T], Truth], items: Iterable[T]) -> Truth:
    """Kleene's and: no when one is no, not settled when none is but one may be."""
    found: Truth = True
    for item in items:
        truth = test(item)
        if truth is None:
            found = None
        elif not truth:
            return False
    return found
