"""Expected − seen, hour by hour: rows of one integer each against SQL's EXCEPT (SQLite, DuckDB) and Python's sets.

    python benchmarks/coverage.py [ACCOUNTS DAYS]

The same made archive for all: every account in 17 Regions, an hour of digests each, in every hundredth place some hours
deleted. Ours is measured at the full size and at a smaller one, at which the others are, since they hold every hour as
a row. Each runs in a process of its own: wall seconds and its own peak memory. DuckDB is measured where there is one.
"""

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

START = datetime(2025, 11, 1, tzinfo=UTC)
REGIONS = 17
PEERS = (40, 30)


def lost(place: int, hours: int) -> range:
    """The hours of a place that are not there."""
    return range(hours // 3, hours // 3 + 5 + place % 7) if place % 100 == 0 else range(0)


def ours(accounts: int, days: int) -> dict[str, Any]:
    """Expected from a snapshot, judged row by row, with totals and a table by day."""
    from tests.setup import build
    from trailkeep.model.ids import DEFAULT_REGIONS
    from trailkeep.verify.coverage.causes import judge
    from trailkeep.verify.coverage.expected import Wish, expected
    from trailkeep.verify.coverage.seen import Seen
    from trailkeep.verify.coverage.totals import by_day, total
    from trailkeep.verify.coverage.window import whole_hours

    regions = tuple(sorted(DEFAULT_REGIONS))
    assert len(regions) == REGIONS
    made = [replace(build.account(f"{n + 1:012d}", f"a{n}"), regions=regions, joined=None) for n in range(accounts)]
    snapshot = build.snapshot(organization=build.organization(accounts=made))
    window = whole_hours(START, START + timedelta(days=days))
    hours = window.count
    began = time.perf_counter()
    rows = []
    for place, its in enumerate(expected(snapshot, window, Wish(), now=window.end)):
        there = window.full
        for hour in lost(place, hours):
            there &= ~(1 << hour)
        rows.append(judge(its, Seen(cells=there), (), window))
    judged = time.perf_counter()
    sums = total(rows, window)
    table = sum(1 for _ in by_day(rows, window))
    done = time.perf_counter()
    assert table == days
    return {"missing": sums.uncovered, "cells": sums.expected, "wall": done - began, "judged": judged - began}


def _hours(accounts: int, days: int, *, seen: bool) -> Iterator[tuple[int, int, int]]:
    for place in range(accounts * REGIONS):
        gone = set(lost(place, days * 24)) if seen else ()
        for hour in range(days * 24):
            if hour not in gone:
                yield place // REGIONS, place % REGIONS, hour


def sets(accounts: int, days: int) -> dict[str, Any]:
    """A set of tuples minus a set of tuples."""
    began = time.perf_counter()
    missing = set(_hours(accounts, days, seen=False)) - set(_hours(accounts, days, seen=True))
    return {"missing": len(missing), "wall": time.perf_counter() - began}


_SEEN = "CREATE TABLE seen (account INTEGER, region INTEGER, hour INTEGER)"
_MISSING = (
    "SELECT count(*) FROM (SELECT a.n, r.n, h.n FROM accounts a, regions r, hours h "
    "EXCEPT SELECT account, region, hour FROM seen)"
)


def sqlite(accounts: int, days: int) -> dict[str, Any]:
    """EXCEPT in SQLite; filling its table is not counted."""
    db = sqlite3.connect("")
    db.execute(_SEEN)
    db.executemany("INSERT INTO seen VALUES (?, ?, ?)", _hours(accounts, days, seen=True))
    for name, number in (("accounts", accounts), ("regions", REGIONS), ("hours", days * 24)):
        db.execute(f"CREATE TABLE {name} (n INTEGER)")
        db.executemany(f"INSERT INTO {name} VALUES (?)", ((n,) for n in range(number)))
    began = time.perf_counter()
    ((missing,),) = db.execute(_MISSING).fetchall()
    return {"missing": missing, "wall": time.perf_counter() - began}


def duckdb(accounts: int, days: int) -> dict[str, Any]:
    """EXCEPT in DuckDB, which makes both tables itself; that is not counted."""
    db = import_module("duckdb").connect()
    for name, number in (("accounts", accounts), ("regions", REGIONS), ("hours", days * 24)):
        db.execute(f"CREATE TABLE {name} AS SELECT range AS n FROM range({number})")
    hours = days * 24
    db.execute(
        "CREATE TABLE seen AS SELECT a.n AS account, r.n AS region, h.n AS hour FROM accounts a, regions r, hours h "
        f"WHERE NOT ((a.n * {REGIONS} + r.n) % 100 = 0 AND h.n >= {hours // 3} "
        f"AND h.n < {hours // 3} + 5 + (a.n * {REGIONS} + r.n) % 7)"
    )
    began = time.perf_counter()
    ((missing,),) = db.execute(_MISSING).fetchall()
    return {"missing": missing, "wall": time.perf_counter() - began}


WAYS = {"ours": ours, "sets": sets, "sqlite": sqlite, "duckdb": duckdb}


def run(way: str, accounts: int, days: int) -> dict[str, Any] | None:
    """One way in a process of its own; None where it is not installed."""
    command = [sys.executable, __file__, "--one", way, str(accounts), str(days)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "ModuleNotFoundError" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout))


def main(accounts: int, days: int) -> None:
    whole = run("ours", accounts, days)
    assert whole
    print(f"{accounts:,} accounts × {REGIONS} Regions × {days} days: {whole['cells']:,} hours expected")
    print(
        f"expected − seen with reasons {whole['judged']:.2f} s, with totals and a table by day {whole['wall']:.2f} s; "
        f"peak {whole['peak']:.0f} MB, {whole['missing']:,} hours uncovered"
    )
    some, span = PEERS
    found = {way: run(way, some, span) for way in WAYS}
    mine = found["ours"]
    assert mine
    print(f"\n{some} accounts × {REGIONS} Regions × {span} days: {mine['cells']:,} hours expected")
    print(f"{'':10}{'wall s':>10}{'peak MB':>10}{'wall ÷ ours':>14}")
    for way, it in found.items():
        if it is None:
            print(f"{way:10} is not installed")
            continue
        assert it["missing"] == mine["missing"], (way, it["missing"], mine["missing"])
        print(f"{way:10}{it['wall']:10.4f}{it['peak']:10.0f}{it['wall'] / mine['wall']:14.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        answer = WAYS[sys.argv[2]](int(sys.argv[3]), int(sys.argv[4]))
        print(json.dumps(answer | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
    else:
        given = [int(a) for a in sys.argv[1:]]
        main(*(given or [5000, 365]))
