"""An archive as somebody who tampers with it sees it: a folder, or a bucket of the lab with its versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from moto.s3.models import FakeDeleteMarker

from trailkeep.lab.delivery.ledger import ledger_of
from trailkeep.lab.delivery.objects import put_object
from trailkeep.lab.delivery.signing import KeyRing
from trailkeep.lab.delivery.trail_files import File
from trailkeep.lab.logs.shape import Shape
from trailkeep.lab.logs.targets import ABOUT, KEYS, write_file
from trailkeep.lab.world import PARTITION, World
from trailkeep.verify.digest import SIDECAR


class Vault(Protocol):
    """Objects by key; nothing here asks a policy."""

    keys: KeyRing
    """What signs the archive's digests: AWS's keys, which only a test of the verifier has in hand."""

    def list_keys(self) -> Iterator[str]:
        """Every current object's key."""

    def read(self, key: str) -> File:
        """An object with its metadata. Raises KeyError where there is none."""

    def write(self, file: File) -> None:
        """Put an object; a version over the present one where the bucket keeps versions."""

    def delete(self, key: str) -> None:
        """Delete it as anybody would: behind a delete marker where the bucket keeps versions."""

    def erase(self, key: str) -> None:
        """Delete it with all its versions."""

    def put_away(self, key: str) -> None:
        """Move it to Glacier, where it cannot be read at once. Raises ValueError where there is no such class."""


class FolderVault:
    """An archive in a folder, as `lab logs --to` writes it. Raises ValueError where the folder is not one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            shape = Shape.from_json(json.loads((folder / ABOUT).read_text())["shape"])
        except (OSError, ValueError, KeyError) as problem:
            raise ValueError(f"{folder} is not an archive made by `lab logs --to`: {problem}") from None
        self.keys = KeyRing(shape.seed)
        self._bucket = shape.bucket

    def list_keys(self) -> Iterator[str]:
        """Every object's key; sidecars and the archive's own two files are none."""
        for path in self._folder.rglob("*"):
            if path.is_file() and path.name not in {ABOUT, KEYS} and not path.name.endswith(SIDECAR):
                yield path.relative_to(self._folder).as_posix()

    def read(self, key: str) -> File:
        """The object and what its sidecar says."""
        path = self._folder / key
        if not path.is_file():
            raise KeyError(key)
        beside = _sidecar(path)
        metadata: Mapping[str, str] = json.loads(beside.read_text()) if beside.is_file() else {}
        return File(bucket=self._bucket, key=key, body=path.read_bytes(), metadata=metadata)

    def write(self, file: File) -> None:
        """Write the object and its sidecar."""
        write_file(self._folder, file)

    def delete(self, key: str) -> None:
        """A folder keeps no versions: it is gone, and its sidecar with it."""
        path = self._folder / key
        path.unlink()
        _sidecar(path).unlink(missing_ok=True)

    def erase(self, key: str) -> None:
        """The same."""
        self.delete(key)

    def put_away(self, key: str) -> None:
        """Not in a folder."""
        raise ValueError(f"a folder has no storage classes: {key}")


class BucketVault:
    """A bucket of the lab. Raises ValueError where there is none of this name."""

    def __init__(self, world: World, bucket: str) -> None:
        found = world.bucket(bucket)
        if found is None:
            raise ValueError(f"there is no bucket {bucket}")
        self._world, self._bucket = world, found
        self._backend = world.backend("s3", found.account_id, PARTITION)
        self.keys = ledger_of(world).keys

    def list_keys(self) -> Iterator[str]:
        """Every key whose newest version is an object."""
        for key, versions in tuple(self._bucket.keys.lists()):
            if versions and not isinstance(versions[-1], FakeDeleteMarker):
                yield str(key)

    def read(self, key: str) -> File:
        """The newest version."""
        found = self._backend.get_object(self._bucket.name, key)
        if found is None:
            raise KeyError(key)
        start = "x-amz-meta-"
        metadata = {n.removeprefix(start): str(v) for n, v in found.metadata.items() if n.startswith(start)}
        return File(bucket=self._bucket.name, key=key, body=found.value, metadata=metadata)

    def write(self, file: File) -> None:
        """A new version."""
        now = self._world.clock.now()
        put_object(self._world, self._bucket.name, file.key, file.body, moment=now, metadata=file.metadata)

    def delete(self, key: str) -> None:
        """A delete marker where versions are kept; a lock does not stop one."""
        self._backend.delete_object(self._bucket.name, key)

    def erase(self, key: str) -> None:
        """All versions, as if nothing had locked them."""
        self._bucket.keys.pop(key)

    def put_away(self, key: str) -> None:
        """Into the storage class GLACIER."""
        found = self._backend.get_object(self._bucket.name, key)
        if found is None:
            raise KeyError(key)
        found.set_storage_class("GLACIER")


def _sidecar(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR)
