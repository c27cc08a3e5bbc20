import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.archive_stub import Thing
from tests.verify.build import BEGIN, BUCKET, HOUR, Chain, Made, archive, digest, grow, of_chains, public_der, signed
from tests.verify.checking import Memory, check
from trailkeep.app.verify.attest import Ledger
from trailkeep.aws.read.lifecycle import fold_rule
from trailkeep.errors import ExitCode
from trailkeep.ports import Obstacle
from trailkeep.verify.digest import fingerprint
from trailkeep.verify.verdict import Kind, Verdict


@pytest.fixture
def made() -> Made:
    return archive(accounts=2, regions=2, hours=8, logs=3)


def middle(made: Made, at: int = 4, chain: int = 1) -> tuple[str, list[str]]:
    """The digest of some hour of a chain, and its logs."""
    _, key, logs = list(made.by_chain.values())[chain][at]
    return key, logs


def test_an_undamaged_archive_is_valid(made: Made) -> None:
    found = check(made)
    assert found.said == {}
    assert found.valid(Kind.DIGEST) == 32
    assert found.valid(Kind.LOG) == 96
    assert found.verified.exit_code is ExitCode.OK
    assert [(c.digests, c.logs, c.bad) for c in found.verified.chains] == [(8, 24, 0)] * 4
    assert found.verified.chains[0].start == BEGIN


@pytest.mark.parametrize("remembered", [False, True])
@pytest.mark.parametrize("logs", [0, 3])
def test_everything_is_read_once_and_every_byte_is_counted(logs: int, tmp_path: Path, remembered: bool) -> None:
    made = archive(accounts=2, regions=2, hours=20, logs=logs)
    store = Memory(made)
    totals = check(made, store, ledger=Ledger(tmp_path, BUCKET, made.until) if remembered else None).verified.totals
    assert sorted(store.got) == sorted(made.objects)
    read = [thing.read() for thing in made.objects.values()]
    assert (totals.read_bytes, totals.raw_bytes) == (sum(map(len, read)), sum(len(gzip.decompress(r)) for r in read))


@pytest.mark.parametrize(
    ("damage", "verdict"),
    [
        (lambda _: gzip.compress(b'{"Records": []}'), "TAMPERED hash"),
        (lambda data: data[:-9], "TAMPERED format"),
        (lambda data: data[: len(data) // 2], "TAMPERED format"),
        (lambda _: b"", "TAMPERED format"),
        (lambda data: data + b"more", "TAMPERED trailing"),
        (lambda data: data + gzip.compress(b"more"), "TAMPERED trailing"),
        (gzip.decompress, "TAMPERED format"),
    ],
)
def test_a_damaged_log_file_is_named(made: Made, damage: Callable[[bytes], bytes], verdict: str) -> None:
    _, logs = middle(made)
    made.objects[logs[0]] = Thing(damage(made.objects[logs[0]].read()))
    found = check(made)
    assert found.said == {logs[0]: verdict}
    assert found.verified.exit_code is ExitCode.FAILS
    assert found.valid(Kind.LOG) == 95


def test_a_log_file_compressed_again_is_valid(made: Made) -> None:
    _, logs = middle(made)
    made.objects[logs[0]] = Thing(gzip.compress(gzip.decompress(made.objects[logs[0]].read()), 1))
    assert check(made).said == {}


def test_a_deleted_log_file_is_missing(made: Made) -> None:
    _, logs = middle(made)
    del made.objects[logs[0]]
    assert check(made).said == {logs[0]: "MISSING deleted"}


def test_a_forged_log_file_is_unreferenced(made: Made) -> None:
    _, logs = middle(made)
    forged = logs[0][:-20] + "FORGED0000.json.gz"
    odd = logs[0].rpartition("/")[0] + "/\x1b[31mnot.json.gz"
    made.objects[forged] = made.objects[odd] = Thing(gzip.compress(b"{}"), modified=(BEGIN + 4 * HOUR).timestamp())
    assert check(made).said == {forged: "UNCOVERED unreferenced", odd: "UNCOVERED unreferenced"}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_deleted_digest_in_a_row_is_named(made: Made, count: int) -> None:
    gone = [middle(made, at) for at in range(2, 2 + count)]
    for key, _ in gone:
        del made.objects[key]
    found = check(made)
    assert {k: v for k, v in found.said.items() if "Digest" in k} == dict.fromkeys(
        [k for k, _ in gone], "MISSING deleted"
    )
    logs = [log for _, logs in gone for log in logs]
    assert {k: v for k, v in found.said.items() if "Digest" not in k} == dict.fromkeys(logs, "UNCOVERED unproven")


@pytest.mark.parametrize("count", [1, 2, 6])
def test_the_newest_digests_deleted_are_named(made: Made, count: int) -> None:
    gone = [middle(made, at) for at in range(8 - count, 8)]
    for key, _ in gone:
        del made.objects[key]
    found = check(made)
    assert {k: v for k, v in found.said.items() if "Digest" in k} == dict.fromkeys(
        [k for k, _ in gone], "MISSING deleted"
    )


def test_the_oldest_digests_deleted_are_told_by_the_link_that_is_left(made: Made) -> None:
    for at in (0, 1):
        del made.objects[middle(made, at)[0]]
    found = check(made)
    assert found.said[middle(made, 1)[0]] == "MISSING deleted"
    since = check(made, since=BEGIN)
    assert since.said[middle(made, 0)[0]] == "MISSING deleted"
    assert since.said[middle(made, 1)[0]] == "MISSING deleted"


@pytest.mark.parametrize(("prefix", "is_excused"), [("", True), ("AWSLogs/", True), ("tmp/", False)])
def test_what_the_lifecycle_expired_is_not_missing(made: Made, prefix: str, is_excused: bool) -> None:
    for at in (0, 1, 2):
        key, logs = middle(made, at)
        for k in (key, *logs):
            del made.objects[k]
    rule = fold_rule({"ID": "x", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": 5}})
    now = datetime(2026, 3, 7, 1, tzinfo=UTC)
    found = check(made, now=now, since=BEGIN, until=made.until, lifecycle=(rule,))
    gone = [middle(made, at)[0] for at in (0, 1, 2)]
    assert found.said == ({} if is_excused else dict.fromkeys(gone, "MISSING deleted"))


def test_log_files_that_expire_before_their_digest_are_not_missing(made: Made) -> None:
    key, logs = middle(made, 0)
    del made.objects[logs[0]]
    rule = {"ID": "x", "Status": "Enabled", "Expiration": {"Days": 5}}
    base = key.partition("CloudTrail-Digest/")[0]
    own = fold_rule({**rule, "Filter": {"Prefix": f"{base}CloudTrail/"}})
    now = datetime(2026, 3, 7, 1, tzinfo=UTC)
    assert check(made, now=now, until=made.until, lifecycle=(own,)).said == {}
    other = fold_rule({**rule, "Filter": {"Prefix": f"{base}CloudTrail-Digest/"}})
    assert check(made, now=now, until=made.until, lifecycle=(other,)).said == {logs[0]: "MISSING deleted"}


def test_a_wiped_region_and_a_wiped_account_are_not_overlooked(made: Made) -> None:
    for key in [k for k in made.objects if "/222222222222/" in k and "us-east-1" in k.split("/")]:
        del made.objects[key]
    assert list(check(made).said.values()) == ["UNCOVERED no-chain"]


def test_only_the_digests_of_a_region_are_gone(made: Made) -> None:
    for key in [k for k in made.objects if "/222222222222/CloudTrail-Digest/us-east-1/" in k]:
        del made.objects[key]
    found = check(made)
    assert sum(v == "UNCOVERED unreferenced" for v in found.said.values()) >= 20
    assert "UNCOVERED no-chain" in found.said.values()


def test_a_forged_digest_is_tampered(made: Made) -> None:
    key, logs = middle(made)
    thing = made.objects[key]
    document = json.loads(gzip.decompress(thing.read()))
    document["logFiles"] = document["logFiles"][1:]
    made.objects[key] = Thing(gzip.compress(json.dumps(document).encode()), thing.metadata)
    assert check(made).said == {key: "TAMPERED signature", **dict.fromkeys(logs, "UNCOVERED unproven")}


def test_a_digest_signed_with_another_key_is_tampered(made: Made) -> None:
    key, logs = middle(made)
    raw = json.loads(gzip.decompress(made.objects[key].read()))
    raw["digestPublicKeyFingerprint"] = fingerprint(public_der(1))
    made.objects[key] = signed(json.dumps(raw).encode(), 1)
    assert check(made).said == {key: "TAMPERED signature", **dict.fromkeys(logs, "UNCOVERED unproven")}


def test_a_digest_moved_to_another_hour(made: Made) -> None:
    key, logs = middle(made)
    other, other_logs = middle(made, 6)
    made.objects[other] = made.objects.pop(key)
    assert check(made).said == {
        key: "MISSING deleted",
        other: "TAMPERED moved",
        **dict.fromkeys([*logs, *other_logs], "UNCOVERED unproven"),
    }


def test_a_digest_at_an_hour_of_its_own(made: Made) -> None:
    key, _ = middle(made)
    copy = key.replace("T000725Z", "T003000Z").replace("T010725Z", "T013000Z")
    assert copy != key
    made.objects[copy] = made.objects[key]
    assert check(made).said == {copy: "TAMPERED moved"}


@pytest.mark.parametrize("metadata", [{"signature": "00" * 256}, {"signature": "zz"}, {"signature-algorithm": "none"}])
def test_changed_metadata_is_tampering_but_the_log_files_are_proved(made: Made, metadata: dict[str, str]) -> None:
    key, _ = middle(made)
    thing = made.objects[key]
    made.objects[key] = Thing(thing.data, {**thing.metadata, **metadata})
    found = check(made)
    assert found.said[key] == "TAMPERED signature"
    if "signature" in metadata:
        assert found.said == {key: "TAMPERED signature"}


def test_lost_metadata_is_made_up_for_by_the_next_digest(made: Made) -> None:
    for key in made.digests():
        made.objects[key] = Thing(made.objects[key].data)
    found = check(made)
    newest = {c.digest_key(made.until) for c in made.chains}
    logs = [log for found_ in made.by_chain.values() for log in found_[-1][2]]
    assert found.said == dict.fromkeys([*newest, *logs], "UNREADABLE no-signature")
    assert found.verified.exit_code is ExitCode.INCOMPLETE


def test_a_digest_with_bytes_behind_it(made: Made) -> None:
    key, _ = middle(made)
    thing = made.objects[key]
    made.objects[key] = Thing(thing.read() + b"x", thing.metadata)
    assert check(made).said == {key: "TAMPERED trailing"}


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"previousDigestHashValue": "00" * 32}, "TAMPERED bad-link"),
        ({"previousDigestSignature": "00" * 256}, "TAMPERED bad-link"),
        (
            {
                "previousDigestS3Bucket": None,
                "previousDigestS3Object": None,
                "previousDigestHashValue": None,
                "previousDigestSignature": None,
            },
            "TAMPERED bad-link",
        ),
        ({"previousDigestS3Object": "AWSLogs/other"}, "TAMPERED bad-link"),
    ],
)
def test_a_signed_digest_with_a_wrong_link(made: Made, change: dict[str, object], verdict: str) -> None:
    chain = made.chains[1]
    found = list(made.by_chain.values())[1]
    key = found[-1][1]
    made.objects[key] = digest(made, chain, found[-2][0], found[-1][0], key, found[-1][2], found[-2][1], **change)
    assert check(made).said == {key: verdict}


def test_a_restart_leaves_its_hours_uncovered() -> None:
    made = archive(hours=4)
    grow(made, made.chains[0], 3, random.Random(5), restart=True, after=5)
    found = check(made)
    assert list(found.said.values()) == ["UNCOVERED gap"]
    (gap,) = found.findings
    assert gap.start == BEGIN + 4 * HOUR
    assert gap.end == BEGIN + 9 * HOUR


def test_a_link_that_skips_an_hour() -> None:
    made = archive(hours=4)
    grow(made, made.chains[0], 3, random.Random(5), after=1)
    assert list(check(made).said.values()) == ["UNCOVERED gap"]


def test_a_last_short_digest_ends_a_chain() -> None:
    made = archive(hours=4)
    ((end, last, _),) = next(iter(made.by_chain.values()))[-1:]
    key = made.chains[0].digest_key(end + timedelta(minutes=20))
    made.objects[key] = digest(made, made.chains[0], end, end + timedelta(minutes=20), key, [], last)
    found = check(made, now=end + timedelta(hours=7))
    (gap,) = found.findings
    assert gap.cause == "gap"
    assert "switched off" in gap.detail


@pytest.mark.parametrize(
    "why", [Obstacle.KMS, Obstacle.ARCHIVED, Obstacle.NETWORK, Obstacle.THROTTLED, Obstacle.ACCESS_DENIED]
)
def test_what_cannot_be_read_is_unreadable(made: Made, why: Obstacle) -> None:
    store = Memory(made)
    _, logs = middle(made)
    key, others = middle(made, 2, 2)
    store.faults = {logs[1]: why, key: why}
    found = check(made, store)
    assert found.said == dict.fromkeys([logs[1], key, *others], f"UNREADABLE {why}")
    assert found.verified.exit_code is ExitCode.INCOMPLETE


def test_keys_that_cannot_be_asked_for(made: Made) -> None:
    store = Memory(made)
    store.keys_fail = True
    found = check(made, store)
    assert set(found.said) == set(made.objects)
    assert set(found.said.values()) == {"UNREADABLE public-key"}
    assert found.verified.exit_code is ExitCode.INCOMPLETE


def test_two_trails_share_their_folders() -> None:
    one = Chain(account="111111111111", region="us-east-1", hours=6)
    two = replace(one, trail="second_trail", begin=BEGIN + timedelta(minutes=21))
    made = of_chains([one, two])
    assert check(made).said == {}
    assert len(check(made).verified.chains) == 2
    only = check(made, trail="trail")
    assert only.said == {}
    assert only.valid(Kind.DIGEST) == 6


@pytest.mark.parametrize(
    ("minutes", "later", "said"),
    [
        (-16, 125, "UNCOVERED unreferenced"),  # the newest digest was written long after that
        (-15, 125, ""),  # named in its last minutes, and perhaps delivered behind its end
        (20, 125, ""),
        (20, 179, ""),  # the next digest may still be on its way, until two hours behind its end
        (20, 181, "UNCOVERED unproven"),  # now it is MISSING itself
        (46, 181, "UNCOVERED unproven"),
    ],
)
def test_a_log_file_waits_for_the_digest_that_is_not_due_yet(minutes: int, later: int, said: str) -> None:
    made = archive(hours=4)
    chain, end = made.chains[0], made.until
    log = chain.log_key(end + timedelta(minutes=minutes + (end.second > 0)), "NEW0000000000000")
    made.objects[log] = Thing(gzip.compress(b"{}"))
    found = check(made, now=end + timedelta(minutes=later))
    assert found.said.get(log, "") == said
    assert found.verified.totals.in_flight == (not said)


def test_of_two_trails_the_one_that_is_behind_decides_what_waits() -> None:
    one = Chain(account="111111111111", region="us-east-1", hours=6)
    two = replace(one, trail="second_trail", begin=BEGIN + timedelta(minutes=40))
    made = of_chains([one, replace(two, hours=5)])
    newest = made.by_chain[one.digest_key(BEGIN)[:-27]][-1][0]
    log = one.log_key(newest - timedelta(minutes=10), "NEW0000000000000")
    early = one.log_key(newest - timedelta(minutes=50), "EARLY00000000000")
    made.objects[log] = made.objects[early] = Thing(gzip.compress(b"{}"))
    found = check(made, now=newest + timedelta(hours=2, minutes=1))
    assert found.said == {early: "UNCOVERED unreferenced"}
    assert found.verified.totals.in_flight == 1


@pytest.mark.parametrize("prefix", ["AWSLogs", "o-abcdefghij/AWSLogs/o-abcdefghij", "a/b/AWSLogs/o-abcdefghij"])
def test_every_layout_is_found(prefix: str) -> None:
    made = archive(accounts=2, hours=3, prefix=prefix)
    found = check(made)
    assert found.said == {}
    assert found.valid(Kind.DIGEST) == 6
    start = prefix.partition("AWSLogs")[0]
    assert check(made, prefix=start).valid(Kind.LOG) == 12


def test_a_window_needs_nothing_outside_it() -> None:
    made = archive(hours=30, logs=2)
    for since, until in [(5, 9), (0, 4), (26, 30), (3, 28)]:
        found = check(made, since=BEGIN + since * HOUR, until=BEGIN + until * HOUR)
        assert found.said == {}
        assert found.valid(Kind.DIGEST) == until - since
        assert found.valid(Kind.LOG) == 2 * (until - since)


def test_accounts_and_regions_can_be_chosen(made: Made) -> None:
    found = check(made, accounts=frozenset({"111111111111"}), regions=frozenset({"eu-west-1"}))
    assert found.said == {}
    assert found.valid(Kind.DIGEST) == 8


def test_a_backfill_digest_is_a_chain_of_its_own(made: Made) -> None:
    chain = made.chains[0]
    end = BEGIN + 3 * HOUR
    log = chain.log_key(end - timedelta(minutes=30), "LATE000000000000")
    made.objects[log] = Thing(gzip.compress(b"{}"))
    key = chain.digest_key(end, "_backfill")
    thing = digest(made, chain, end - HOUR, end, key, [log], None)
    made.objects[key] = Thing(thing.data, {**thing.metadata, "backfill-generation-timestamp": "2026-03-02T10:00:00Z"})
    found = check(made)
    assert found.said == {}
    assert found.verified.totals.of(Verdict.VALID, Kind.BACKFILL) == 1
    made.objects[key] = thing
    assert check(made).said[key] == "TAMPERED format"
