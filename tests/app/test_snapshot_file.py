"""The snapshot file: what goes in comes out, and nothing that is not a snapshot gets through."""

import contextlib
import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.model.made import ARCHIVE, HOME, snapshot, snapshots
from trailkeep.app import snapshot_file
from trailkeep.errors import SnapshotError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Snapshot

ONE_FOLDER = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def contents(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


def put(path: Path, value: Any) -> Path:
    path.write_bytes(gzip.compress(json.dumps(value).encode()))
    return path


@ONE_FOLDER
@given(made=snapshots())
def test_what_is_written_is_read(tmp_path: Path, made: Snapshot) -> None:
    snapshot_file.write(made, tmp_path / "s")
    assert snapshot_file.read(tmp_path / "s") == made


def test_ids_keep_their_types(tmp_path: Path) -> None:
    snapshot_file.write(snapshot(), tmp_path / "s")
    read = snapshot_file.read(tmp_path / "s")
    account, cells = next((a, c) for a, c in read.cells.items() if a == ARCHIVE)
    assert type(account) is AccountId
    assert type(next(iter(cells))) is Region
    assert type(read.organization.accounts[ARCHIVE].parent).__name__ == "UnitId"
    assert read.cell(ARCHIVE, HOME) == snapshot().cell(ARCHIVE, HOME)


def test_only_the_owner_may_read_it_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "s"
    snapshot_file.write(snapshot(), path)
    snapshot_file.write(snapshot(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="could not write"):
        snapshot_file.write(snapshot(), tmp_path / "none" / "s")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b"\x1f\x8b\x08 damaged", "damaged"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-9], "damaged"),
        (b"[1, 2]", "not a snapshot"),
        (b'{"trailkeep_snapshot": true}', "not a snapshot"),
        (b'{"trailkeep_snapshot": 1}', "snapshot: Field required"),
        (b'{"trailkeep_snapshot": 99, "snapshot": "whatever"}', "newer trailkeep"),
        (b'{"trailkeep_snapshot": 0, "snapshot": {}}', "never was"),
        (b'{"trailkeep_snapshot": 1, "snapshot": ' + b"[" * 100_000, "snapshot"),
        (b'{"a": ' * 100_000, "not JSON"),
    ],
)
def test_what_is_no_snapshot_is_said_in_words(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "s"
    path.write_bytes(data)
    with pytest.raises(SnapshotError, match=said):
        snapshot_file.read(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="there is no file"):
        snapshot_file.read(tmp_path / "none")
    with pytest.raises(SnapshotError, match="could not read"):
        snapshot_file.read(tmp_path)


def test_a_bomb_is_not_decompressed(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(gzip.compress(b" " * 10_000_000))
    with pytest.raises(SnapshotError, match="more than 1,000,000 bytes"):
        snapshot_file.read(path, largest=1_000_000)


def test_the_first_wrong_places_are_named(tmp_path: Path) -> None:
    path = tmp_path / "s"
    snapshot_file.write(snapshot(), path)
    value = contents(path)
    value["snapshot"]["organization"]["management"] = "12"
    value["snapshot"]["trails"][0]["is_logging"] = "yes"
    with pytest.raises(SnapshotError) as caught:
        snapshot_file.read(put(path, value))
    assert "snapshot.organization.management" in caught.value.message
    assert "'12' is not a 12-digit account id" in caught.value.message
    assert "snapshot.trails.0.is_logging" in caught.value.message
    assert "more" not in caught.value.message


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    snapshot_file.write(snapshot(), path)
    value = contents(path)
    value["snapshot"]["taken"] = "2026-11-01T12:00:00"
    with pytest.raises(SnapshotError, match="time zone"):
        snapshot_file.read(put(path, value))


def test_another_tool_may_reorder_and_unpack_it(tmp_path: Path) -> None:
    path = tmp_path / "s"
    snapshot_file.write(snapshot(), path)
    path.write_text(json.dumps(contents(path), sort_keys=True, indent=2))
    assert snapshot_file.read(path) == snapshot()


@ONE_FOLDER
@given(data=st.data())
def test_a_damaged_file_raises_nothing_but_snapshot_error(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "s"
    snapshot_file.write(snapshot(), path)
    text = bytearray(gzip.decompress(path.read_bytes()))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
        if not text:
            text = bytearray(b"x")
    path.write_bytes(data.draw(st.sampled_from([gzip.compress(bytes(text)), bytes(text)])))
    with contextlib.suppress(SnapshotError):
        assert snapshot_file.read(path).organization.id
