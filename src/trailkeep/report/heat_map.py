"""The terminal heat-map of coverage: a row for an account, a column for a day; or for a Region and its hours.

Every cell is a sign of its own, so that it reads without colours: ■ covered, ▣ partly, □ not at all, ? unknown,
· not expected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.text import Text

from trailkeep.report.words import printable
from trailkeep.verify.coverage.row import Row, State
from trailkeep.verify.coverage.totals import Totals, by_day
from trailkeep.verify.coverage.window import Window

ROWS: Final = 30
"""So many rows are shown: those with gaps first; more are counted."""

COLUMNS: Final = 92
"""So many days have a column of their own; of more, some share one."""

LEGEND: Final = "■ covered  ▣ partly  □ uncovered  ? unknown  · not expected"
_NAME = 34


def render_map(
    rows: Sequence[Row], window: Window, names: Mapping[str, str], *, by_region: bool, everything: bool
) -> list[Text]:
    """A line for each account, or account and Region: those with gaps first."""
    lines: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        lines.setdefault((row.account, row.region if by_region else ""), []).append(row)
    twice = {name for name, number in Counter(names.values()).items() if number > 1}
    labels = {place: _label(*place, names, twice) for place in lines}
    order = sorted(
        ((labels[place], its) for place, its in lines.items()), key=lambda line: (_is_whole(line[1], window), line[0])
    )
    shown = order if everything else order[:ROWS]
    days = [(day, first) for day, first, _ in window.days()]
    step = -(-len(days) // COLUMNS)
    made = [Text(f"\n{'':{_NAME}} {days[0][0]}" + (f" … {days[-1][0]}" if len(days) > 1 else ""), style="dim")]
    made += [_line(label, [s for _, s in by_day(its, window)], step) for label, its in shown]
    left = order[len(shown) :]
    if left:
        whole = sum(_is_whole(its, window) for _, its in left)
        said = f"and {len(left):,} more rows, {whole:,} of them without a gap (--all shows them)"
        made.append(Text(said, style="dim"))
    share = f"; {step} days in a column" if step > 1 else ""
    return [*made, Text(f"{LEGEND}{share}\n", style="dim")]


def render_hours(rows: Iterable[Row], window: Window, names: Mapping[str, str], first: int, number: int) -> list[Text]:
    """One day: a line for each account and Region, a column for each hour."""
    day = window.begin(first)
    hours = " ".join(f"{(day.hour + n) % 24:02d}" for n in range(number))
    made = [Text(f"{day:%Y-%m-%d}".ljust(_NAME) + f" {hours}", style="dim")]
    for row in rows:
        label = f"{names.get(row.account) or row.account} {row.region}"
        text = Text(f"{_cut(label)} ")
        for cell in range(first, first + number):
            sums = Totals()
            sums.add(row, 1 << cell)
            sign, style = _sign(sums)
            text.append(f"{sign}  ", style=style)
        made.append(text)
    return [*made, Text(f"{LEGEND}\n", style="dim")]


def _line(label: str, sums: Sequence[Totals], step: int) -> Text:
    text = Text(f"{_cut(label)} ")
    for at in range(0, len(sums), step):
        some = sums[at : at + step]
        sign, style = _sign(
            Totals(
                covered=sum(s.covered for s in some),
                uncovered=sum(s.uncovered for s in some),
                unknown=sum(s.unknown for s in some),
            )
        )
        text.append(sign, style=style)
    every = Totals(
        covered=sum(s.covered for s in sums),
        uncovered=sum(s.uncovered for s in sums),
        unknown=sum(s.unknown for s in sums),
    )
    return text.append("" if every.percent is None else f" {every.percent:6.2f} %")


def _sign(sums: Totals) -> tuple[str, str]:
    if not sums.expected:
        return "·", "dim"
    if sums.uncovered:
        return ("▣", "yellow") if sums.covered else ("□", "red")
    return ("?", "yellow") if sums.unknown else ("■", "green")


def _label(account: str, region: str, names: Mapping[str, str], twice: set[str]) -> str:
    """An account by its name, where no other has it."""
    name = names.get(account) or account
    return f"{f'{account} {name}' if name in twice else name} {region}".rstrip()


def _cut(label: str) -> str:
    clean = printable(label, 200)
    return (clean if len(clean) <= _NAME else clean[: _NAME - 1] + "…").ljust(_NAME)


def _is_whole(rows: Iterable[Row], window: Window) -> bool:
    return all(row.covered == window.full or not (row.of(State.UNCOVERED) | row.of(State.UNKNOWN)) for row in rows)
