"""What an audit says: an Answer about a Subject, and the Finding it becomes, with its severity and its mark."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from trailkeep.audit.check import Check

Kind = Literal["organization", "account", "cell", "unit", "trail", "bucket", "key", "policy", "mute"]


class Status(StrEnum):
    """UNKNOWN always has a because, in the evidence."""

    PASS = "PASS"  # noqa: S105 the verdict, no secret
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


class Severity(StrEnum):
    """How much a failing check matters, as ASFF and OCSF name it; `critical` is the highest."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for informational to 4 for critical."""
        return _RANKS[self.value]


_RANKS = {"informational": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a check is about; `id` never changes, `name` is how a person knows it.

    A cell is an account in one Region. `account` is the owner, `region` "" where there is none.
    """

    kind: Kind
    id: str
    name: str
    account: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict and what it rests on: for UNKNOWN, what keeps it from being known."""

    status: Status
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a check says of one subject."""

    subject: Subject
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A finding that somebody answers for: globs of check and subject, with owner, reason and the last day."""

    check: str
    subject: str
    owner: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An answer of a check, with the mute that covers it, if one does."""

    check: "Check"
    subject: Subject
    said: Said
    muted: Mute | None = None

    @property
    def id(self) -> str:
        """The same in every run: check and subject."""
        return f"{self.check.id}/{self.subject.kind}/{self.subject.id}"

    @property
    def status(self) -> Status:
        """PASS, FAIL or UNKNOWN."""
        return self.said.status

    @property
    def evidence(self) -> str:
        """What the verdict rests on."""
        return self.said.evidence

    @property
    def counts(self) -> bool:
        """Whether it says that something is not known to be as it should be, and nobody answers for it."""
        return self.status is not Status.PASS and self.muted is None


@lru_cache(maxsize=4096)  # thousands of subjects have the same to say
def good(evidence: str) -> Said:
    """It is as it should be."""
    return Said(status=Status.PASS, evidence=evidence)


@lru_cache(maxsize=4096)
def bad(evidence: str) -> Said:
    """It is not as it should be."""
    return Said(status=Status.FAIL, evidence=evidence)


@lru_cache(maxsize=4096)
def unsure(because: str) -> Said:
    """It could not be told, for this reason."""
    return Said(status=Status.UNKNOWN, evidence=because)
