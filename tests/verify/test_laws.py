"""Any combination of damage: every damaged object is named with the right verdict, and nothing that is whole is."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from benchmarks.archive_stub import Thing
from tests.verify.build import HOUR, Made, digest, fresh, public_der, signed
from tests.verify.checking import Memory, check
from trailkeep.app.pool import Pool
from trailkeep.app.verify.run import IN_FLIGHT
from trailkeep.errors import ExitCode
from trailkeep.ports import Obstacle
from trailkeep.verify.digest import fingerprint
from trailkeep.verify.keys import parse_log

POOL = Pool(4)
HOURS, LOGS, CHAINS = 7, 2, 4
UNPROVEN = "UNCOVERED unproven"


class World:
    """An archive, what was done to it, and what has to be said of it."""

    def __init__(self) -> None:
        self.made: Made = fresh(accounts=2, regions=2, hours=HOURS, logs=LOGS)
        self.store = Memory(self.made)
        self.expected: dict[str, str] = {}
        self.touched: set[tuple[int, int]] = set()

    def chain(self, chain: int) -> list[tuple[object, str, list[str]]]:
        return list(self.made.by_chain.values())[chain]  # type: ignore[return-value]

    def hour(self, chain: int, at: int) -> tuple[str, list[str]]:
        _, key, logs = self.chain(chain)[at]
        return key, logs

    def dark(self, logs: list[str], why: str = UNPROVEN) -> None:
        """Log files that nothing proves; one that is gone as well cannot be missed by anybody."""
        for log in logs:
            if log in self.made.objects:
                self.expected[log] = why
            else:
                self.expected.pop(log, None)


Damage = Callable[[World, int, int], None]


def overwritten(w: World, chain: int, at: int) -> None:
    log = w.hour(chain, at)[1][0]
    w.made.objects[log] = Thing(gzip.compress(b'{"Records": [1]}'))
    w.expected[log] = "TAMPERED hash"


def truncated(w: World, chain: int, at: int) -> None:
    log = w.hour(chain, at)[1][0]
    w.made.objects[log] = Thing(w.made.objects[log].read()[:-5])
    w.expected[log] = "TAMPERED format"


def appended_to(w: World, chain: int, at: int) -> None:
    log = w.hour(chain, at)[1][0]
    w.made.objects[log] = Thing(w.made.objects[log].read() + gzip.compress(b"x"))
    w.expected[log] = "TAMPERED trailing"


def log_deleted(w: World, chain: int, at: int) -> None:
    log = w.hour(chain, at)[1][0]
    del w.made.objects[log]
    w.expected[log] = "MISSING deleted"


def compressed_again(w: World, chain: int, at: int) -> None:
    log = w.hour(chain, at)[1][0]
    w.made.objects[log] = Thing(gzip.compress(gzip.decompress(w.made.objects[log].read()), 1))


def forged_log(w: World, chain: int, at: int) -> None:
    log = w.hour(chain, at)[1][0]
    forged = log[:-24] + "FORGED0000000000"[: 24 - 8] + ".json.gz"
    w.made.objects[forged] = Thing(gzip.compress(b"{}"))
    named = parse_log(forged)
    assert named
    if named.delivered < w.made.until - IN_FLIGHT:  # later ones wait for the digest that is still to come
        w.expected[forged] = "UNCOVERED unreferenced"


def digest_deleted(w: World, chain: int, at: int) -> None:
    key, logs = w.hour(chain, at)
    del w.made.objects[key]
    w.expected[key] = "MISSING deleted"
    w.dark(logs)


def digest_forged(w: World, chain: int, at: int) -> None:
    key, logs = w.hour(chain, at)
    thing = w.made.objects[key]
    document = json.loads(gzip.decompress(thing.read())) | {"logFiles": []}
    w.made.objects[key] = Thing(gzip.compress(json.dumps(document).encode()), thing.metadata)
    w.expected[key] = "TAMPERED signature"
    w.dark(logs)


def digest_signed_by_another(w: World, chain: int, at: int) -> None:
    key, logs = w.hour(chain, at)
    document = json.loads(gzip.decompress(w.made.objects[key].read()))
    document |= {"logFiles": [], "digestPublicKeyFingerprint": fingerprint(public_der(1))}
    w.made.objects[key] = signed(json.dumps(document).encode(), 1)
    w.expected[key] = "TAMPERED signature"
    w.dark(logs)


def digest_garbage(w: World, chain: int, at: int) -> None:
    key, logs = w.hour(chain, at)
    w.made.objects[key] = Thing(gzip.compress(b"[]"), w.made.objects[key].metadata)
    w.expected[key] = "TAMPERED format"
    w.dark(logs)


def digest_trailing(w: World, chain: int, at: int) -> None:
    key, _ = w.hour(chain, at)
    thing = w.made.objects[key]
    w.made.objects[key] = Thing(thing.read() + b"tail", thing.metadata)
    w.expected[key] = "TAMPERED trailing"


def digest_moved(w: World, chain: int, at: int) -> None:
    key, logs = w.hour(chain, at)
    other = (chain + 1) % CHAINS
    copy = w.chain(other)[0][1].replace("T210725Z", "T213000Z")
    if copy in w.made.objects:
        return
    w.made.objects[copy] = w.made.objects.pop(key)
    w.expected[copy] = "TAMPERED moved"
    w.expected[key] = "MISSING deleted"
    w.dark(logs)


def unlinked(w: World, chain: int, at: int) -> None:
    """Signed by CloudTrail's key, without a link: only the newest, since every later one would name another hash."""
    if at != HOURS - 1:
        return
    found = w.chain(chain)
    end, key, logs = found[-1]
    nulls = dict.fromkeys(
        ["previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestSignature"]
    )
    w.made.objects[key] = digest(w.made, w.made.chains[chain], end - HOUR, end, key, logs, found[-2][1], **nulls)  # type: ignore[operator, arg-type]
    w.expected[key] = "TAMPERED bad-link"


def _unreadable(why: Obstacle) -> tuple[Damage, Damage]:
    def log(w: World, chain: int, at: int) -> None:
        name = w.hour(chain, at)[1][0]
        w.store.faults[name] = why
        w.expected[name] = f"UNREADABLE {why}"

    def whole(w: World, chain: int, at: int) -> None:
        key, logs = w.hour(chain, at)
        w.store.faults[key] = why
        w.expected[key] = f"UNREADABLE {why}"
        w.dark(logs, f"UNREADABLE {why}")

    return log, whole


LOG_DAMAGE: list[Damage] = [overwritten, truncated, appended_to, log_deleted, compressed_again, forged_log]
DIGEST_DAMAGE: list[Damage] = [
    digest_deleted,
    digest_forged,
    digest_signed_by_another,
    digest_garbage,
    digest_trailing,
    digest_moved,
    unlinked,
]
FAULTS = [
    d for why in (Obstacle.KMS, Obstacle.ARCHIVED, Obstacle.NETWORK, Obstacle.ACCESS_DENIED) for d in _unreadable(why)
]

places = st.tuples(st.integers(0, CHAINS - 1), st.integers(1, HOURS - 1))


def inflict(w: World, damages: list[tuple[Damage, tuple[int, int]]]) -> None:
    """One thing an hour, and with an hour between two: what two neighbours do to each other has tests of its own."""
    for damage, (chain, at) in damages:
        if any(c == chain and abs(a - at) < 2 for c, a in w.touched):
            continue
        w.touched.add((chain, at))
        damage(w, chain, at)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(LOG_DAMAGE + DIGEST_DAMAGE + FAULTS), places), max_size=8))
@example([(forged_log, (3, 1)), (digest_moved, (2, 1))])  # a digest put in between excuses no forged log file
def test_every_damaged_object_is_named_rightly_and_nothing_else(damages: list[tuple[Damage, tuple[int, int]]]) -> None:
    w = World()
    inflict(w, damages)
    found = check(w.made, w.store, pool=POOL)
    assert found.said == w.expected
    verdicts = {v.split()[0] for v in w.expected.values()}
    bad = verdicts - {"UNREADABLE"}
    code = ExitCode.FAILS if bad else ExitCode.INCOMPLETE if verdicts else ExitCode.OK
    assert found.verified.exit_code is code


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.tuples(st.integers(0, CHAINS - 1), st.integers(1, HOURS - 1)), max_size=14))
def test_any_set_of_deleted_digests_is_named(gone: set[tuple[int, int]]) -> None:
    w = World()
    for chain, at in sorted(gone):
        digest_deleted(w, chain, at)
    assert check(w.made, w.store, pool=POOL).said == w.expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(st.tuples(st.integers(0, CHAINS - 1), st.integers(1, HOURS - 1)), max_size=14), st.integers(1, 4000))
def test_neighbours_that_are_forged_are_all_named(bad: set[tuple[int, int]], piece: int) -> None:
    w = World()
    w.store.piece = piece
    for chain, at in sorted(bad):
        digest_forged(w, chain, at)
    assert check(w.made, w.store, pool=POOL).said == w.expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, HOURS), st.integers(1, HOURS), st.lists(st.tuples(st.sampled_from(LOG_DAMAGE), places), max_size=4)
)
def test_a_window_names_what_lies_in_it(start: int, length: int, damages: list[tuple[Damage, tuple[int, int]]]) -> None:
    w = World()
    inflict(w, damages)
    begin = w.made.chains[0].begin
    since, until = begin + start * HOUR, begin + min(HOURS - 1, start + length) * HOUR  # a digest behind it tells all
    if since >= until:
        return
    inside = {
        log: verdict
        for log, verdict in w.expected.items()
        if any(
            since < end <= until and _same_hour(log, logs)
            for found in w.made.by_chain.values()
            for end, _, logs in found
        )
    }
    assert check(w.made, w.store, pool=POOL, since=since, until=until).said == inside


def _same_hour(log: str, logs: list[str]) -> bool:
    return log in logs or any(log[:-24] == other[:-24] for other in logs)


def test_the_moments_of_made_archives_are_in_order() -> None:
    w = World()
    assert w.made.until == w.made.chains[0].begin + timedelta(hours=HOURS)
