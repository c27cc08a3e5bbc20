"""What a condition operator is: its name, whether it is negated, and how it compiles the value it compares with."""

from collections.abc import Callable
from dataclasses import dataclass

from trailkeep.authz.template import Context
from trailkeep.authz.truth import Truth

Matcher = Callable[[str, Context], Truth]
"""One value of the request against one value of the policy; may raise nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A condition operator. `compile` takes a policy's value and its Version, and raises ValueError for nonsense.

    A negated operator holds where its opposite fits none of the policy's values.

    """

    name: str
    negated: bool
    compile: Callable[[str, str], "Compiled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A policy's value ready to be compared."""

    matches: Matcher
    is_resolved: Callable[[Context], bool]


def constant(test: Callable[[str], bool]) -> Compiled:
    """A value without variables: only string and ARN operators have them."""
    return Compiled(matches=lambda value, _context: test(value), is_resolved=lambda _context: True)
