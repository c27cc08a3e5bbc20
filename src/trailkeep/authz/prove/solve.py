"""Is there a request that makes a formula true? Propositions by a SAT solver, values by the theory of each variable.

The solver proposes which atoms are true; each variable is asked for a value that agrees. Where there is none, the
smallest disagreeing set of atoms becomes a clause, and the solver proposes again: what it is told of atoms stays true
for every later question.
Source: lazy SMT, Nieuwenhuis, Oliveras and Tinelli, Solving SAT and SAT Modulo Theories (JACM 2006).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from pysat.solvers import Solver as Sat

from trailkeep.authz.prove.formula import Formulas
from trailkeep.authz.prove.language import TooLargeError
from trailkeep.authz.prove.variables import Atom, Presence, Variable, value_of

MOST_ROUNDS = 2_000
"""Proposals of the solver that are tried before a question is given up."""

_Literals = tuple[tuple[int, Atom], ...]


class GaveUpError(Exception):
    """The question was not answered within its bounds: UNKNOWN, never "proved"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Values of variables that make a formula true; a `Presence` that is "" is there, one that is None is not."""

    values: Mapping[Variable, str | None]


class Solver:
    """Answers questions about the formulas of one store; use it as a context manager."""

    def __init__(self, formulas: Formulas) -> None:
        self.formulas = formulas
        self._sat = Sat(name="glucose4")
        self._answers: dict[int, Model | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sat.delete()

    def model(self, goal: int) -> Model | None:
        """A model of a formula, None if there is none. Raises GaveUpError when neither can be told."""
        if goal not in self._answers:
            self._answers[goal] = self._search(goal)
        return self._answers[goal]

    def _search(self, goal: int) -> Model | None:
        self._sat.append_formula(self.formulas.news())
        atoms = tuple(self.formulas.atoms_of(goal))
        for _ in range(MOST_ROUNDS):
            if not self._sat.solve(assumptions=[goal]):
                return None
            truths = set(self._sat.get_model())
            values, conflicts = _ask_theories([(n if n in truths else -n, a) for n, a in atoms])
            if not conflicts:
                return Model(values=values)
            self._sat.append_formula(conflicts)
        raise GaveUpError(f"not settled after {MOST_ROUNDS:,} proposals")


def _ask_theories(literals: Sequence[tuple[int, Atom]]) -> tuple[dict[Variable, str | None], list[list[int]]]:
    """A value for each variable, or for those without one the clause that rules the disagreement out."""
    values: dict[Variable, str | None] = {}
    conflicts: list[list[int]] = []
    by_variable: dict[Variable, list[tuple[int, Atom]]] = {}
    for number, atom in literals:
        by_variable.setdefault(atom.variable, []).append((number, atom))
    for variable, found in by_variable.items():
        if isinstance(variable, Presence):
            values[variable] = "" if found[0][0] > 0 else None
            continue
        values[variable] = _value(variable, tuple(found))
        if values[variable] is None:
            conflicts.append([-n for n, _ in _smallest(variable, tuple(found))])
    return values, conflicts


def _value(variable: Variable, literals: _Literals) -> str | None:
    true = frozenset(a for n, a in literals if n > 0)
    false = frozenset(a for n, a in literals if n < 0)
    try:
        return value_of(variable, true, false)
    except TooLargeError as error:
        raise GaveUpError(f"the patterns of {variable.name} are too entangled") from error


def _smallest(variable: Variable, literals: _Literals) -> _Literals:
    """A part of the literals that already disagrees, and does no more when any of it is left out."""
    kept = literals
    for literal in literals:
        less = tuple(x for x in kept if x != literal)
        if _value(variable, less) is None:
            kept = less
    return kept
