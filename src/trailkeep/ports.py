"""What we ask of a log archive, wherever it lies: on S3 or in a folder."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Obstacle(StrEnum):
    """Why an object, or a key to its signature, could not be read. Never a reason to call it tampered with."""

    ACCESS_DENIED = "access-denied"
    KMS = "kms"
    ARCHIVED = "archived"
    THROTTLED = "throttled"
    NETWORK = "network"
    OTHER = "other"


class ReadError(Exception):
    """Something of the archive could not be read, after every attempt that was worth it."""

    def __init__(self, why: Obstacle, detail: str) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail


class NotThereError(ReadError):
    """There is no object of that key."""

    def __init__(self, detail: str) -> None:
        super().__init__(Obstacle.OTHER, detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An object as a listing shows it: `size` in stored bytes, `modified` in seconds since 1970."""

    key: str
    size: int
    etag: str
    modified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an object, or a delete marker, as a listing of versions shows it."""

    key: str
    id: str
    is_latest: bool
    is_delete_marker: bool
    size: int
    etag: str
    modified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An object that is being read: what S3 says of it, and its stored bytes in pieces.

    `metadata` is S3's user metadata by lower-case name without x-amz-meta-; None where the store keeps none. Reading
    `chunks` may raise ReadError.
    """

    entry: Entry
    version: str
    metadata: Mapping[str, str] | None
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key CloudTrail publishes for a Region: DER bytes, and from when to when digests are signed with it."""

    region: str
    fingerprint: str
    value: bytes
    start: datetime
    end: datetime


class Store(Protocol):
    """A log archive. May be used by many threads; every method may raise ReadError and nothing else.

    Keys and buckets are the original ones, also where a copy is read.
    """

    bucket: str

    def list(self, prefix: str, after: str = "") -> Iterator[Entry]:
        """The objects whose key begins with `prefix`, in the order of their keys' bytes, from behind `after`."""
        ...

    def folders(self, prefix: str) -> tuple[str, ...]:
        """The folders right below `prefix` (which ends with a slash or is ""), each with its final slash."""
        ...

    def get(self, key: str, version: str = "") -> Found:
        """One object, as it is or as it was in an old version. Raises NotThereError."""
        ...

    def versions(self, prefix: str, after: str = "") -> Iterator[Version]:
        """Every version and delete marker below `prefix`, by key, newest first, from behind a key; none in a folder."""
        ...


class KeySource(Protocol):
    """Where public keys are published (CloudTrail's ListPublicKeys)."""

    def public_keys(self, region: str, start: datetime, end: datetime) -> tuple[PublicKey, ...]:
        """The keys that digests of `region` were signed with between two moments. Raises ReadError."""
        ...
