"""The same verdicts through S3's wire protocol: faults, storms, keys that obstore cannot say, folders."""

import gc
import gzip
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.archive_stub import Archive, Running, Thing
from tests.verify.build import BEGIN, HOUR, Made, archive
from tests.verify.checking import Checked, check
from trailkeep.app.pool import Pool, fetch
from trailkeep.app.verify.keys import PublicKeys
from trailkeep.aws.archive.folder import FolderArchive
from trailkeep.aws.archive.open import open_bucket
from trailkeep.aws.archive.public_keys import PublishedKeys
from trailkeep.aws.archive.s3 import S3Archive
from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError, ExitCode
from trailkeep.model.ids import Region
from trailkeep.ports import NotThereError, ReadError
from trailkeep.verify.lifecycle import kept
from trailkeep.verify.verdict import Kind

ODD = ["a/../b", "a/x//y", "a/./z", "a/c\x1b[31m", "a/new\nline", "/lead", "a/tab\there"]


@pytest.fixture
def made() -> Made:
    return archive(accounts=2, regions=2, hours=5, logs=3)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    running: list[Running] = []

    def begin(stored: Archive, workers: int = 16) -> tuple[Cloud, S3Archive]:
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            monkeypatch.delenv(name)
        stub = Running(stored)
        running.append(stub)
        for name, value in {
            "AWS_ENDPOINT_URL": stub.url,
            "AWS_ACCESS_KEY_ID": "AKIA111111111111",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "TRAILKEEP_LAB": "1",
        }.items():
            monkeypatch.setenv(name, value)
        cloud = Cloud.open(access_role="Reader", region=Region("us-east-1"))
        return cloud, open_bucket(cloud, "archive", original=None, account=None, profile=None, workers=workers)

    yield begin
    for stub in running:
        stub.stop()
    gc.collect()  # what botocore leaves open, closed here and not in some other test


def look(made: Made, serve: object, workers: int = 16, **asked: object) -> tuple[Checked, S3Archive]:
    cloud, store = serve(made.archive, workers)  # type: ignore[operator]
    now = made.until + timedelta(hours=2, minutes=30)
    pool = Pool(workers)
    keys = PublicKeys(None, lambda: PublishedKeys(cloud), now)
    found = check(made, store, now=now, keys=keys, pool=pool, **asked)  # type: ignore[arg-type]
    pool.close()
    return found, store


def test_an_archive_on_s3(made: Made, serve: object) -> None:
    found, _ = look(made, serve)
    assert found.said == {}
    assert found.valid(Kind.LOG) == 60
    assert found.verified.totals.raw_bytes > found.verified.totals.read_bytes > 0


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("denied", "access-denied"),
        ("kms", "kms"),
        ("archived", "archived"),
        ("busy", "throttled"),
        ("broken", "network"),
        ("dropped", "network"),
    ],
)
def test_every_fault_is_unreadable_with_its_reason(made: Made, serve: object, fault: str, said: str) -> None:
    log = made.logs()[7]
    made.archive.faults[log] = fault
    found, _ = look(made, serve)
    assert found.said == {log: f"UNREADABLE {said}"}
    assert found.verified.exit_code is ExitCode.INCOMPLETE


def test_a_connection_that_breaks_once_is_no_matter(made: Made, serve: object) -> None:
    made.archive.faults = dict.fromkeys([*made.logs()[:4], *made.digests()[:3]], "dropped-once")
    assert look(made, serve)[0].said == {}


def test_a_storm_changes_no_verdict_and_is_met_with_fewer_requests(made: Made, serve: object) -> None:
    chance = random.Random(4)
    made.archive.storm = lambda: made.archive.at_once >= 4 or chance.random() < 0.1
    made.archive.latency = 0.002
    log = made.logs()[3]
    made.objects[log] = Thing(b"")
    found, store = look(made, serve, workers=32)
    assert found.said == {log: "TAMPERED format"}
    assert store.patience.throttles > 0
    assert store.patience.limit < 32
    requests = len([c for c in made.archive.calls if c[0] == "GET"])
    assert requests < 6 * len(made.objects)


def test_a_listing_goes_on_behind_keys_that_cannot_be_said(serve: object) -> None:
    stored = Archive()
    names = [*ODD[:-1], "a/tab\there", "a/plain", "a/z", "a/per%20cent", "a/ü"]
    for name in names:
        stored.objects[name] = Thing(gzip.compress(name.encode()))
    _, store = serve(stored)  # type: ignore[operator]
    listed = [e.key for e in store.list("a/")]
    assert listed == sorted((n for n in names if n.startswith("a/")), key=str.encode)
    assert [e.key for e in store.list("a/", "a/plain")] == listed[listed.index("a/plain") + 1 :]
    for name in names:
        if name != "/lead":
            found = fetch(store, name, keep=100)
            assert not isinstance(found, ReadError), name
            assert found.content.raw == name.encode()
    assert isinstance(fetch(store, "a/none"), NotThereError)
    assert isinstance(fetch(store, "a/../none"), NotThereError)


def test_hostile_names_beside_logs_are_named_and_nothing_else(made: Made, serve: object) -> None:
    folder = made.logs()[0].rpartition("/")[0]
    digests = made.digests()[0].rpartition("/")[0]
    hostile = [f"{folder}/{n}" for n in ("..", "x\x1b]0;title\x07.json.gz", "a//b", "new\nline.json.gz")]
    hostile.append(f"{digests}/\x1b[2J.json.gz")
    for name in hostile:
        made.objects[name] = Thing(b"x", modified=(BEGIN + HOUR).timestamp())
    found, _ = look(made, serve)
    assert found.said == dict.fromkeys(hostile, "UNCOVERED unreferenced")


def test_what_is_under_a_delete_marker_can_be_recovered(made: Made, serve: object) -> None:
    log, digest, gone = made.logs()[4], made.digests()[12], made.logs()[20]
    things = {key: made.objects.pop(key) for key in (log, digest, gone)}
    for key in (log, digest):
        made.archive.versions += [
            {"Key": key, "VersionId": "old", "IsLatest": False, "Thing": things[key]},
            {"Key": key, "VersionId": "marker", "IsLatest": True, "Marker": True},
        ]
    found, _ = look(made, serve)
    by_key = {f.key: f for f in found.findings}
    assert found.said == dict.fromkeys((log, digest, gone), "MISSING deleted")  # and no log file of the digest's
    assert found.valid(Kind.LOG) == 58
    for key in (log, digest):
        assert by_key[key].version == "old"
        read, back = by_key[key].remedy
        assert f"--key {key} --version-id old" in read
        assert "break-glass" in back
        assert "delete-object" not in f"{read}{back}"
    assert by_key[gone].version == ""
    assert by_key[gone].remedy == ()


def test_the_lifecycle_is_read_with_its_filters(serve: object) -> None:
    stored = Archive()
    _, store = serve(stored)  # type: ignore[operator]
    assert store.lifecycle() == ()
    stored.lifecycle = (
        "<Rule><ID>a</ID><Status>Enabled</Status><Filter><And><Prefix>AWSLogs/</Prefix><Tag><Key>k</Key><Value>v</Value>"
        "</Tag></And></Filter><Expiration><Days>9</Days></Expiration></Rule>"
        "<Rule><ID>b</ID><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule>"
    )
    now = datetime(2026, 3, 7, tzinfo=UTC)
    found = kept(store.lifecycle(), "AWSLogs/o-abcdefghij/111111111111/CloudTrail/eu-west-1/", now)
    assert (found.days, found.perhaps, found.rule) == (None, 9, "a")
    stored.closed = True
    with pytest.raises(ReadError):
        store.lifecycle()


def test_a_bucket_that_is_not_ours_is_said(serve: object) -> None:
    stored = Archive()
    stored.closed = True
    with pytest.raises(AwsError):
        serve(stored)  # type: ignore[operator]


def test_a_folder_with_metadata_beside_it(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path)
    found = check(made, FolderArchive(tmp_path), is_folder=True, keys=_keys(made))
    assert found.said == {}
    assert found.valid(Kind.DIGEST) == 20


def test_a_plain_copy_loses_the_newest_signatures_only(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, sidecars=False)
    found = check(made, FolderArchive(tmp_path, bucket="archive"), is_folder=True, keys=_keys(made))
    newest = [key for chain in made.by_chain.values() for key in (chain[-1][1], *chain[-1][2])]
    late = {k for k, v in found.said.items() if v == "UNREADABLE no-signature"}
    assert late <= set(newest)
    assert found.said.keys() == late
    assert found.verified.exit_code is ExitCode.INCOMPLETE


def test_a_copy_below_another_prefix(tmp_path: Path) -> None:
    made = archive(hours=3, prefix="deep/er/AWSLogs")
    made.write(tmp_path)
    store = FolderArchive(tmp_path / "deep" / "er", bucket="archive", prefix="deep/er")
    assert check(made, store, is_folder=True, keys=_keys(made)).said == {}
    wrong = check(made, FolderArchive(tmp_path, bucket="another"), is_folder=True, keys=_keys(made))
    assert "TAMPERED moved" in wrong.said.values()


def test_a_folder_never_leads_out_of_itself(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    store = FolderArchive(tmp_path / "in")
    for key in ("../secret", "/etc/passwd", "link", "a/../../secret", "nul\0", "", "loop/link"):
        with pytest.raises(NotThereError):
            store.get(key)
    assert list(store.list("")) == []
    assert list(store.list("../")) == []


def _keys(made: Made) -> PublicKeys:
    from tests.verify.checking import Memory

    return PublicKeys(None, lambda: Memory(made), made.until)


def test_public_keys_are_kept_for_audits_offline(made: Made, tmp_path: Path) -> None:
    from tests.verify.checking import Memory

    file = tmp_path / "keys" / "public.jsonl"
    online = PublicKeys(file, lambda: Memory(made), made.until)
    assert check(made, keys=online).said == {}
    assert check(made, keys=PublicKeys(file, None, made.until)).said == {}
    file.write_text(file.read_text()[:-40])  # torn by a kill
    assert "UNREADABLE public-key" in check(made, keys=PublicKeys(file, None, made.until)).said.values()
