"""A copy of a log archive in a folder, under the keys that the objects had in their bucket."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trailkeep.ports import Entry, Found, NotThereError, Obstacle, ReadError, Version

SIDECAR: Final = ".metadata.json"
"""NAME.metadata.json beside NAME holds its S3 user metadata, which a plain copy loses (see verify.digest)."""

_PIECE = 256 << 10
_LARGEST_SIDECAR = 64 << 10


class FolderArchive:
    """A folder as a Store. `prefix` goes before the paths of files to make their original keys; `bucket` may be ""."""

    def __init__(self, root: Path, *, bucket: str = "", prefix: str = "") -> None:
        self.root = root
        self.bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""

    def list(self, prefix: str, after: str = "") -> Iterator[Entry]:
        """See Store. Links are not followed."""
        folder = self._path(prefix) if prefix else self.root
        if folder is None or not folder.is_dir():
            return
        inside = prefix or self._prefix
        yield from (e for e in self._walk(folder, inside, after) if e.key > after)

    def folders(self, prefix: str) -> tuple[str, ...]:
        """See Store."""
        if self._prefix.startswith(prefix) and prefix != self._prefix:
            return (prefix + self._prefix[len(prefix) :].partition("/")[0] + "/",)
        folder = self._path(prefix or self._prefix)
        if folder is None or not folder.is_dir():
            return ()
        return tuple(f"{prefix}{e.name}/" for e in _scan(folder) if e.is_dir(follow_symlinks=False))

    def get(self, key: str, version: str = "") -> Found:
        """See Store. Metadata is what lies beside it, None where nothing does."""
        path = None if version else self._path(key)
        try:
            if path is None or path.is_symlink() or not path.is_file():
                raise NotThereError("there is no such file")
            entry = _entry(key, path.stat())
            metadata = _metadata(path.with_name(path.name + SIDECAR))
        except OSError as error:
            raise _read_error(error) from error
        return Found(entry=entry, version="", metadata=metadata, chunks=_pieces(path))

    def versions(self, prefix: str, after: str = "") -> Iterator[Version]:  # noqa: ARG002 a folder keeps none
        """See Store."""
        return iter(())

    def _path(self, key: str) -> Path | None:
        if not key.startswith(self._prefix):
            return None
        if key == self._prefix:
            return self.root
        parts = key[len(self._prefix) :].rstrip("/").split("/")
        if any(p in {"", ".", ".."} or "\0" in p for p in parts):
            return None
        return self.root.joinpath(*parts)

    def _walk(self, folder: Path, prefix: str, after: str) -> Iterator[Entry]:
        for found in _scan(folder):
            key = prefix + found.name
            if found.is_dir(follow_symlinks=False):
                if f"{key}/\U0010ffff" > after:
                    yield from self._walk(Path(found.path), f"{key}/", after)
            elif found.is_file(follow_symlinks=False) and not found.name.endswith(SIDECAR):
                try:
                    yield _entry(key, found.stat(follow_symlinks=False))
                except FileNotFoundError:
                    continue


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda e: os.fsencode(e.name) + (b"/" if e.is_dir(follow_symlinks=False) else b""))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _read_error(error) from error


def _entry(key: str, stat: os.stat_result) -> Entry:
    return Entry(key=key, size=stat.st_size, etag=f"{stat.st_ino:x}-{stat.st_mtime_ns:x}", modified=stat.st_mtime)


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise _read_error(error) from error


def _metadata(path: Path) -> dict[str, str] | None:
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_LARGEST_SIDECAR))
    except (FileNotFoundError, ValueError, RecursionError):
        return None
    return {str(k).lower(): str(v) for k, v in found.items()} if isinstance(found, dict) else None


def _read_error(error: OSError) -> ReadError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotThereError("there is no such file")
    denied = isinstance(error, PermissionError)
    return ReadError(Obstacle.ACCESS_DENIED if denied else Obstacle.OTHER, error.strerror or str(error))
