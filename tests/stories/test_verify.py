"""verify on the command line: what a person types, what it answers, and what a kill leaves behind."""

import csv
import gzip
import json
import os
import random
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.archive_stub import Archive, Running, Thing
from tests.stories.desk import Desk, Said, kill
from tests.verify.build import Made, archive, grow
from tests.verify.checking import Memory
from tests.verify.moved import OLD, Moved
from tests.verify.test_inventory import rows_of, write
from trailkeep.app.verify.errands import TOGETHER_REMEMBERED
from trailkeep.app.verify.unit import lookahead

pytestmark = pytest.mark.story


class Bench:
    """A desk at an archive on S3."""

    def __init__(self, folder: Path, made: Made) -> None:
        self.made = made
        self.stub = Running(made.archive)
        self.desk = Desk(folder)
        self.desk.environment |= {
            "AWS_ENDPOINT_URL": self.stub.url,
            "AWS_ACCESS_KEY_ID": "AKIA111111111111",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "TRAILKEEP_LAB": "1",
        }

    @property
    def arguments(self) -> list[str]:
        return ["verify", "s3://archive", "--until", self.made.until.isoformat()]

    def verify(self, *more: str) -> Said:
        return self.desk.run(*self.arguments, *more)

    def got(self) -> list[str]:
        found = [key for method, key in self.made.archive.calls if method == "GET"]
        self.made.archive.calls.clear()
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, archive(accounts=2, regions=2, hours=6, logs=3))
    yield made
    made.stub.stop()


def test_an_archive_that_is_whole(bench: Bench) -> None:
    said = bench.verify()
    said.expect(0, "log files: 72 VALID", "digests: 24 VALID", "without --snapshot")


def test_what_is_bad_is_named_in_every_format(bench: Bench) -> None:
    made = bench.made
    log, lost, digest = made.logs()[4], made.logs()[9], made.digests()[15]
    made.objects[log] = Thing(gzip.compress(b"{}"))
    del made.objects[lost], made.objects[digest]
    bench.verify().expect(3, "TAMPERED hash", "MISSING deleted", log, lost, digest)
    told = bench.verify("-o", "json").expect(3).json
    assert {f["key"] for f in told["findings"] if f["verdict"] != "UNCOVERED"} == {log, lost, digest}
    assert told["totals"]["log"] == {"VALID": 67, "TAMPERED": 1, "MISSING": 1, "UNCOVERED": 3}
    lines = [json.loads(line) for line in bench.verify("-o", "jsonl").expect(3).out.splitlines()]
    assert lines[-1]["totals"] == told["totals"]
    assert [*lines[:-1]] == told["findings"]
    rows = list(csv.DictReader(bench.verify("-o", "csv").expect(3).out.splitlines()))
    assert [r["key"] for r in rows] == [f["key"] for f in told["findings"]]
    suite = ET.fromstring(bench.verify("-o", "junit").expect(3).out)
    assert suite.get("failures") == str(len(rows))
    said = bench.verify("-o", "aws-cli").expect(3).out
    assert f"Log file\ts3://archive/{log}\tINVALID: hash value doesn't match" in said
    assert f"Digest file\ts3://archive/{digest}\tINVALID: not found" in said
    file = bench.desk.folder / "out.json"
    bench.verify("-o", "json", "--output-file", str(file)).expect(3)
    assert json.loads(file.read_text()) == told


def test_what_cannot_be_read_is_incomplete(bench: Bench) -> None:
    bench.made.archive.faults[bench.made.logs()[4]] = "kms"
    bench.verify().expect(4, "UNREADABLE kms", "kms:Decrypt")


def test_hostile_names_do_not_reach_the_terminal(bench: Bench) -> None:
    folder = bench.made.logs()[0].rpartition("/")[0]
    bench.made.objects[f"{folder}/\x1b]0;owned\x07.json.gz"] = Thing(b"x", modified=1_772_396_000)
    bench.made.objects[f"{folder}/=cmd()\r\n.json.gz"] = Thing(b"x", modified=1_772_396_000)
    for form in ("table", "json", "jsonl", "csv", "junit", "aws-cli"):
        said = bench.verify("-o", form).expect(3)
        assert "\x1b" not in said.all
        assert "\x07" not in said.all
        assert "\r" not in said.all


def test_a_second_run_fetches_only_what_is_new(bench: Bench) -> None:
    bench.verify("--attest", "attested").expect(0)
    assert sorted(bench.got()) == sorted(bench.made.objects)
    old = set(bench.made.objects)
    for chain in bench.made.chains:
        grow(bench.made, chain, 1, random.Random(chain.account + chain.region))
    bench.verify("--attest", "attested").expect(0, "were VALID before and are unchanged")
    assert sorted(bench.got()) == sorted(set(bench.made.objects) - old)
    bench.verify("--attest", "attested", "--recheck").expect(0, "version id", "trusts S3")
    assert bench.got() == []


def test_a_chain_that_goes_on_in_another_bucket(tmp_path: Path) -> None:
    moved = Moved()
    moved.new.archive.others = {OLD: moved.old.archive}
    bench = Bench(tmp_path, moved.new)
    try:
        bench.verify().expect(0, "log files: 30 VALID", "2 chains go on", "it belongs to 111111111111", f"in {OLD}")
        bench.verify("--no-follow").expect(0, "log files: 14 VALID", "were not followed: old-archive")
        moved.old.archive.owner = "222222222222"
        bench.verify().expect(4, "UNREADABLE elsewhere", "--follow s3://old-archive", "log files: 14 VALID")
        moved.old.objects[moved.old.logs()[3]] = Thing(gzip.compress(b"{}"))
        said = bench.verify("--follow", f"s3://{OLD}", "-o", "json").expect(3).json
        assert [(f["bucket"], f["cause"]) for f in said["findings"]] == [(OLD, "hash")]
        assert [c.get("bucket") for c in said["chains"]] == [None, None, OLD, OLD]
        moved.old.archive.closed = True
        bench.verify("--follow", f"s3://{OLD}").expect(4, "UNREADABLE access-denied")
        bench.verify("--follow", "s3://a/b").expect(2, "is not a bucket")
        bench.verify("--follow", OLD, "--no-follow").expect(2, "contradict")
    finally:
        bench.stub.stop()


def test_what_was_verified_against_an_s3_inventory(bench: Bench) -> None:
    bench.verify("--attest", "attested").expect(0)
    at = bench.made.until + timedelta(hours=5)
    rows = rows_of(Memory(bench.made))
    place = write(bench.desk.folder / "inventory", rows, at)
    there = Archive()
    for file in ("manifest.json", "manifest.checksum"):
        there.objects[f"daily/{place.name}/{file}"] = Thing(place / file)
    for number in range(3):
        data = place.parent / "data" / f"part-{number}.csv.gz"
        there.objects[f"inventories/archive/daily/data/{data.name}"] = Thing(data)
    bench.made.archive.others = {"inventories": there}
    bench.got()
    once = ("--attest", "attested", "--inventory")
    bench.verify(*once, str(place)).expect(0, "were VALID before and are unchanged", "S3 Inventory", "days and")
    bench.verify(*once, f"s3://inventories/daily/{place.name}").expect(0, "S3's inventory and whoever can write")
    assert bench.got() == []
    there.objects[f"daily/{place.name}/manifest.json"] = Thing(b"{}")
    bench.verify(*once, f"s3://inventories/daily/{place.name}/manifest.json").expect(1, "manifest.checksum")
    bench.verify("--inventory", str(place)).expect(2, "--attest")
    bench.verify(*once, str(place), "--workers", "2").expect(2, "one process")


def test_processes_say_what_one_says_hand_over_public_keys_and_leave_nothing_behind(bench: Bench) -> None:
    bench.made.objects[bench.made.logs()[7]] = Thing(gzip.compress(b"{}"))
    alone = bench.verify("-o", "json", "--keys", "one.jsonl").expect(3).json
    bench.got()
    temporary = bench.desk.folder / "temporary"
    temporary.mkdir()
    bench.desk.environment["TMPDIR"] = str(temporary)
    many = bench.verify("-o", "json", "--keys", "many.jsonl", "--workers", "2").expect(3)
    assert many.json == alone
    assert list(temporary.iterdir()) == []
    assert set(bench.got()) == set(bench.made.objects)
    keys = [(bench.desk.folder / name).read_text().splitlines() for name in ("one.jsonl", "many.jsonl")]
    assert sorted(keys[0]) == sorted(keys[1]) != []
    assert bench.verify("-o", "json", "--keys", "many.jsonl", "--offline", "--workers", "2").expect(3).json == alone


def test_what_goes_wrong_in_a_process_is_said_as_ever(bench: Bench) -> None:
    key = bench.desk.folder / "key.pem"
    key.write_text("no key")
    signed = ("--attest", "attested", "--signing-key", "key.pem")
    bench.verify(*signed, "--workers", "2").expect(1, "key.pem is no private key", "openssl")
    bench.verify("--workers", "0").expect(2, "neither a number of processes nor a Spark master")


LOGS = 4


def fetched_twice_at_most(requests: int, units: int, logs: int) -> int:
    """What one kill costs a process where each digest names `logs` log files: what verify_unit holds unsaved."""
    ahead, _ = lookahead(requests, units)
    # each unit: digests fetched ahead, and the newest one, which waits for the next, with its log files; each request:
    # what its thread has not told of yet, and the rest of the digests those log files belong to
    return units * (ahead + 1 + logs) + requests * (TOGETHER_REMEMBERED + 1 + logs)


@pytest.mark.parametrize(
    ("options", "processes", "requests", "units"),
    [(("--requests", "8"), 1, 8, 4), (("--requests", "4", "--workers", "2"), 2, 4, 1)],
    ids=["threads", "processes"],
)
def test_killed_at_any_moment_it_goes_on_with_the_digest_it_was_at(
    tmp_path: Path, options: tuple[str, ...], processes: int, requests: int, units: int
) -> None:
    made = archive(accounts=2, regions=2, hours=48, logs=LOGS)
    log = made.logs()[50]
    made.objects[log] = Thing(gzip.compress(b"{}"))
    ((bad, others),) = [(key, logs) for found in made.by_chain.values() for _, key, logs in found if log in logs]
    made.archive.latency = 0.01
    bench = Bench(tmp_path, made)
    chance = random.Random(7)
    most = 6 * processes * fetched_twice_at_most(requests, units, LOGS)
    witnesses = len({key[: -len(key.split("/")[-1])] for key in made.digests()}) * 2 if processes > 1 else 0
    try:
        whole = bench.verify("-o", "json").expect(3).json
        bench.got()
        read: list[str] = []
        for _ in range(6):
            running = bench.desk.begin(*bench.arguments, "--attest", "attested", *options)
            wanted = chance.randrange(5, len(made.objects) // 4)
            end = time.monotonic() + 60
            while sum(c[0] == "GET" for c in made.archive.calls) < wanted and running.poll() is None:
                assert time.monotonic() < end
                time.sleep(0.002)
            kill(running)
            read += bench.got()
        last = bench.verify("--attest", "attested", "-o", "json", *options).expect(3).json
        read += bench.got()
    finally:
        bench.stub.stop()
    assert last["findings"] == whole["findings"]
    assert last["totals"] == whole["totals"]
    never_whole = {bad, *others}  # a digest with a log file that is not VALID is fetched in every run
    good = [key for key in read if key not in never_whole]
    assert set(good) == set(made.objects) - never_whole
    assert len(good) - len(set(good)) <= most + witnesses < len(made.objects)  # a bound that could be broken
    assert bench.desk.folder.joinpath("attested", "ledger.jsonl").exists()


def test_the_keys_of_one_run_serve_the_next_without_aws(bench: Bench) -> None:
    bench.verify("--keys", "keys.jsonl").expect(0)
    copy = bench.made.write(bench.desk.folder / "copy")
    offline = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    said = bench.desk.run("verify", str(copy), "--offline", "--keys", "keys.jsonl", environment=offline)
    said.expect(0, "log files: 72 VALID")
    said = bench.desk.run("verify", str(copy), "--offline", "--keys", "none.jsonl", environment=offline)
    said.expect(4, "UNREADABLE public-key")
    said = bench.desk.run("verify", str(copy), "--original", "s3://another", "--offline", "--keys", "keys.jsonl")
    said.expect(3, "TAMPERED moved")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "is no folder"),
        (["s3://"], "names no bucket"),
        ([".", "--since", "yesterday-ish"], "is not a moment"),
        ([".", "--since", "1d", "--until", "2d"], "is not before"),
        ([".", "--recheck"], "--attest"),
        ([".", "--signing-key", "key.pem"], "--attest"),
        ([".", "--account", "Shop"], "is not an account id"),
        ([".", "--attest", "a", "--signing-key", "key.pem"], "cannot be read"),
        (["."], "no CloudTrail logs"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, arguments: list[str], words: str) -> None:
    said = Desk(tmp_path).run("verify", *arguments)
    assert said.code in {1, 2}
    said.expect(said.code, words)
