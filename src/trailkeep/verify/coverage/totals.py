"""Sums of rows: how much is covered, by account and by day; a percentage never says more than there is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from trailkeep.verify.coverage.row import Row, State
from trailkeep.verify.coverage.window import Window


@dataclass(slots=True, kw_only=True)
class Totals:
    """Counts of cells by state."""

    covered: int = 0
    uncovered: int = 0
    unknown: int = 0
    not_expected: int = 0

    def add(self, row: Row, cells: int) -> None:
        """Count a row's cells, as far as they are among `cells`."""
        covered = row.covered & cells
        self.covered += covered.bit_count()
        if covered == cells:
            return
        for patch in row.patches:
            number = (patch.cells & cells).bit_count()
            match patch.state:
                case State.UNCOVERED:
                    self.uncovered += number
                case State.UNKNOWN:
                    self.unknown += number
                case _:
                    self.not_expected += number

    @property
    def expected(self) -> int:
        """Cells in which something should be there."""
        return self.covered + self.uncovered + self.unknown

    @property
    def percent(self) -> float | None:
        """Covered of expected, in per cent, rounded down to hundredths; None where nothing is expected."""
        return self.covered * 10_000 // self.expected / 100 if self.expected else None


def total(rows: Iterable[Row], window: Window) -> Totals:
    """All cells of all rows."""
    found, full = Totals(), window.full
    for row in rows:
        found.add(row, full)
    return found


def by_day(rows: Iterable[Row], window: Window) -> Iterator[tuple[date, Totals]]:
    """The cells of some rows, day by day."""
    full = window.full
    every = list(rows)
    some = [r for r in every if r.covered != full]
    whole = len(every) - len(some)  # nearly all of them, and the same on every day
    for day, first, number in window.days():
        cells, found = ((1 << number) - 1) << first, Totals(covered=whole * number)
        for row in some:
            found.add(row, cells)
        yield day, found
