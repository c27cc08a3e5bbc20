"""What was verified, compared with S3 Inventory: its form, its checksums, its age, and millions of rows."""

import csv
import gzip
import hashlib
import io
import json
import random
import tracemalloc
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from benchmarks.archive_stub import Thing
from tests.verify.build import BUCKET, HOUR, Made, archive, grow
from tests.verify.checking import Checked, Memory, check
from trailkeep.app.verify.attest import Ledger
from trailkeep.app.verify.inventory import Inventory, open_inventory
from trailkeep.errors import TrailkeepError, UsageError
from trailkeep.verify.inventory import DataFile, Manifest

FIELDS = (
    "Bucket",
    "Key",
    "VersionId",
    "IsLatest",
    "IsDeleteMarker",
    "Size",
    "LastModifiedDate",
    "ETag",
    "StorageClass",
)
Row = dict[str, str]


def rows_of(store: Memory) -> list[Row]:
    return [
        {
            "Bucket": BUCKET,
            "Key": quote_plus(v.key, safe="/"),
            "VersionId": v.id,
            "IsLatest": str(v.is_latest).lower(),
            "IsDeleteMarker": str(v.is_delete_marker).lower(),
            "Size": "" if v.is_delete_marker else str(v.size),
            "LastModifiedDate": f"{datetime.fromtimestamp(v.modified, UTC):%Y-%m-%dT%H:%M:%S}.000Z",
            "ETag": v.etag,
            "StorageClass": "STANDARD",
        }
        for v in store.versions("")
    ]


def write(
    folder: Path,
    rows: Iterable[Row],
    created: datetime,
    *,
    fields: tuple[str, ...] = FIELDS,
    parts: int = 3,
    **changes: Any,
) -> Path:
    """An inventory as S3 lays it out, in files that are in no order; the folder of its manifest."""
    place, data = folder / "2026-03-02T10-00Z", folder / "data"
    place.mkdir(parents=True, exist_ok=True)
    data.mkdir(exist_ok=True)
    some, files = list(rows), []
    random.Random(3).shuffle(some)
    for number in range(parts):
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([r[f] for f in fields] for r in some[number::parts])
        half = len(text.getvalue()) // 2
        body = gzip.compress(text.getvalue()[:half].encode()) + gzip.compress(text.getvalue()[half:].encode())
        (data / f"part-{number}.csv.gz").write_bytes(body)
        key = f"inventories/{BUCKET}/daily/data/part-{number}.csv.gz"
        files.append({"key": key, "size": len(body), "MD5checksum": hashlib.md5(body).hexdigest()})
    manifest = {
        "sourceBucket": BUCKET,
        "destinationBucket": "arn:aws:s3:::inventories",
        "version": "2016-11-30",
        "creationTimestamp": str(int(created.timestamp() * 1000)),
        "fileFormat": "CSV",
        "fileSchema": ", ".join(fields),
        "files": files,
        **changes,
    }
    raw = json.dumps(manifest).encode()
    (place / "manifest.json").write_bytes(raw)
    (place / "manifest.checksum").write_text(hashlib.md5(raw).hexdigest())
    return place


def no_cloud() -> Any:
    raise AssertionError("nothing is asked of AWS")


def opened(place: Path, bucket: str = BUCKET, prefix: str = "") -> Inventory:
    return open_inventory(str(place), bucket, prefix, no_cloud, None, None)  # type: ignore[arg-type]


class Bench:
    """An archive verified once and attested, and its inventory of later."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: Made = archive(accounts=2, regions=2, hours=6, logs=3)
        self.store = Memory(self.made)
        assert check(self.made, self.store, ledger=self.ledger()).said == {}
        self.at = self.made.until + timedelta(hours=5)

    def ledger(self) -> Ledger:
        return Ledger(self.folder / "attested", BUCKET, self.made.until)

    def recheck(self, place: Path | None = None, **more: Any) -> Checked:
        place = place or write(self.folder / "inventory", rows_of(self.store), self.at)
        self.store.got.clear()
        inventory = opened(place)
        now = self.at + timedelta(days=2)
        return check(
            self.made, self.store, now=now, ledger=self.ledger(), recheck=True, inventory=inventory,
            until=self.made.until, **more,
        )  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_what_is_unchanged_is_not_fetched(bench: Bench) -> None:
    found = bench.recheck()
    assert found.said == {}
    assert bench.store.got == []
    assert found.verified.totals.attested == len(bench.made.objects)
    notes = " ".join(found.verified.notes)
    assert "trusts S3 never to change a version, S3's inventory" in notes
    assert "2 days and 0 hours ago" in notes


def test_what_was_changed_or_deleted_before_it_is_noticed(bench: Bench) -> None:
    log, digest, gone, lost = (
        bench.made.logs()[5],
        bench.made.digests()[3],
        bench.made.logs()[20],
        bench.made.digests()[9],
    )
    logs = [log for found in bench.made.by_chain.values() for _, key, logs in found if key == digest for log in logs]
    bench.made.objects[log] = Thing(gzip.compress(b"{}"), version="v2")
    bench.made.objects[digest] = Thing(b"", bench.made.objects[digest].metadata, version="v2")
    bench.store.delete(gone)
    bench.store.delete(lost)
    found = bench.recheck()
    assert found.said == {
        log: "TAMPERED hash",
        digest: "TAMPERED format",
        gone: "MISSING deleted",
        lost: "MISSING deleted",
        **dict.fromkeys(logs, "UNCOVERED unproven"),
    }
    assert set(bench.store.got) == {log, digest}
    assert all(f.version == "v1" for f in found.findings if f.key in {gone, lost})


def test_what_the_inventory_does_not_have_yet_is_not_called_missing(bench: Bench) -> None:
    log = bench.made.logs()[5]
    rows = [r for r in rows_of(bench.store) if r["Key"] != log]
    found = bench.recheck(write(bench.folder / "inventory", rows, bench.at))
    assert found.said == {log: "UNREADABLE other"}
    assert "is there now" in found.findings[0].detail


def test_hours_after_the_inventory_are_not_judged_and_that_is_said(bench: Bench) -> None:
    place = write(bench.folder / "inventory", rows_of(bench.store), bench.at)
    for chain in bench.made.chains:
        grow(bench.made, chain, 30, random.Random(chain.account))
    assert check(bench.made, bench.store, ledger=bench.ledger()).said == {}
    found = bench.recheck(place)
    assert found.verified.window.until == bench.at - 2 * HOUR
    assert "were not rechecked" in " ".join(found.verified.notes)
    with pytest.raises(UsageError, match="two hours before the inventory"):
        bench.recheck(place, since=bench.at)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fileFormat": "ORC"}, "only CSV is read"),
        ({"fileFormat": "Parquet", "fileSchema": "message s3.inventory {}"}, "only CSV is read"),
        ({"fileSchema": "Bucket, Key, Size, LastModifiedDate, ETag"}, "lacks VersionId, IsLatest, IsDeleteMarker"),
        ({"fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker"}, "lacks Size, LastModifiedDate, ETag"),
        ({"files": [{"key": "x"}]}, "not the manifest"),
        ({"creationTimestamp": "soon"}, "not the manifest"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    place = write(tmp_path, [], datetime(2026, 3, 1, tzinfo=UTC), **changes)
    with pytest.raises(TrailkeepError, match=words) as refused:
        opened(place)
    assert refused.value.hint


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    rows = rows_of(Memory(archive(hours=2, logs=1)))

    def fresh() -> Path:
        return write(tmp_path, rows, datetime(2026, 3, 3, tzinfo=UTC), parts=1)

    place = fresh()
    data = tmp_path / "data" / "part-0.csv.gz"
    whole = data.read_bytes()
    other = gzip.compress(gzip.decompress(whole).replace(b"v1", b"v2"))
    for wrong, words in (
        (other, "its MD5"),
        (whole[:-20], "its MD5"),
        (b"junk" * 9, "no gzip"),
        (gzip.compress(b"a,b\n"), "not of an"),
    ):
        data.write_bytes(wrong)
        with pytest.raises(TrailkeepError, match=words):
            opened(place)
    data.unlink()
    with pytest.raises(TrailkeepError, match="cannot be read"):
        opened(place)
    place = fresh()
    (place / "manifest.json").write_bytes((place / "manifest.json").read_bytes() + b" ")
    with pytest.raises(TrailkeepError, match=r"manifest\.checksum"):
        opened(place)
    (fresh() / "manifest.checksum").unlink()
    with pytest.raises(TrailkeepError, match="cannot be read"):
        opened(place)
    with pytest.raises(UsageError, match="not of another"):
        opened(fresh(), "another")


def test_a_bomb_and_an_endless_line_do_not_fill_memory(tmp_path: Path) -> None:
    place = write(tmp_path, [], datetime(2026, 3, 3, tzinfo=UTC), parts=1)
    (tmp_path / "data" / "part-0.csv.gz").write_bytes(gzip.compress(bytes(1 << 26), 1))
    with pytest.raises(TrailkeepError, match="no lines"):
        opened(place)


def test_keys_are_decoded_and_looked_up_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    names = ["a/b c", "a/b+c", "a/ü", 'a/"q",x', "a/%41", "b/1", "a/\U0001f600", "a"]
    rows = [
        dict.fromkeys(FIELDS, "x")
        | {"Key": quote_plus(n, safe="/"), "IsLatest": "true", "IsDeleteMarker": "false", "Size": "1"}
        | {"LastModifiedDate": "2026-03-01T00:00:00.000Z"}
        for n in names
    ]
    rows[-1]["IsLatest"] = "false"
    found = opened(write(tmp_path, rows, datetime(2026, 3, 3, tzinfo=UTC)))
    listed = [v.key for v in found.versions("a")]
    assert listed == sorted((n for n in names if n.startswith("a/")), key=str.encode)
    assert [v.key for v in found.versions("a/", listed[2])] == listed[3:]
    assert opened(tmp_path / "2026-03-02T10-00Z", prefix="b/").objects == 1


def test_memory_does_not_grow_with_the_number_of_objects() -> None:
    def peak(number: int) -> int:
        line = '"b","AWSLogs/{:012d}/{}","v","true","false","1","2026-03-01T00:00:00.000Z","e","S"\n'
        body = gzip.compress("".join(line.format(n * 7919 % number, "x" * 60) for n in range(number)).encode(), 1)
        file = DataFile(key="k", size=len(body), md5=hashlib.md5(body).hexdigest())
        made = Manifest(source="b", created=datetime(2026, 3, 1, tzinfo=UTC), columns=FIELDS, files=(file,))
        pieces = [body[i : i + 65536] for i in range(0, len(body), 65536)]
        tracemalloc.start()
        found = Inventory(made, lambda _: pieces)
        seen = sum(1 for _ in found.versions("AWSLogs/"))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        found.close()
        assert seen == number
        return most

    assert peak(20_000) < 1.5 * peak(7_000)
