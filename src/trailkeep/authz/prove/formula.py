"""Boolean formulas over atoms, folded as they are made: equal formulas are one number, so they are solved once.

A formula is a number of its `Formulas`; its negation is the negative number. The numbers are also the variables of the
solver, which is how a formula becomes clauses (Tseitin 1968): a node is equivalent to the conjunction of its parts.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from trailkeep.authz.prove.language import Union
from trailkeep.authz.prove.variables import Atom, Variable

TRUE = 1
FALSE = -1


class Formulas:
    """A store of formulas. `news` are the clauses that a solver has not been told yet."""

    def __init__(self) -> None:
        self._nodes: dict[int, frozenset[int]] = {}
        self._atoms: dict[int, Atom] = {}
        self._known: dict[frozenset[int] | Atom, int] = {}
        self._texts: dict[tuple[Variable, Union], int] = {}
        self._last = TRUE
        self._news: list[list[int]] = [[TRUE]]

    def atom(self, atom: Atom) -> int:
        """The formula that is this atom; a fact that is settled for the whole domain of its variable is a constant."""
        settled = atom.settled
        if settled is not None:
            return TRUE if settled else FALSE
        if atom not in self._known:
            self._known[atom] = self._new()
            self._atoms[self._last] = atom
        return self._known[atom]

    def among(self, variable: Variable, union: Union) -> int:
        """The formula that the variable's text is in a set."""
        if (variable, union) not in self._texts:
            self._texts[variable, union] = self.atom(Atom(variable=variable, union=union))
        return self._texts[variable, union]

    def every(self, parts: Iterable[int]) -> int:
        """Their conjunction; TRUE of none."""
        found: set[int] = set()
        for part in parts:
            if part == FALSE or -part in found:
                return FALSE
            if part != TRUE:
                found.update(self._nodes.get(part, (part,)))
        if any(-part in found for part in found):
            return FALSE
        if len(found) < 2:
            return next(iter(found), TRUE)
        inner = frozenset(found)
        if inner not in self._known:
            node = self._known[inner] = self._new()
            self._nodes[node] = inner
            self._news += [[-node, part] for part in inner]
            self._news.append([node, *(-part for part in inner)])
        return self._known[inner]

    def either(self, parts: Iterable[int]) -> int:
        """Their disjunction; FALSE of none."""
        return -self.every(-part for part in parts)

    def atoms_of(self, formula: int) -> Iterator[tuple[int, Atom]]:
        """The atoms a formula speaks of."""
        return ((n, self._atoms[n]) for n in sorted(self._cone(abs(formula))) if n in self._atoms)

    def fold(self, formula: int, truths: dict[int, bool]) -> int:
        """The formula when some atoms are settled."""
        seen: dict[int, int] = {TRUE: TRUE, **{n: TRUE if truth else FALSE for n, truth in truths.items()}}

        def folded(node: int) -> int:
            positive = abs(node)
            if positive not in seen:
                inner = self._nodes.get(positive)
                seen[positive] = positive if inner is None else self.every(folded(p) for p in inner)
            return seen[positive] if node > 0 else -seen[positive]

        return folded(formula)

    def news(self) -> list[list[int]]:
        """The clauses made since this was asked last."""
        found, self._news = self._news, []
        return found

    @lru_cache(maxsize=65536)  # noqa: B019 a store lives as long as a proof
    def _cone(self, node: int) -> frozenset[int]:
        inner = self._nodes.get(node)
        if inner is None:
            return frozenset((node,))
        return frozenset((node,)).union(*(self._cone(abs(p)) for p in inner))

    def _new(self) -> int:
        self._last += 1
        return self._last
