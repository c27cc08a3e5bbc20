"""Coverage as it is told: a map that reads without colours, records no spreadsheet runs, nothing that rewrites a terminal."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.report.views import EVIL, control_characters, seen
from trailkeep.app.coverage.run import Coverage
from trailkeep.app.coverage.sample import Sample, Taken
from trailkeep.report.coverage import as_json, csv_lines, json_lines, render, render_zoom
from trailkeep.verify.coverage.retention import Retention
from trailkeep.verify.coverage.row import Patch, Reason, Row, State, Why
from trailkeep.verify.coverage.window import DAY, Window

START = datetime(2026, 11, 16, tzinfo=UTC)
WEEK = Window(start=START, count=72)
STOPPED = Reason(why=Why.STOPPED, detail="logging was stopped by jane", remedy="start it")
DENIED = Reason(why=Why.UNREADABLE, detail="not listed")
CLOSED = Reason(why=Why.ACCOUNT_STATE, detail="the account is CLOSED")


def row(
    number: int, state: State | None = None, cells: int = 0, reason: Reason = STOPPED, region: str = "eu-west-1"
) -> Row:
    patches = (Patch(state=state, cells=cells, reason=reason),) if state else ()
    return Row(account=f"{number:012d}", region=region, covered=WEEK.full & ~cells, patches=patches)


def coverage(*rows: Row, **more: Any) -> Coverage:
    made = {"window": WEEK, "days": Window(start=START, count=3, step=DAY), "source": "a test", "rows": list(rows)}
    return Coverage(**{**made, **more})


def some() -> Coverage:
    return coverage(
        row(1),
        row(2, State.UNCOVERED, 0b111 << 10),
        row(3, State.UNCOVERED, WEEK.full),
        row(4, State.UNKNOWN, WEEK.full, DENIED),
        row(5, State.NOT_EXPECTED, WEEK.full, CLOSED),
        names={f"{1:012d}": "Shop"},
    )


def test_the_map_reads_without_colours_and_shows_gaps_first() -> None:
    told = seen(render(some()))
    assert "000000000002                       ▣■■  95.83 %" in told
    assert "000000000003                       □□□   0.00 %" in told
    assert "000000000004                       ???   0.00 %" in told
    assert "000000000005                       ···\n" in told
    assert "Shop                               ■■■ 100.00 %" in told
    assert told.index("000000000004") < told.index("Shop")
    assert "48.95 % covered: 141 of 288 expected hours, 75 uncovered, 72 unknown, 72 not expected" in told


def test_accounts_of_the_same_name_have_a_row_each() -> None:
    told = seen(render(coverage(row(1), row(2), names={f"{1:012d}": "shop", f"{2:012d}": "shop"})))
    assert "000000000001 shop " in told
    assert "000000000002 shop " in told


def test_one_cause_for_thousands_of_accounts_is_one_line() -> None:
    told = seen(render(coverage(*(row(n, State.UNCOVERED, 0b111 << 10) for n in range(5000)))))
    assert told.count("logging was stopped by jane") == 1
    assert "2026-11-16 10:00 to 2026-11-16 13:00  15,000 hours  5000 accounts: eu-west-1" in told
    assert len(told.splitlines()) < 60
    assert "and 4,970 more rows, 0 of them without a gap" in told


def test_many_days_share_columns() -> None:
    window = Window(start=START, count=400 * 24)
    told = seen(
        render(coverage(Row(account="1" * 12, region="eu-west-1", covered=window.full), window=window)), width=200
    )
    assert "5 days in a column" in told
    assert "■" * 80 + " 100.00 %" in told


def test_a_day_is_shown_hour_by_hour() -> None:
    told = seen(render_zoom(some(), [some().rows[1]], 0, 24))
    assert "■  ■  ■  ■  ■  ■  ■  ■  ■  ■  □  □  □  ■" in told
    assert "UNCOVERED  2026-11-16 10:00 to 2026-11-16 13:00  3 hours" in told


def test_json_holds_totals_accounts_by_day_gaps_and_what_is_not_expected() -> None:
    found = json.loads("\n".join(as_json(some())))
    assert found["trailkeep_coverage"] == 1
    assert found["cloudtrail"] == {
        "expected": 288, "covered": 141, "uncovered": 75, "unknown": 72, "not_expected": 72, "percent": 48.95,
    }  # fmt: skip
    assert len(found["accounts"]) == 5
    assert found["accounts"][1]["days"]["2026-11-16"]["uncovered"] == 3
    assert [(g["hours"], g["cause"]) for g in found["gaps"]] == [
        (3, "logging-stopped"),
        (72, "logging-stopped"),
        (72, "unreadable"),
    ]
    assert found["not_expected"][0]["detail"] == "the account is CLOSED"
    assert [json.loads(line) for line in json_lines(some())] == found["gaps"]


def test_an_answer_without_gaps_is_json_too() -> None:
    found = json.loads("\n".join(as_json(coverage(row(1)))))
    assert (found["gaps"], found["not_expected"]) == ([], [])


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", '"quoted", and comma'])
def test_records_are_csv_and_no_field_is_a_formula(evil: str) -> None:
    reason = Reason(why=Why.STOPPED, detail=evil)
    found = coverage(row(2, State.UNCOVERED, 1, reason), names={f"{2:012d}": evil})
    told = "".join(f"{line}\n" for line in csv_lines(found))
    (record,) = csv.DictReader(io.StringIO(told, newline=""))
    for column in ("name", "detail"):
        assert record[column] in {evil, f"'{evil}"}
        assert not record[column].startswith(("=", "+", "-", "@"))
    assert told.endswith("\r\n")


def test_nothing_rewrites_the_terminal() -> None:
    reason = Reason(why=Why.STOPPED, detail=EVIL, remedy=EVIL)
    taken = Taken(key=EVIL, kind="log", storage=EVIL, problem=EVIL)
    sample = Sample(wanted=3, taken=(taken,), retention=Retention(state=State.UNKNOWN, detail="x"))
    evil = row(2, State.UNCOVERED, 1, reason)
    found = coverage(
        evil, names={f"{2:012d}": EVIL}, notes=[EVIL], sample=sample, config=[evil], days=WEEK, source=EVIL
    )
    for text in (seen(render(found)), seen(render_zoom(found, [evil], 0, 24)), "\n".join(as_json(found))):
        assert not control_characters(text)
        text.encode()
    for line in (*json_lines(found), *(line.rstrip("\r") for line in csv_lines(found))):
        assert not control_characters(line)


def test_a_sample_says_what_was_read_and_what_was_not() -> None:
    good = Taken(key="a", kind="log", storage="STANDARD")
    bad = Taken(key="b", kind="log", storage="GLACIER", problem="archived: in Glacier")
    sample = Sample(wanted=5, taken=(good, good, bad), retention=Retention(state=State.COVERED, detail="kept"))
    told = seen(render(coverage(row(1), sample=sample)))
    assert "Sample: 2 of 3 objects fetched, decrypted and parsed (of 5 asked for" in told
    assert "1 GLACIER, 2 STANDARD" in told
    assert "✗ b: archived: in Glacier" in told
    assert "Retention: kept" in told
