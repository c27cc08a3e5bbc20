"""The bytes of one object: inflated piece by piece, hashed, and never more than a little of them held.

One gzip member, and nothing behind it: CloudTrail writes no other, and bytes behind it would be in no hash. Memory is
bounded whatever an object holds, a bomb included, because every step of inflating may produce so much and no more.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from isal import isal_zlib

from trailkeep.verify.verdict import Cause

LARGEST: Final = 4 << 30
"""Raw bytes of a log file; what inflates to more is not read to its end."""

LARGEST_DIGEST: Final = 16 << 20
"""Raw bytes of a digest that is held: some 35,000 log files in one hour."""

_NOT_GZIP: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stub says an instance
_STEP = 64 << 10
_AT_ONCE = 512 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was found in an object: hashes in hexadecimal, sizes in bytes, `fault` None where it is one gzip member.

    `raw` is the uncompressed bytes, where they were asked for and are few enough.
    """

    sha256: str
    stored_sha256: str
    size: int
    stored_size: int
    fault: Cause | None
    raw: bytes | None = None


def examine(chunks: Iterable[bytes], *, keep: int = 0, stored: bool = True) -> Content:
    """Hash and inflate the stored bytes of an object; keep the raw ones if there are `keep` at most.

    Without `stored` the stored bytes are not hashed: only attestations need that.
    """
    reading = _Reading(keep, stored)
    for chunk in chunks:
        reading.feed(chunk)
    return reading.content()


class _Reading:
    def __init__(self, keep: int, stored: bool) -> None:
        self.inflate = isal_zlib.decompressobj(31)
        self.raw = hashlib.sha256()
        self.stored = hashlib.sha256() if stored else None
        self.size = self.stored_size = 0
        self.keep = keep
        self.kept: list[bytes] | None = [] if keep else None
        self.fault: Cause | None = None

    def feed(self, chunk: bytes) -> None:
        if not chunk:
            return
        if self.stored is not None:
            self.stored.update(chunk)
        first = self.stored_size == 0
        self.stored_size += len(chunk)
        if self.fault is not None:
            return
        if self.inflate.eof:
            self.fault = Cause.TRAILING
            return
        try:
            self._inflate(chunk, _whole(chunk) if first else _STEP)
        except _NOT_GZIP:
            self.fault = Cause.FORMAT

    def _inflate(self, chunk: bytes, step: int) -> None:
        rest = chunk
        while True:
            out = self.inflate.decompress(rest, step)
            self._take(out)
            rest = self.inflate.unconsumed_tail
            if self.inflate.eof or self.fault is not None or (not rest and len(out) < step):
                break
            step = _STEP
        if self.inflate.unused_data:
            self.fault = Cause.TRAILING

    def _take(self, out: bytes) -> None:
        self.raw.update(out)
        self.size += len(out)
        if self.kept is not None:
            self.kept.append(out)
            if self.size > self.keep:
                self.kept = None
        if self.size > LARGEST:
            self.fault = Cause.TOO_LARGE

    def content(self) -> Content:
        fault = self.fault
        if fault is None and not self.inflate.eof:
            fault = Cause.FORMAT
        if fault is None and self.keep and self.kept is None:
            fault = Cause.TOO_LARGE
        return Content(
            sha256=self.raw.hexdigest(),
            stored_sha256=self.stored.hexdigest() if self.stored is not None else "",
            size=self.size,
            stored_size=self.stored_size,
            fault=fault,
            raw=b"".join(self.kept) if self.kept is not None else None,
        )


def _whole(chunk: bytes) -> int:
    """How much to ask for at first: what gzip's last four bytes say where the object may be whole, so one step does."""
    said = int.from_bytes(chunk[-4:], "little") + 1
    return said if said <= _AT_ONCE else _STEP
