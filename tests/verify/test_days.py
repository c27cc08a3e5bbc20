"""Days that are read anywhere, one by one: what comes of it is what one process tells."""

import pickle
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.archive_stub import Thing
from tests.verify.build import BEGIN, BUCKET, HOUR, ORG, Made, archive, fresh
from tests.verify.checking import Checked, Memory, Silent, check
from tests.verify.test_laws import DIGEST_DAMAGE, FAULTS, LOG_DAMAGE, Damage, World, inflict, places
from tests.verify.test_windows import HOURS, stretches, take
from trailkeep.app.pool import Pool
from trailkeep.app.verify import spread
from trailkeep.app.verify.attest import Batch, Ledger
from trailkeep.app.verify.days import days_to_read
from trailkeep.app.verify.keys import PublicKeys
from trailkeep.app.verify.place import How, Location
from trailkeep.app.verify.run import Place, Tools, Unit
from trailkeep.app.world import Access
from trailkeep.ports import Obstacle
from trailkeep.verify.keys import Base, parse_digest
from trailkeep.verify.summary import Window

POOL = Pool(4)


class Inline:
    """A Spread that goes nowhere: everything that would cross a boundary is pickled, in another order than given."""

    def __init__(self) -> None:
        self.units: list[Any] = []

    def map(self, work: Any, units: Iterable[Any]) -> Iterator[Any]:
        told: list[bytes] = []
        for unit in units:
            self.units.append(unit)
            sent = pickle.loads(pickle.dumps(unit))
            work(sent, lambda piece: told.append(pickle.dumps(piece)))
            if len(self.units) % 3 == 0:
                yield from map(pickle.loads, told)
                told.clear()
        yield from map(pickle.loads, told)


def spread_out(store: Memory, days: Inline, folder: Path, attest: Path | None) -> Callable[[Place], Place]:
    """Read by days, from the same archive in memory."""
    how = How(keys=folder / "keys.jsonl", attest=attest)
    places: list[Place] = []

    def opened(shared: spread.Shared) -> Place:
        now = places[0].now
        return Place(
            store=store,
            name=BUCKET,
            now=now,
            keys=PublicKeys(None, lambda: store, now, shared.keys),
            pool=POOL,
            ledger=Ledger(shared.how.attest, BUCKET, now) if shared.how.attest else None,
        )

    def arranged(place: Place) -> Place:
        places.append(place)
        location = Location(text=f"s3://{BUCKET}")
        return spread.spread_out(place, days, location, Access(), how, here=Inline())

    patch.object(spread, "_opened", opened).start()
    return arranged


def both(made: Made, store: Memory, **asked: Any) -> tuple[Checked, Checked]:
    """What one process tells, and what comes of days; then again with attestations, twice."""
    alone = check(made, store, pool=POOL, **asked)
    with TemporaryDirectory() as name:
        folder = Path(name)
        try:
            days = check(made, store, pool=POOL, arranged=spread_out(store, Inline(), folder, None), **asked)
            assert told(days) == told(alone)
            one, many = Ledger(folder / "one", BUCKET, BEGIN), Ledger(folder / "many", BUCKET, BEGIN)
            first = check(made, store, pool=POOL, ledger=one, **asked)
            arranged = spread_out(store, Inline(), folder, folder / "many")
            days = check(made, store, pool=POOL, ledger=many, arranged=arranged, **asked)
            assert told(days) == told(first)
            assert attested(folder / "one") == attested(folder / "many")
            one, many = Ledger(folder / "one", BUCKET, BEGIN), Ledger(folder / "many", BUCKET, BEGIN)
            first = check(made, store, pool=POOL, ledger=one, **asked)
            arranged = spread_out(store, Inline(), folder, folder / "many")
            days = check(made, store, pool=POOL, ledger=many, arranged=arranged, **asked)
            assert told(days) == told(first)
        finally:
            patch.stopall()
    return alone, days


def told(found: Checked) -> tuple[Any, ...]:
    """All that a person is told, to the byte that was read."""
    v = found.verified
    return found.findings, v.totals, v.chains, v.notes, v.exit_code


def attested(folder: Path) -> set[tuple[str, str]]:
    """Which digests are remembered, each in the file of its day."""
    ledger = Ledger(folder, BUCKET, BEGIN)
    units = ledger.units()
    return {(base.account, found.key) for base, region in units for found in ledger.digests(base, region, None, None)}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(LOG_DAMAGE + DIGEST_DAMAGE + FAULTS), places), max_size=8))
def test_any_damage_is_told_as_by_one_process(damages: list[tuple[Damage, tuple[int, int]]]) -> None:
    w = World()
    inflict(w, damages)
    alone, _ = both(w.made, w.store)
    assert alone.said == w.expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stretches, st.none() | st.integers(0, HOURS - 2), st.none() | st.integers(1, HOURS), st.booleans())
@example([(0, 3, 5, True)], None, None, False)  # over midnight
@example([(0, 2, 60, True)], None, None, True)  # whole days, and the edges of two more
@example([(0, 0, HOURS, False)], 50, None, False)
def test_whatever_is_gone_is_told_as_by_one_process(
    gone: list[tuple[int, int, int, bool]], since: int | None, length: int | None, recoverable: bool
) -> None:
    made = fresh(accounts=2, regions=1, hours=HOURS, logs=1)
    store = Memory(made)
    for chain, begin, hours, logs in gone:
        take(made, chain, begin, begin + hours, logs=logs, marker_in=store if recoverable else None)
    if not made.objects:
        return
    first = BEGIN + since * HOUR if since is not None else None
    until = (first or BEGIN) + length * HOUR if length else None
    both(made, store, since=first, until=until)


def test_what_is_whole_is_read_once_and_its_neighbours_at_midnight_twice() -> None:
    made = fresh(accounts=1, regions=2, hours=HOURS, logs=2)
    store = Memory(made)
    days = Inline()
    with TemporaryDirectory() as name:
        try:
            check(made, store, pool=POOL, arranged=spread_out(store, days, Path(name), None))
        finally:
            patch.stopall()
    assert len(days.units) == 2 * len({parse_digest(k).end.date() for k in made.digests()})  # type: ignore[union-attr]
    assert set(store.got) == set(made.objects)
    twice = {key for key in store.got if store.got.count(key) > 1}
    at_midnight = {k for k in made.digests() if parse_digest(k).end.hour in {0, 23}}  # type: ignore[union-attr]
    assert twice <= at_midnight
    assert all(store.got.count(key) <= 3 for key in twice)


def tools(store: Memory) -> Tools:
    """For listings."""
    return Tools(store=store, pool=POOL, keys=lambda *_: None, sink=None, progress=Silent())  # type: ignore[arg-type]


def unit(since: int | None = None, account: str = "111111111111") -> Unit:
    """An account and Region, from some hours after the archive's beginning on."""
    window = Window(since=BEGIN + since * HOUR if since else None, until=None, expected=BEGIN + HOURS * HOUR)
    return Unit(base=Base(organization=ORG, account=account), region="us-east-1", window=window)


def test_days_go_account_by_account_and_those_attested_are_left_out(tmp_path: Path) -> None:
    made = fresh(accounts=2, regions=1, hours=HOURS, logs=0)
    ledger = Ledger(tmp_path, BUCKET, BEGIN)
    units = [unit(account=a) for a in ("222222222222", "111111111111")]
    done: list[str] = []
    found = list(days_to_read(units, tools(Memory(made)), ledger, lambda u: done.append(u.base.account)))
    assert [u.base.account for u in found] == ["111111111111"] * 5 + ["222222222222"] * 5
    assert done == ["111111111111", "222222222222"]
    assert [u.window.until.date() for u in found[:5]] == [date(2026, 3, d) for d in (1, 2, 3, 4, 5)]  # type: ignore[union-attr]
    (tmp_path / "111111111111").mkdir()
    (tmp_path / "111111111111" / "2026-03-02.jsonl.gz").write_bytes(b"")
    assert len(list(days_to_read(units, tools(Memory(made)), ledger, lambda _: None))) == 9


def test_days_before_the_window_and_names_that_are_no_days_are_left_out(tmp_path: Path) -> None:
    made = fresh(accounts=1, regions=1, hours=HOURS, logs=0)
    folder = f"AWSLogs/{ORG}/111111111111/CloudTrail-Digest/us-east-1"
    for name in ("0001/01/01", "9999/99/99", "2026/02/30", "2026/03", "9999/12/31", "..", "2026/3/1"):
        made.objects[f"{folder}/{name}/x.json.gz"] = Thing(b"")
    ledger = Ledger(tmp_path, BUCKET, BEGIN)
    found = [u.window for u in days_to_read([unit(since=30)], tools(Memory(made)), ledger, lambda _: None)]
    assert [w.until.date() for w in found if w.until] == [date(2026, 3, d) for d in (3, 4, 5)]
    assert found[0].since == BEGIN + 30 * HOUR
    assert found[1].since == found[0].until
    assert found[1].until - found[1].since == timedelta(days=1)  # type: ignore[operator]


def test_what_cannot_be_listed_has_no_days_and_is_told(tmp_path: Path) -> None:
    made = fresh(accounts=1, regions=1, hours=3, logs=1)
    store = Memory(made)
    store.faults[f"AWSLogs/{ORG}/111111111111/CloudTrail-Digest/us-east-1/"] = Obstacle.ACCESS_DENIED
    alone, days = both(made, store)
    assert "UNREADABLE access-denied" in alone.said.values()
    assert days.said == alone.said


@pytest.mark.parametrize("hours", [1, 4, 5])
def test_a_digest_that_ends_at_midnight_belongs_to_the_day_of_its_folder(hours: int, tmp_path: Path) -> None:
    begin = BEGIN.replace(minute=0, second=0)
    made = archive(hours=hours, logs=1, begin=begin)
    both(made, Memory(made))
    window = Window(since=None, until=None, expected=begin + hours * HOUR)
    its = Unit(base=Base(organization=ORG, account="111111111111"), region="us-east-1", window=window)
    ledger = Ledger(tmp_path, BUCKET, BEGIN)
    for day in days_to_read([its], tools(Memory(made)), ledger, lambda _: None):
        ends = [k for k in made.digests() if day.window.has(parse_digest(k).end)]  # type: ignore[union-attr]
        assert ends
        assert {k.split("/")[-2] for k in ends} == {f"{day.window.until:%d}"}


def test_whoever_only_reads_attestations_cuts_nothing_off(tmp_path: Path) -> None:
    made = archive(hours=3, logs=1)
    check(made, pool=POOL, ledger=Ledger(tmp_path, BUCKET, BEGIN))
    (file,) = [f for f in tmp_path.rglob("*.gz") if "03-01" in f.name]
    torn = file.read_bytes() + file.read_bytes()[:40]  # as it is while somebody appends
    file.write_bytes(torn)
    told: list[Any] = []
    reading = spread._Handing(Ledger(tmp_path, BUCKET, BEGIN), told.append)
    one = Batch("111111111111", date(2026, 3, 1), (b"{}",))
    assert len(list(reading.digests(unit().base, "us-east-1", None, None))) == 3
    assert file.read_bytes() == torn
    reading.append(one)
    assert told == [one]
    assert file.read_bytes() == torn
    assert len(list(Ledger(tmp_path, BUCKET, BEGIN).digests(unit().base, "us-east-1", None, None))) == 3
    assert len(file.read_bytes()) == len(torn) - 40
