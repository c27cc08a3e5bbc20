"""The snapshot as one compressed JSON file, believed only after every value in it has been checked."""

import gzip
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from trailkeep.errors import SnapshotError
from trailkeep.model.snapshot import VERSION, Snapshot

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

LARGEST = 2 << 30
"""Bytes a snapshot may have when decompressed; 5,000 accounts in 17 Regions have some 60 MB."""

_CHUNK = 1 << 20
_HEAD = re.compile(rb'\s*\{\s*"trailkeep_snapshot"\s*:\s*(\d{1,9})\s*[,}]')
_PLACES = 3
_NOT_OURS = "make one with `trailkeep snapshot --output-file FILE`"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotFile:
    """What the file holds: the version first, so that a newer one is told before its contents are looked at."""

    trailkeep_snapshot: int
    snapshot: Snapshot


@cache
def _adapter() -> "TypeAdapter[SnapshotFile]":
    from pydantic import TypeAdapter

    return TypeAdapter(SnapshotFile)


def write(snapshot: Snapshot, path: Path) -> None:
    """Write the file whole or not at all, readable by its owner only. Raises SnapshotError."""
    text = _adapter().dump_json(SnapshotFile(trailkeep_snapshot=VERSION, snapshot=snapshot))
    try:
        _replace(path, gzip.compress(text, compresslevel=6, mtime=0))
    except OSError as error:
        raise SnapshotError(f"could not write {path}: {error.strerror}", hint="choose another --output-file") from error


def read(path: Path, *, largest: int = LARGEST) -> Snapshot:
    """The snapshot in a file. Raises SnapshotError: missing, not a snapshot, newer, damaged, larger than `largest`."""
    from pydantic import ValidationError

    text = _text(path, largest)
    _expect_version(path, text)
    try:
        snapshot = _adapter().validate_json(text, strict=True).snapshot
    except ValidationError as error:
        raise SnapshotError(_wrong(path, error), hint=_NOT_OURS) from error
    except RecursionError as error:
        raise SnapshotError(f"{path} is nested too deeply to be a snapshot", hint=_NOT_OURS) from error
    if any(time.tzinfo is None for time in _times(snapshot)):
        raise SnapshotError(f"{path} holds a time without a time zone", hint=_NOT_OURS)
    return snapshot


def _text(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as raw:
            compressed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            return _capped(path, gzip.GzipFile(fileobj=raw) if compressed else raw, largest)
    except FileNotFoundError as error:
        raise SnapshotError(f"there is no file {path}", hint=_NOT_OURS) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SnapshotError(f"{path} is damaged: it cannot be decompressed", hint="copy it again") from error
    except OSError as error:
        raise SnapshotError(f"could not read {path}: {error.strerror}") from error


def _capped(path: Path, stream: "BinaryIO | gzip.GzipFile", largest: int) -> bytes:
    text = bytearray()
    while chunk := stream.read(_CHUNK):
        text += chunk
        if len(text) > largest:
            raise SnapshotError(
                f"{path} holds more than {largest:,} bytes",
                hint="a snapshot is never that large; do not trust this file",
            )
    return bytes(text)


def _expect_version(path: Path, text: bytes) -> None:
    head = _HEAD.match(text[:200])
    version = int(head[1]) if head else _version_anywhere(path, text)
    if version > VERSION:
        raise SnapshotError(
            f"{path} was written by a newer trailkeep (snapshot version {version}, this one reads {VERSION})",
            hint="upgrade trailkeep",
        )
    if version < 1:
        raise SnapshotError(f"{path} has snapshot version {version}, which never was", hint=_NOT_OURS)


def _version_anywhere(path: Path, text: bytes) -> int:
    """For a file that another tool has written anew, with its keys in another order."""
    from pydantic_core import from_json

    try:
        found = from_json(text)
    except (ValueError, RecursionError) as error:
        raise SnapshotError(f"{path} is not a snapshot: it is not JSON", hint=_NOT_OURS) from error
    version = found.get("trailkeep_snapshot") if isinstance(found, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise SnapshotError(f"{path} is not a snapshot of trailkeep", hint=_NOT_OURS)
    return version


def _wrong(path: Path, error: "ValidationError") -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = [f"{'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}" for e in found[:_PLACES]]
    more = f" (and {len(found) - _PLACES} more)" if len(found) > _PLACES else ""
    return f"{path} is not a snapshot that can be believed: {'; '.join(places)}{more}"


def _times(snapshot: Snapshot) -> Iterator[datetime]:
    yield snapshot.taken
    yield from (a.joined for a in snapshot.organization.accounts.values() if a.joined)
    for cells in snapshot.cells.values():
        for cell in cells.values():
            for status in cell.trails:
                found = (status.started, status.stopped, status.delivered, status.digest_delivered)
                yield from (time for time in found if time)


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
