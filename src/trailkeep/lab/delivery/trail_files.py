"""The files of one account and Region of a trail: log files, hourly digests and late (backfill) digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from trailkeep.lab.delivery.objects import zipped
from trailkeep.lab.delivery.signing import KeyRing
from trailkeep.verify.digest import (
    ALGORITHM_METADATA,
    BACKFILL_METADATA,
    SIGNATURE_ALGORITHM,
    SIGNATURE_METADATA,
    Digest,
    Link,
    LogFile,
    render,
    string_to_sign,
)
from trailkeep.verify.keys import Chain, DigestKey, Folder, LogKey

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the files of one account and Region of a trail lie: the bucket, and the chain that names its keys."""

    bucket: str
    chain: Chain

    def log_key(self, moment: float, unique: str) -> str:
        """A log file's key."""
        when = datetime.fromtimestamp(moment, UTC)
        return str(LogKey(base=self.chain.base, region=self.chain.region, delivered=when, unique=unique))

    def insight_key(self, moment: float, unique: str) -> str:
        """The key of a file of Insights events: a log file's, in a folder of its own."""
        key = self.log_key(moment, unique)
        return key.replace(f"/{Folder.LOG}/", f"/{Folder.INSIGHT}/").replace(f"_{Folder.LOG}_", f"_{Folder.INSIGHT}_")

    def digest_key(self, end: float, *, backfill: bool = False) -> str:
        """A digest's key."""
        return str(DigestKey(chain=self.chain, end=datetime.fromtimestamp(end, UTC), is_backfill=backfill))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file ready to be written: its key, its stored bytes, and its S3 user metadata."""

    bucket: str
    key: str
    body: bytes
    metadata: Mapping[str, str] = field(default_factory=dict)


def log_file(
    place: Place, records: Sequence[bytes], moment: float, name: str, *, oldest: float, newest: float
) -> tuple[File, LogFile]:
    """A log file of events delivered at a moment, and how a digest lists it; `name` makes its key its own."""
    content = b'{"Records":[' + b",".join(records) + b"]}"
    key = place.log_key(moment, unique(name))
    entry = LogFile(
        bucket=place.bucket,
        key=key,
        hash=hashlib.sha256(content).hexdigest(),
        oldest_event=stamp(oldest),
        newest_event=stamp(newest),
    )
    return File(bucket=place.bucket, key=key, body=zipped(content)), entry


def digest_file(
    place: Place,
    keys: KeyRing,
    *,
    begins: float,
    ends: float,
    files: Sequence[LogFile],
    previous: Link | None,
    backfilled: float | None = None,
) -> tuple[File, Link]:
    """A signed digest, and the link to it; `backfilled` is when a late digest was made, None for an hourly one."""
    signed_at = ends if backfilled is None else backfilled
    digest = Digest(
        account=place.chain.base.account,
        start=datetime.fromtimestamp(int(begins), UTC),
        end=datetime.fromtimestamp(int(ends), UTC),
        bucket=place.bucket,
        key=place.digest_key(ends, backfill=backfilled is not None),
        fingerprint=keys.fingerprint(place.chain.region, signed_at),
        previous=previous,
        log_files=tuple(files),
        oldest_event=min((f.oldest_event for f in files if f.oldest_event), default=None),
        newest_event=max((f.newest_event for f in files if f.newest_event), default=None),
    )
    metadata = {} if backfilled is None else {BACKFILL_METADATA: stamp(backfilled)}
    return sign_digest(digest, lambda text: keys.sign(place.chain.region, signed_at, text), metadata)


def sign_digest(digest: Digest, sign: Callable[[bytes], str], metadata: Mapping[str, str]) -> tuple[File, Link]:
    """A digest as a file with its signature, and the link to it."""
    body = render(digest)
    sha256 = hashlib.sha256(body).hexdigest()
    signature = sign(string_to_sign(digest, sha256))
    told = {SIGNATURE_METADATA: signature, ALGORITHM_METADATA: SIGNATURE_ALGORITHM, **metadata}
    return (
        File(bucket=digest.bucket, key=digest.key, body=zipped(body), metadata=told),
        Link(bucket=digest.bucket, key=digest.key, hash=sha256, signature=signature),
    )


def stamp(moment: float) -> str:
    """A time in seconds since the epoch as CloudTrail writes it, `2026-11-23T10:00:00Z`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unique(name: str) -> str:
    """Sixteen letters and digits, the same for the same name."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:12], "big")
    letters = []
    for _ in range(16):
        number, rest = divmod(number, 62)
        letters.append(_LETTERS[rest])
    return "".join(letters)
