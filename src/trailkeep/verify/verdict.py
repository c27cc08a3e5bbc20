"""What can be said of an object or an hour: VALID, TAMPERED, MISSING, UNREADABLE or UNCOVERED, with the cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """Not being able to read is never tampering."""

    VALID = "VALID"
    TAMPERED = "TAMPERED"
    MISSING = "MISSING"
    UNREADABLE = "UNREADABLE"
    UNCOVERED = "UNCOVERED"


class Cause(StrEnum):
    """Why something is not VALID."""

    HASH = "hash"
    SIGNATURE = "signature"
    FORMAT = "format"
    TRAILING = "trailing"
    MOVED = "moved"
    BAD_LINK = "bad-link"
    DELETED = "deleted"
    KMS = "kms"
    ARCHIVED = "archived"
    THROTTLED = "throttled"
    NETWORK = "network"
    ACCESS_DENIED = "access-denied"
    PUBLIC_KEY = "public-key"
    NO_SIGNATURE = "no-signature"
    TOO_LARGE = "too-large"
    ELSEWHERE = "elsewhere"
    OTHER = "other"
    GAP = "gap"
    NO_CHAIN = "no-chain"
    UNREFERENCED = "unreferenced"
    UNPROVEN = "unproven"


TAMPERING: Final = frozenset({Cause.HASH, Cause.SIGNATURE, Cause.FORMAT, Cause.TRAILING, Cause.MOVED, Cause.BAD_LINK})
HOLES: Final = frozenset({Cause.GAP, Cause.NO_CHAIN, Cause.UNREFERENCED, Cause.UNPROVEN})


def verdict_of(cause: Cause) -> Verdict:
    """The verdict that a cause belongs to."""
    if cause in TAMPERING:
        return Verdict.TAMPERED
    if cause in HOLES:
        return Verdict.UNCOVERED
    return Verdict.MISSING if cause is Cause.DELETED else Verdict.UNREADABLE


class Kind(StrEnum):
    """What a finding is about."""

    LOG = "log"
    DIGEST = "digest"
    BACKFILL = "backfill"
    HOURS = "hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not VALID: an object by its key, or the hours from `start` to `end` ("" key).

    `version` is a recoverable version's id, for what is MISSING; `remedy` is what to do, line by line.
    """

    cause: Cause
    kind: Kind
    bucket: str
    key: str
    account: str
    region: str
    trail: str = ""
    start: datetime | None = None
    end: datetime | None = None
    detail: str = ""
    version: str = ""
    remedy: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """TAMPERED, MISSING, UNREADABLE or UNCOVERED."""
        return verdict_of(self.cause)


@dataclass(slots=True, kw_only=True)
class Totals:
    """Counts by what was looked at and what came of it; `attested` were VALID before and were not fetched again."""

    counts: dict[tuple[Kind, Verdict], int] = field(default_factory=dict)
    attested: int = 0
    in_flight: int = 0
    read_bytes: int = 0
    raw_bytes: int = 0

    def add(self, kind: Kind, verdict: Verdict, number: int = 1) -> None:
        """Count so many of a kind."""
        self.counts[kind, verdict] = self.counts.get((kind, verdict), 0) + number

    def of(self, verdict: Verdict, kind: Kind | None = None) -> int:
        """How many have this verdict, of one kind or of all."""
        return sum(n for (k, v), n in self.counts.items() if v is verdict and kind in {None, k})

    def merge(self, other: "Totals") -> None:
        """Add another's counts to these."""
        for (kind, verdict), number in other.counts.items():
            self.add(kind, verdict, number)
        self.attested += other.attested
        self.in_flight += other.in_flight
        self.read_bytes += other.read_bytes
        self.raw_bytes += other.raw_bytes

    @property
    def is_empty(self) -> bool:
        """Whether nothing was judged at all."""
        return not any(self.counts.values())

    @property
    def by_verdict(self) -> Mapping[Verdict, int]:
        """How many of each verdict, all kinds together."""
        return {v: self.of(v) for v in Verdict}
