"""Made-up archives: the same shape gives the same bytes, every chain is whole, and every damage is what it says."""

from __future__ import annotations

import base64
import hashlib
import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.lab.delivered import Archive, Object, chains, check_chain, check_signature, log_keys
from trailkeep.cli.lab_logs import seconds_of
from trailkeep.cli.main import app
from trailkeep.errors import UsageError
from trailkeep.lab.logs.shape import Shape, account_ids, midnight, region_names
from trailkeep.lab.logs.targets import write_folder
from trailkeep.verify.keys import parse_digest, parse_log


def shape(**other: Any) -> Shape:
    plain: dict[str, Any] = {
        "accounts": account_ids(2),
        "regions": region_names(2),
        "days": 1,
        "until": midnight("2026-01-31"),
        "backfills": 1,
    }
    return Shape(**{**plain, **other})


def read_folder(folder: Path) -> Archive:
    found = {}
    for path in folder.rglob("*.json.gz"):
        beside = path.with_name(path.name + ".metadata.json")
        metadata = json.loads(beside.read_text()) if beside.is_file() else {}
        found[path.relative_to(folder).as_posix()] = Object(body=path.read_bytes(), metadata=metadata)
    return found


def published(folder: Path, region: str) -> Callable[[str], bytes]:
    keys = [json.loads(line) for line in (folder / "public-keys.jsonl").read_text().splitlines()]
    values = {key["fingerprint"]: base64.b64decode(key["value"]) for key in keys if key["region"] == region}
    return lambda fingerprint: values[fingerprint]


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("logs") / "archive"
    write_folder(shape(), made)
    return made


def test_the_same_shape_gives_the_same_bytes_however_many_write(folder: Path, tmp_path: Path) -> None:
    write_folder(shape(), tmp_path / "again")
    assert bytes_of(tmp_path / "again") == bytes_of(folder)
    many = shape(days=5, volume="empty", accounts=account_ids(4))
    write_folder(many, tmp_path / "one", workers=1)
    write_folder(many, tmp_path / "two", workers=2)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")


def test_another_seed_gives_other_bytes(folder: Path, tmp_path: Path) -> None:
    write_folder(shape(seed=8), tmp_path / "other")
    assert not set(log_keys(read_folder(tmp_path / "other"))) & set(log_keys(read_folder(folder)))


def test_every_chain_is_whole_and_names_every_log(folder: Path) -> None:
    archive = read_folder(folder)
    named = []
    found = chains(archive)
    assert len(found) == 4
    for (_, region), keys in found.items():
        assert len(keys) == 24
        named += check_chain(archive, keys, published(folder, region))
    late = [key for key in archive if key.endswith("_backfill.json.gz")]
    assert len(late) == 4
    for key in late:
        check_signature(archive[key], published(folder, key.split("/")[4]))
        named += [log["s3Object"] for log in archive[key].json["logFiles"]]
    assert sorted(named) == log_keys(archive)
    assert len(set(named)) == len(named)


def test_every_key_can_be_parsed_and_lies_in_its_days(folder: Path) -> None:
    for key in read_folder(folder):
        log, digest = parse_log(key), parse_digest(key)
        assert (log is None) != (digest is None)
        assert "/2026/01/30/" in key or "/2026/01/29/" in key or "_backfill" in key or "/2026/01/31/" in key


def test_the_sizes_are_those_of_real_logs(tmp_path: Path) -> None:
    busy = shape(accounts=account_ids(1), regions=region_names(1), volume="medium", backfills=0)
    counts = write_folder(busy, tmp_path / "busy")
    archive = read_folder(tmp_path / "busy")
    sizes = sorted(len(archive[key].body) for key in log_keys(archive))
    assert 230 < counts["log"] < 350
    assert 5_500 < statistics.median(sizes) < 10_500
    assert sizes[-1] > 6 * statistics.median(sizes)
    biggest = max(log_keys(archive), key=lambda key: len(archive[key].body))
    assert 8 < len(archive[biggest].content) / sizes[-1] < 20
    events = archive[biggest].json["Records"]
    assert len({event["eventID"] for event in events}) == len(events)
    assert {event["recipientAccountId"] for event in events} == {busy.accounts[0]}


@pytest.mark.parametrize(
    ("other", "start"),
    [
        ({}, "AWSLogs/o-acme1acme2/100001111111/CloudTrail"),
        ({"organization": ""}, "AWSLogs/100001111111/CloudTrail"),
        ({"prefix": "o-acme1acme2"}, "o-acme1acme2/AWSLogs/o-acme1acme2/100001111111/CloudTrail"),
    ],
)
def test_both_layouts_and_control_towers(other: dict[str, str], start: str, tmp_path: Path) -> None:
    write_folder(shape(accounts=account_ids(1), volume="empty", **other), tmp_path / "made")
    assert all(key.startswith(start) for key in read_folder(tmp_path / "made"))


@pytest.mark.parametrize("wrong", [{"volume": "huge"}, {"days": 0}, {"accounts": ()}])
def test_a_shape_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"there is no volume|at least one"):
        shape(**wrong)


def test_the_command_makes_and_damages_an_archive(tmp_path: Path) -> None:
    run = CliRunner().invoke
    to = str(tmp_path / "made")
    done = run(app, ["lab", "logs", "--accounts", "1", "--regions", "1", "--to", to, "--tamper", "object-edited"])
    assert done.exit_code == 0, done.output
    kind, key = done.stdout.strip().split("\t")
    assert (kind, (tmp_path / "made" / key).is_file()) == ("object-edited", True)
    assert "24 digests" in done.stderr
    hit = run(app, ["lab", "tamper", "digest-deleted", "--in", to])
    assert not (tmp_path / "made" / hit.stdout.split("\t")[1].strip()).exists()
    listed = run(app, ["lab", "tamper"])
    assert "digest-unlinked" in listed.stdout
    assert isinstance(run(app, ["lab", "tamper", "nonsense", "--in", to]).exception, UsageError)
    assert isinstance(run(app, ["lab", "logs", "--to", to]).exception, UsageError)
    assert isinstance(run(app, ["lab", "advance", "3h"], env={"TRAILKEEP_LAB": ""}).exception, UsageError)


@pytest.mark.parametrize(("text", "seconds"), [("24h", 86_400), ("90m", 5_400), ("7d", 604_800), ("1d12h", 129_600)])
def test_lengths_of_time_are_read(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "3 weeks", "-1h", "1.5h"])
def test_other_lengths_of_time_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        seconds_of(text)
