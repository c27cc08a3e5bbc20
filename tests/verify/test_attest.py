import gzip
import random
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.archive_stub import Thing
from tests.verify.build import BEGIN, BUCKET, HOUR, Made, archive, grow
from tests.verify.checking import Checked, Memory, check
from trailkeep.app.verify.attest import Ledger
from trailkeep.errors import TrailkeepError

LATER = BEGIN + timedelta(days=300)


@pytest.fixture
def made() -> Made:
    return archive(accounts=2, regions=2, hours=6, logs=3)


def ledger(folder: Path, key: Ed25519PrivateKey | None = None) -> Ledger:
    return Ledger(folder, BUCKET, LATER, key)


def run(made: Made, folder: Path, **more: object) -> tuple[Checked, list[str]]:
    store = Memory(made)
    key = more.pop("key", None)
    found = check(made, store, ledger=ledger(folder, key), **more)  # type: ignore[arg-type]
    return found, store.got


@pytest.mark.parametrize("recheck", [False, True])
def test_a_second_run_fetches_nothing(made: Made, tmp_path: Path, recheck: bool) -> None:
    first, got = run(made, tmp_path)
    assert len(got) == len(made.objects)
    second, got = run(made, tmp_path, recheck=recheck)
    assert got == []
    assert second.said == first.said == {}
    assert second.verified.totals.counts == first.verified.totals.counts
    assert second.verified.totals.attested == len(made.objects)


def test_an_hour_later_only_what_is_new_is_fetched(made: Made, tmp_path: Path) -> None:
    run(made, tmp_path)
    old = set(made.objects)
    for chain in made.chains:
        grow(made, chain, 1, random.Random(chain.account + chain.region))
    found, got = run(made, tmp_path)
    assert found.said == {}
    assert sorted(got) == sorted(set(made.objects) - old)


@pytest.mark.parametrize("recheck", [False, True])
def test_a_verified_object_that_has_changed_is_noticed(made: Made, tmp_path: Path, recheck: bool) -> None:
    run(made, tmp_path)
    log, same, digest = made.logs()[5], made.logs()[8], made.digests()[3]
    made.objects[log] = Thing(gzip.compress(b"{}"), version="v2")
    body = gzip.decompress(made.objects[same].read())
    made.objects[same] = Thing(gzip.compress(body, 1), version="v2", modified=1_780_000_000)
    made.objects[digest] = Thing(b"", made.objects[digest].metadata, version="v2")
    found, got = run(made, tmp_path, recheck=recheck)
    assert found.said[log] == "TAMPERED hash"
    assert found.said[digest] == "TAMPERED format"
    assert same not in found.said
    assert set(got) == {log, same, digest}


@pytest.mark.parametrize("recheck", [False, True])
def test_a_verified_object_that_has_gone_is_noticed(made: Made, tmp_path: Path, recheck: bool) -> None:
    run(made, tmp_path)
    newest = [found[-1][1] for found in made.by_chain.values()]
    logs, digests = made.logs()[4:6], [made.digests()[1], newest[2]]
    for key in (*logs, *digests):
        del made.objects[key]
    found, got = run(made, tmp_path, recheck=recheck)
    assert found.said == dict.fromkeys([*logs, *digests], "MISSING deleted")
    assert got == []


def test_a_whole_chain_that_was_verified_and_has_gone(made: Made, tmp_path: Path) -> None:
    run(made, tmp_path)
    gone = [k for k in made.objects if "/222222222222/" in k and "/eu-west-1/" in k]
    for key in gone:
        del made.objects[key]
    found, _ = run(made, tmp_path)
    assert sum(v == "MISSING deleted" for v in found.said.values()) >= 6


def test_what_was_bad_is_looked_at_again(made: Made, tmp_path: Path) -> None:
    log = made.logs()[5]
    whole = made.objects[log]
    made.objects[log] = Thing(b"")
    run(made, tmp_path)
    found, got = run(made, tmp_path)
    assert found.said == {log: "TAMPERED format"}
    made.objects[log] = whole
    found, got = run(made, tmp_path)
    assert found.said == {}
    assert len(got) == 4
    assert run(made, tmp_path)[1] == []


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*.jsonl.gz"))


def test_a_torn_last_batch_is_cut_off(made: Made, tmp_path: Path) -> None:
    run(made, tmp_path)
    (tmp_path / "ledger.jsonl").unlink()  # a killed run has not closed itself
    file = files(tmp_path)[0]
    data = file.read_bytes()
    for cut in (1, 7, 150, len(data) - 30):
        file.write_bytes(data[:-cut])
        found, got = run(made, tmp_path)
        assert found.said == {}
        assert 0 < len(got) <= len(made.objects)
        assert run(made, tmp_path)[1] == []
        (tmp_path / "ledger.jsonl").unlink()


def test_a_changed_attestation_is_refused(made: Made, tmp_path: Path) -> None:
    run(made, tmp_path)
    file = files(tmp_path)[0]
    data = file.read_bytes()
    lines = gzip.decompress(data).replace(b'"raw_sha256":"', b'"raw_sha256":"0', 1)
    for wrong in (gzip.compress(lines), data[len(data) // 2 :], data[: len(data) // 2], b"", data + b"junk" * 9):
        file.write_bytes(wrong)
        with pytest.raises(TrailkeepError, match="damaged"):
            run(made, tmp_path)
    file.unlink()
    with pytest.raises(TrailkeepError, match="damaged"):
        run(made, tmp_path)


def test_attestations_are_signed(made: Made, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    run(made, tmp_path, key=key)
    assert run(made, tmp_path, key=key)[1] == []
    assert run(made, tmp_path)[1] == []
    with pytest.raises(TrailkeepError, match="not signed with this key"):
        run(made, tmp_path, key=Ed25519PrivateKey.generate())


def test_a_run_in_the_ledger_cannot_be_changed(made: Made, tmp_path: Path) -> None:
    run(made, tmp_path)
    grow(made, made.chains[0], 1, random.Random(3))
    run(made, tmp_path)
    file = tmp_path / "ledger.jsonl"
    one, two, _ = file.read_bytes().split(b"\n")
    for wrong in (two + b"\n", one.replace(b'"at":"2026', b'"at":"2025') + b"\n", b"{}\n"):
        file.write_bytes(wrong)
        with pytest.raises(TrailkeepError, match="damaged"):
            run(made, tmp_path)


def test_what_is_remembered(made: Made, tmp_path: Path) -> None:
    run(made, tmp_path)
    book = ledger(tmp_path)
    base_key = made.logs()[0]
    from trailkeep.verify.keys import parse_log

    parsed = parse_log(base_key)
    assert parsed
    row = book.row(parsed.base, parsed.region, base_key)
    assert row
    assert (row.version, row.size) == ("v1", made.objects[base_key].size)
    assert row.raw_sha256 != row.stored_sha256
    assert (
        list(book.digests(parsed.base, parsed.region, BEGIN + 2 * HOUR, BEGIN + 4 * HOUR))[-1].digest.end
        == BEGIN + 4 * HOUR
    )
