"""What a proof comes to: a verdict for each claim, with the requests that break it or the statements that hold it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from trailkeep.authz.prove.attacker import Attacker
from trailkeep.authz.prove.deed import Deed
from trailkeep.authz.prove.witness import Witness
from trailkeep.authz.request import Reason


class Verdict(StrEnum):
    """What is known of a claim."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A request that breaks a claim: who, what, and the evaluator's decision on it."""

    deed: Deed
    attacker: Attacker
    witness: Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What keeps one class of principals from one deed: each of `alone` would do without the others.

    `together` are statements that only hold jointly; both are () where nothing grants it in the first place.
    """

    deed: Deed
    attacker: Attacker
    alone: tuple[Reason, ...]
    together: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A question that has no answer, and why."""

    subject: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The verdict on one claim. REFUTED as soon as one hole is known, PROVED only when every question was answered."""

    claim: str
    title: str
    holes: tuple[Hole, ...]
    guards: tuple[Guard, ...]
    unsettled: tuple[Unsettled, ...]
    because: str = ""
    """Why it holds although nothing was asked."""

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        if self.holes:
            return Verdict.REFUTED
        return Verdict.UNKNOWN if self.unsettled or not (self.guards or self.because) else Verdict.PROVED


def gathered(claim: str, title: str, found: Iterable[Hole | Guard | Unsettled], because: str = "") -> Proof:
    """The proof made of its answers."""
    answers = tuple(found)
    return Proof(
        claim=claim,
        title=title,
        holes=tuple(a for a in answers if isinstance(a, Hole)),
        guards=tuple(a for a in answers if isinstance(a, Guard)),
        unsettled=tuple(dict.fromkeys(a for a in answers if isinstance(a, Unsettled))),
        because="" if answers else because,
    )
