"""Coverage for people and machines: a heat-map, the gaps with their causes, JSON, JSON Lines, CSV."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.report.heat_map import render_hours, render_map
from trailkeep.report.words import count, printable
from trailkeep.verify.coverage.retention import Retention
from trailkeep.verify.coverage.row import Gap, Row, State, gaps
from trailkeep.verify.coverage.totals import Totals, by_day
from trailkeep.verify.coverage.window import DAY, Window

SHOWN = 20
"""So many kinds of gaps are shown; more are counted."""

_STYLE = {State.UNCOVERED: "red", State.UNKNOWN: "yellow", State.COVERED: "green", State.NOT_EXPECTED: "dim"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Taken(Protocol):
    """One object that was read as a sample."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def kind(self) -> str:
        """The kind: log or config."""

    @property
    def storage(self) -> str:
        """Its storage class."""

    @property
    def problem(self) -> str:
        """Why it could not be read."""


class Sample(Protocol):
    """Objects that were read."""

    @property
    def wanted(self) -> int:
        """So many were asked for."""

    @property
    def taken(self) -> tuple[Taken, ...]:
        """What was read."""

    @property
    def retention(self) -> Retention:
        """Whether objects are kept as long as promised."""


class Coverage(Protocol):
    """What is told: see `app.coverage.run`."""

    window: Window
    days: Window
    source: str
    rows: list[Row]
    config: list[Row]
    names: Mapping[str, str]
    notes: list[str]

    @property
    def sample(self) -> Sample | None:
        """Objects that were read, if any were to be."""

    @property
    def totals(self) -> Totals:
        """Hours by state."""

    @property
    def config_totals(self) -> Totals:
        """Days of AWS Config by state."""


def render(found: Coverage, *, by_region: bool = False, everything: bool = False) -> RenderableType:
    """Totals, the heat-map, the gaps merged, AWS Config, the sample, and what is not known."""
    parts: list[RenderableType] = [_headline(found)]
    parts += render_map(found.rows, found.window, found.names, by_region=by_region, everything=everything)
    parts += _gap_lines(found.rows, found.window, found.names, "hour", everything=everything)
    if found.config:
        parts.append(Text(f"\nAWS Config: {_said(found.config_totals, 'day')}", style="bold"))
        parts += _gap_lines(found.config, found.days, found.names, "day", everything=everything)
    if found.sample is not None:
        parts += _sample_lines(found.sample)
    parts += [Text(f"note: {printable(n, 1000)}", style="yellow" if "UNKNOWN" in n else "dim") for n in found.notes]
    return Group(*parts)


def render_zoom(found: Coverage, rows: list[Row], first: int, number: int) -> RenderableType:
    """One day, hour by hour, of some rows; what is missing then."""
    mask = ((1 << number) - 1) << first
    inside = [_only(row, mask) for row in rows]
    parts = render_hours(rows, found.window, found.names, first, number)
    return Group(*parts, *_gap_lines(inside, found.window, found.names, "hour", everything=True))


def _only(row: Row, mask: int) -> Row:
    patches = tuple(replace(p, cells=p.cells & mask) for p in row.patches if p.cells & mask)
    return replace(row, covered=row.covered & mask, patches=patches)


def _headline(found: Coverage) -> Text:
    totals, window = found.totals, found.window
    said = _said(totals, "hour")
    style = "bold red" if totals.uncovered else "bold yellow" if totals.unknown else "bold green"
    places = f"{count(len(found.rows), 'account-Region')} by {printable(found.source)}"
    return (
        Text(f"CloudTrail {window.start:%Y-%m-%d %H:%M} to {window.end:%Y-%m-%d %H:%M} UTC: ", style="bold")
        + Text(f"{said}\n", style=style)
        + Text(f"{places}", style="dim")
    )


def _said(totals: Totals, noun: str) -> str:
    if totals.percent is None:
        return f"no {noun} is expected"
    parts = [f"{totals.percent:.2f} % covered: {totals.covered:,} of {count(totals.expected, f'expected {noun}')}"]
    parts += [f"{totals.uncovered:,} uncovered"] if totals.uncovered else []
    parts += [f"{totals.unknown:,} unknown"] if totals.unknown else []
    parts += [f"{totals.not_expected:,} not expected"] if totals.not_expected else []
    return ", ".join(parts)


Alike = dict[tuple[Any, ...], list[Gap]]


def _gap_lines(
    rows: Iterable[Row], window: Window, names: Mapping[str, str], noun: str, *, everything: bool
) -> list[Text]:
    """Gaps of the same reason and hours in one line, the largest first: a stopped trail is one line, not thousands."""
    alike: Alike = {}
    for row in rows:
        for gap in gaps(row, window):
            first = (gap.start - window.start) // window.step
            alike.setdefault((gap.state, gap.reason, first, gap.cells), []).append(gap)
    order = sorted(alike.values(), key=lambda g: (g[0].state, -len(g) * g[0].cells, g[0].start))
    shown = order if everything else order[:SHOWN]
    lines = [line for group in shown for line in _gap_line(group, window, names, noun)]
    if len(order) > len(shown):
        lines.append(Text(f"and {len(order) - len(shown)} more kinds of gaps: --all, or -o csv", style="dim"))
    return lines


def _gap_line(group: list[Gap], window: Window, names: Mapping[str, str], noun: str) -> Iterator[Text]:
    gap = group[0]
    cells = sum(g.cells for g in group)
    start, end = max(g.start for g in group), min(g.end for g in group)  # the best known to the second
    form = "%Y-%m-%d" if window.step == DAY else "%Y-%m-%d %H:%M"
    last = end - DAY if window.step == DAY else end
    when = f"{start:{form}}" if start == last else f"{start:{form}} to {last:{form}}"
    head = Text(f"{gap.state}", style=f"bold {_STYLE[gap.state]}") + Text(f"  {when}  {count(cells, noun)}")
    yield head + Text(f"  {_places(group, names)}")
    yield Text(f"    {printable(gap.reason.detail, 600)}")
    if gap.reason.remedy:
        yield Text(f"    → {printable(gap.reason.remedy, 600)}", style="dim")


def _places(group: list[Gap], names: Mapping[str, str]) -> str:
    accounts = sorted({g.account for g in group})
    regions = sorted({g.region for g in group})
    who = name(accounts[0], names) if len(accounts) == 1 else f"{len(accounts)} accounts"
    where = ", ".join(map(printable, regions)) if len(regions) <= 4 else f"{len(regions)} Regions"
    return f"{who}: {where}"


def name(account: str, names: Mapping[str, str]) -> str:
    """An account as a person knows it."""
    known = names.get(account)
    return f"{printable(known, 60)} ({printable(account)})" if known else printable(account)


def _sample_lines(sample: Sample) -> Iterator[Text]:
    good = [t for t in sample.taken if not t.problem]
    classes: dict[str, int] = {}
    for taken in sample.taken:
        if taken.storage:
            classes[taken.storage] = classes.get(taken.storage, 0) + 1
    storage = ", ".join(f"{number} {printable(c)}" for c, number in sorted(classes.items()))
    fewer = f" (of {sample.wanted} asked for; there are no more where it was looked)"
    yield Text(
        f"\nSample: {len(good)} of {count(len(sample.taken), 'object')} fetched, decrypted and parsed"
        f"{fewer if len(sample.taken) < sample.wanted else ''}{'; ' + storage if storage else ''}",
        style="bold",
    )
    for taken in sample.taken:
        if taken.problem:
            yield Text(f"  ✗ {printable(taken.key, 600)}: {printable(taken.problem, 400)}", style="red")
    if any(t.problem.startswith("kms") for t in sample.taken):
        remedy = "who may decrypt is in `archive.readers`: use such a role's credentials, with --snapshot FILE"
        yield Text(f"    → {remedy}", style="dim")
    yield Text(f"Retention: {sample.retention.detail}", style=_STYLE[sample.retention.state])


# for machines


def gap_json(gap: Gap, names: Mapping[str, str], service: str) -> dict[str, Any]:
    """One gap as plain values; times in UTC, `hours` the whole hours that it touches (24 for a day of AWS Config)."""
    return {
        "service": service,
        "account": gap.account,
        "name": printable(names.get(gap.account, "")),
        "region": gap.region,
        "state": str(gap.state),
        "from": f"{gap.start:%Y-%m-%dT%H:%M:%SZ}",
        "to": f"{gap.end:%Y-%m-%dT%H:%M:%SZ}",
        "hours": gap.cells * (24 if service == "config" else 1),
        "cause": str(gap.reason.why),
        "detail": printable(gap.reason.detail, 2000),
        "remedy": printable(gap.reason.remedy, 2000),
    }


def all_gaps(found: Coverage) -> Iterator[dict[str, Any]]:
    """Every gap of both services, by account, Region and time."""
    for service, rows, window in (("cloudtrail", found.rows, found.window), ("config", found.config, found.days)):
        for row in rows:
            for gap in gaps(row, window):
                yield gap_json(gap, found.names, service)


def as_json(found: Coverage) -> Iterator[str]:
    """The whole answer, piece by piece; the schema is versioned by `trailkeep_coverage`."""
    head = {
        "trailkeep_coverage": 1,
        "from": f"{found.window.start:%Y-%m-%dT%H:%M:%SZ}",
        "to": f"{found.window.end:%Y-%m-%dT%H:%M:%SZ}",
        "expected_by": printable(found.source),
        "cloudtrail": totals_json(found.totals),
        "config": totals_json(found.config_totals) if found.config else None,
        "sample": _sample_json(found.sample) if found.sample else None,
        "notes": [printable(n, 2000) for n in found.notes],
    }
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ","
    yield ' "not_expected": ['
    yield from _joined(_not_expected(found))
    yield ' ],\n "accounts": ['
    yield from _joined(_accounts(found))
    yield ' ],\n "gaps": ['
    yield from _joined(all_gaps(found))
    yield " ]\n}"


def _joined(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = None
    for item in items:
        if before is not None:
            yield f"  {before},"
        before = json.dumps(item, ensure_ascii=False)
    if before is not None:
        yield f"  {before}"


def _not_expected(found: Coverage) -> Iterator[dict[str, Any]]:
    for row in found.rows:
        for patch in row.patches:
            if patch.state is State.NOT_EXPECTED:
                why = {"cause": str(patch.reason.why), "detail": printable(patch.reason.detail, 2000)}
                yield {"account": row.account, "region": row.region, "hours": patch.cells.bit_count(), **why}


def _accounts(found: Coverage) -> Iterator[dict[str, Any]]:
    rows: dict[str, list[Row]] = {}
    for row in found.rows:
        rows.setdefault(row.account, []).append(row)
    for account, its in rows.items():
        days = {f"{day}": totals_json(sums) for day, sums in by_day(its, found.window)}
        yield {"account": account, "name": printable(found.names.get(account, "")), "days": days}


def totals_json(totals: Totals) -> dict[str, Any]:
    """Counts by state, and the percentage."""
    return {
        "expected": totals.expected,
        "covered": totals.covered,
        "uncovered": totals.uncovered,
        "unknown": totals.unknown,
        "not_expected": totals.not_expected,
        "percent": totals.percent,
    }


def _sample_json(sample: Sample) -> dict[str, Any]:
    return {
        "wanted": sample.wanted,
        "objects": [
            {"kind": t.kind} | {part: printable(getattr(t, part), 2000) for part in ("key", "storage", "problem")}
            for t in sample.taken
        ],
        "retention": {"state": str(sample.retention.state), "detail": sample.retention.detail},
    }


def json_lines(found: Coverage) -> Iterator[str]:
    """A line for each gap."""
    return (json.dumps(gap, ensure_ascii=False) for gap in all_gaps(found))


def csv_lines(found: Coverage) -> Iterator[str]:
    """A record for each gap (RFC 4180), without its line end; no field is a formula to a spreadsheet."""
    columns = ("service", "account", "name", "region", "state", "from", "to", "hours", "cause", "detail", "remedy")
    yield ",".join(columns) + "\r"
    for gap in all_gaps(found):
        yield ",".join(_field(str(gap[c])) for c in columns) + "\r"


def _field(text: str) -> str:
    """A field that a spreadsheet takes for text (OWASP, CSV injection), quoted where it has to be."""
    clean = printable(text, 2000)
    if clean.startswith(_FORMULA):
        clean = f"'{clean}"
    return '"' + clean.replace('"', '""') + '"' if any(c in clean for c in ',"\r\n') else clean
