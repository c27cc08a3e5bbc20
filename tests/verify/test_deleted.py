"""Digests under delete markers: MISSING, and yet they prove their log files and link their chain."""

import gzip
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.archive_stub import Archive, Thing
from tests.verify.build import BEGIN, BUCKET, HOUR, Chain, Made, archive, digest, fresh, grow, of_chains
from tests.verify.checking import Checked, Memory, check
from trailkeep.app.pool import Pool
from trailkeep.app.verify.attest import Ledger
from trailkeep.ports import Obstacle
from trailkeep.verify.verdict import Kind

POOL = Pool(4)
GONE = "MISSING deleted"


def hour(made: Made, at: int, chain: int = 0) -> tuple[str, list[str]]:
    _, key, logs = list(made.by_chain.values())[chain][at]
    return key, logs


@pytest.fixture
def made() -> Made:
    return archive(accounts=2, regions=1, hours=8, logs=3)


def take(made: Made, store: Memory, *hours: int, chain: int = 0) -> list[str]:
    keys = [hour(made, at, chain)[0] for at in hours]
    for key in keys:
        store.delete(key)
    return keys


@pytest.mark.parametrize("hours", [(4,), (3, 4, 5), (0,), (0, 1, 2), (7,), (5, 6, 7), (0, 3, 7), tuple(range(8))])
def test_a_deleted_digest_proves_its_log_files_and_links_its_chain(made: Made, hours: tuple[int, ...]) -> None:
    store = Memory(made)
    keys = take(made, store, *hours)
    found = check(made, store)
    assert found.said == dict.fromkeys(keys, GONE)
    assert found.valid(Kind.LOG) == 48
    told = {f.key: f for f in found.findings}
    for key in keys:
        assert told[key].version == "v1"
        assert "speaks for its log files" in told[key].detail
        assert "--version-id v1" in told[key].remedy[0]


def test_days_of_digests_deleted_beside_another_trail_of_the_same_folder() -> None:
    one = Chain(account="111111111111", region="us-east-1", hours=96, logs=1)
    two = Chain(account="111111111111", region="us-east-1", hours=96, logs=1, trail="zweite", begin=BEGIN + HOUR / 3)
    made = of_chains([one, two])
    store = Memory(made)
    keys = take(made, store, *range(20, 90))
    found = check(made, store)
    assert found.said == dict.fromkeys(keys, GONE)
    assert found.valid(Kind.LOG) == 192


@pytest.mark.parametrize("since", [0, 1, 5, 26])
def test_a_window_sees_only_its_own(since: int) -> None:
    made = archive(hours=40, logs=2)
    store = Memory(made)
    keys = take(made, store, 0, 1, 26, 27, 28, 38)
    window = {"since": BEGIN + since * HOUR, "until": BEGIN + 30 * HOUR}
    found = check(made, store, **window)  # type: ignore[arg-type]
    assert found.said == dict.fromkeys(
        [k for k, at in zip(keys, (0, 1, 26, 27, 28, 38), strict=True) if since <= at < 30], GONE
    )
    assert found.valid(Kind.LOG) == 2 * (30 - since)


def test_what_was_tampered_with_is_named_although_its_digest_was_deleted(made: Made) -> None:
    store = Memory(made)
    key, logs = hour(made, 4)
    take(made, store, 4)
    made.objects[logs[1]] = Thing(gzip.compress(b"{}"))
    forged = logs[0][:-20] + "FORGED0000.json.gz"
    made.objects[forged] = Thing(gzip.compress(b"{}"))
    assert check(made, store).said == {key: GONE, logs[1]: "TAMPERED hash", forged: "UNCOVERED unreferenced"}


def test_a_forged_version_over_the_right_one_is_not_believed(made: Made) -> None:
    store = Memory(made)
    key, _ = hour(made, 4)
    document = json.loads(gzip.decompress(made.objects[key].read())) | {"logFiles": []}
    forged = Thing(gzip.compress(json.dumps(document).encode()), made.objects[key].metadata)
    store.delete(key, forged, Thing(b"junk"))
    found = check(made, store)
    assert found.said == {key: GONE}
    assert found.findings[0].version == "v1"
    assert "--version-id v1" in found.findings[0].remedy[0]


def test_where_no_version_can_be_believed_or_read_the_log_files_are_not_proved(made: Made) -> None:
    store = Memory(made)
    key, logs = hour(made, 4)
    thing = made.objects[key]
    store.delete(key)
    store.deleted[key] = [Thing(thing.read() + b" ", {}, version="f0")]
    assert check(made, store).said == {key: GONE, **dict.fromkeys(logs, "UNCOVERED unproven")}
    store.deleted[key] = [thing]
    store.faults[f"{key}@v1"] = Obstacle.ACCESS_DENIED
    assert check(made, store).said == {key: GONE, **dict.fromkeys(logs, "UNREADABLE access-denied")}
    store.versions_denied = True
    found = check(made, store)
    assert found.said == {key: GONE, **dict.fromkeys(logs, "UNCOVERED unproven")}
    assert "could not be listed" in next(f for f in found.findings if f.key == key).detail


def test_a_deleted_backfill_digest_proves_its_log_files(made: Made) -> None:
    chain = made.chains[0]
    end = BEGIN + 3 * HOUR
    log = chain.log_key(end - timedelta(minutes=30), "LATE000000000000")
    made.objects[log] = Thing(gzip.compress(b"{}"))
    key = chain.digest_key(end, "_backfill")
    thing = digest(made, chain, end - HOUR, end, key, [log], None)
    made.objects[key] = Thing(thing.data, {**thing.metadata, "backfill-generation-timestamp": "2026-03-02T10:00:00Z"})
    store = Memory(made)
    store.delete(key)
    found = check(made, store)
    assert found.said == {key: GONE}
    assert found.valid(Kind.LOG) == 49


def test_a_whole_archive_lists_versions_once_a_chain_at_most(made: Made) -> None:
    store = Memory(made)
    assert check(made, store).said == {}
    assert store.versions_listed == []  # every chain begins with a digest that says so
    store = Memory(made)
    assert check(made, store, since=BEGIN + 5 * HOUR).said == {}
    assert len(store.versions_listed) <= 2


def test_a_deleted_digest_is_not_attested_and_stays_missing(made: Made, tmp_path: Path) -> None:
    store = Memory(made)
    keys = take(made, store, 3, 4)

    def again() -> Checked:
        return check(made, store, ledger=Ledger(tmp_path, BUCKET, BEGIN + 300 * HOUR))

    first, second = again(), again()
    assert first.said == second.said == dict.fromkeys(keys, GONE)
    assert second.valid(Kind.LOG) == first.valid(Kind.LOG) == 48
    for chain in made.chains:
        grow(made, chain, 2, random.Random(chain.account))
    more = take(made, store, 8)
    assert again().said == dict.fromkeys([*keys, *more], GONE)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 6))))
def test_no_log_file_is_unreferenced_because_its_digest_was_deleted(gone: set[tuple[int, int]]) -> None:
    made = fresh(accounts=2, regions=2, hours=7, logs=2)
    store = Memory(made)
    keys = [hour(made, at, chain)[0] for chain, at in sorted(gone)]
    for key in keys:
        store.delete(key)
    found = check(made, store, pool=POOL)
    assert found.said == dict.fromkeys(keys, GONE)
    assert found.valid(Kind.LOG) == 56


TWO = {
    name: of_chains(
        [
            Chain(account="111111111111", region="us-east-1", hours=30, logs=1),
            Chain(account="111111111111", region="us-east-1", hours=30, logs=1, trail=name, begin=BEGIN + HOUR / 3),
        ]
    )
    for name in ("aaa", "zzz")  # before and behind the other one in the order of keys
}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(TWO)),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 29), st.integers(1, 30), st.booleans()), max_size=4),
    st.none() | st.tuples(st.integers(0, 28), st.none() | st.integers(2, 30)),
)
def test_what_can_be_recovered_is_told_once_and_darkens_nothing(
    name: str, holes: list[tuple[int, int, int, bool]], window: tuple[int, int | None] | None
) -> None:
    """Of two trails in one folder: stretches of digests, some of them gone for good; whole chains too."""
    made = TWO[name]
    made = Made(
        archive=Archive(objects=dict(made.objects), keys=made.archive.keys), chains=made.chains, by_chain=made.by_chain
    )
    store = Memory(made)
    chains = list(made.by_chain.values())
    gone: set[str] = set()
    for chain, at, length, is_left in holes:
        for _, key, _ in chains[chain][at : at + length]:
            if key in made.objects and is_left:
                store.delete(key)
            elif key in made.objects:
                gone.add(key)
                del made.objects[key]
    asked = {}
    if window:
        asked["since"] = BEGIN + window[0] * HOUR
        if window[1]:
            asked["until"] = asked["since"] + window[1] * HOUR
    found = check(made, store, pool=POOL, **asked)  # type: ignore[arg-type]
    told = [f.key for f in found.findings if f.kind is Kind.DIGEST]
    assert len(told) == len(set(told))
    inside = {
        key
        for chain in chains
        for end, key, _ in chain
        if end > asked.get("since", BEGIN) and end <= asked.get("until", made.until)
    }
    assert {*store.deleted} & inside <= set(told) <= {*store.deleted} | gone
    unproved = {f.key for f in found.findings if f.kind is Kind.LOG}
    assert unproved <= {log for chain in chains for _, key, logs in chain if key in gone for log in logs}
