"""What S3 Inventory says of a bucket, read once and looked up by key: in a private file, however many objects.

The files of an inventory are in no order that AWS promises, so SQLite sorts them on disk; of each key only the latest
version is kept. Memory does not grow with the number of objects.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isal import isal_zlib

from trailkeep.errors import TrailkeepError, UsageError
from trailkeep.ports import ReadError, Version
from trailkeep.verify.inventory import DataFile, Manifest, damaged, parse_manifest, parse_rows

if TYPE_CHECKING:
    from trailkeep.app.world import Access
    from trailkeep.aws.cloud import Cloud

_MANIFEST: Final = "manifest.json"
_LARGEST_MANIFEST: Final = 64 << 20
_LONGEST: Final = 64 << 10
"""Bytes of a line: a key has 1,024 at most, three times that when it is encoded."""

_STEP: Final = 512 << 10
_PIECE: Final = 256 << 10
_BATCH: Final = 5_000
_PAGE: Final = 1_000
_CACHE_KIB: Final = 32_768
_NOT_GZIP: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stub says an instance

Reading = Callable[[str], Iterable[bytes]]
"""The bytes behind a key of the destination bucket. Raises TrailkeepError."""


class Inventory:
    """The latest versions of a bucket's objects as S3 Inventory saw them; for many threads.

    `created` is when S3 began to make it; what came later may be in it or not.
    """

    def __init__(self, manifest: Manifest, read: Reading, prefix: str = "") -> None:
        self.source = manifest.source
        self.created: datetime = manifest.created
        self.objects = 0
        self._lock = threading.Lock()
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        for pragma in (f"cache_size = -{_CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE latest (key BLOB, id TEXT, size INTEGER, etag TEXT, modified REAL)")
        for file in manifest.files:
            self._take(file, manifest, read, prefix)
        self._db.execute("CREATE INDEX by_key ON latest (key)")

    def _take(self, file: DataFile, manifest: Manifest, read: Reading, prefix: str) -> None:
        rows = parse_rows(_lines(file, read), manifest.columns, file.key)
        latest = (v for v in rows if v.is_latest and not v.is_delete_marker and v.key.startswith(prefix))
        while batch := [(_bytes(v.key), v.id, v.size, v.etag, v.modified) for v in islice(latest, _BATCH)]:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO latest VALUES (?, ?, ?, ?, ?)", batch)
            self._db.execute("COMMIT")
            self.objects += len(batch)

    def versions(self, prefix: str, after: str = "") -> Iterator[Version]:
        """The latest versions below `prefix`, in the order of their keys' bytes, from behind `after`."""
        last, first, stop = _bytes(after), _bytes(prefix), _bytes(prefix) + b"\xff"
        while True:
            with self._lock:
                page = self._db.execute(
                    "SELECT key, id, size, etag, modified FROM latest "
                    "WHERE key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?",
                    (last, first, stop, _PAGE),
                ).fetchall()
            for key, version, size, etag, modified in page:
                yield Version(
                    key=key.decode("utf-8", "surrogateescape"),
                    id=version,
                    is_latest=True,
                    is_delete_marker=False,
                    size=size,
                    etag=etag,
                    modified=modified,
                )
            if len(page) < _PAGE:
                return
            last = page[-1][0]

    def close(self) -> None:
        """Let the file go."""
        self._db.close()


def open_inventory(
    text: str, bucket: str, prefix: str, cloud: "Callable[[], Cloud]", access: "Access", account: str | None
) -> Inventory:
    """Read the inventory whose manifest (or the folder of it) is named, on S3 or here; of `bucket`, below `prefix`.

    Data files are read from the bucket that was named and no other. Raises UsageError, AwsError and
    TrailkeepError.
    """
    read, name, beside = (
        _from_s3(text, cloud, access, account) if text.startswith("s3://") else _from_folder(Path(text))
    )
    manifest = parse_manifest(_whole(read(name)), _whole(read(beside)), name)
    if manifest.source != bucket:
        raise UsageError(
            f"{name} is the inventory of the bucket {manifest.source}, not of {bucket}",
            hint="name the manifest below the archive's own bucket name",
        )
    return Inventory(manifest, read, prefix)


def _from_s3(
    text: str, cloud: "Callable[[], Cloud]", access: "Access", account: str | None
) -> tuple[Reading, str, str]:
    from trailkeep.aws.archive.open import open_bucket

    bucket, _, key = text.removeprefix("s3://").partition("/")
    if not bucket or not key:
        raise UsageError(f"{text} names no manifest", hint="write it as s3://bucket/…/2026-11-22T01-00Z/manifest.json")
    where = key if key.endswith(_MANIFEST) else f"{key.rstrip('/')}/{_MANIFEST}"
    store = open_bucket(cloud(), bucket, original=None, account=account, profile=access.profile, workers=access.workers)

    def read(key: str) -> Iterable[bytes]:
        try:
            yield from store.get(key).chunks
        except ReadError as error:
            raise TrailkeepError(
                f"s3://{bucket}/{key} of the inventory cannot be read: {error.detail}",
                hint="s3:GetObject on it, and kms:Decrypt where it is encrypted with a key",
            ) from error

    return read, where, where.removesuffix(_MANIFEST) + "manifest.checksum"


def _from_folder(path: Path) -> tuple[Reading, str, str]:
    manifest = path / _MANIFEST if path.is_dir() else path
    folder = manifest.parent

    def read(key: str) -> Iterable[bytes]:
        name = key.rpartition("/")[2]
        # beside the manifest, as S3 lays them out, or below a copy of the whole destination bucket
        places = [folder / name, folder.parent / "data" / name, *(p / key for p in folder.absolute().parents)]
        found = next((p for p in places if p.is_file()), folder / name)
        try:
            with found.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
        except OSError as error:
            raise TrailkeepError(
                f"{found} of the inventory cannot be read: {error.strerror}",
                hint="copy manifest.json, manifest.checksum and the files of data/ together",
            ) from error

    return read, manifest.name, "manifest.checksum"


def _whole(chunks: Iterable[bytes]) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > _LARGEST_MANIFEST:
            raise TrailkeepError("the manifest is larger than any S3 Inventory writes", hint="name its manifest.json")
    return bytes(found)


def _lines(file: DataFile, read: Reading) -> Iterator[str]:
    """The lines of one gzip file, inflated step by step, and its MD5 at the end."""
    md5, rest = hashlib.md5(usedforsecurity=False), b""
    for out in _inflated(read(file.key), md5.update, file.key):
        *whole, rest = (rest + out).split(b"\n")
        if len(rest) > _LONGEST:
            raise damaged(file.key, "it holds no lines")
        for line in whole:
            yield line.decode("ascii", "replace")
    if rest:
        yield rest.decode("ascii", "replace")
    if md5.hexdigest() != file.md5:
        raise damaged(file.key, "its MD5 is not the one that the manifest says")


def _inflated(chunks: Iterable[bytes], told: Callable[[bytes], None], name: str) -> Iterator[bytes]:
    inflate = isal_zlib.decompressobj(31)
    try:
        for chunk in chunks:
            told(chunk)
            left, more = chunk, bool(chunk)
            while more:
                out = inflate.decompress(left, _STEP)
                yield out
                left = inflate.unconsumed_tail
                more = bool(left) or len(out) == _STEP
                if inflate.eof:  # gzip files may be several members
                    left, inflate = inflate.unused_data, isal_zlib.decompressobj(31)
                    more = bool(left)
    except _NOT_GZIP as error:
        raise damaged(name, "it is no gzip file") from error


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")
