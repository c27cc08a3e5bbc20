"""What looking for a cause comes to: what was found, what is not known and what would tell, and how it is put right."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What is known of a cause."""

    CONFIRMED = "CONFIRMED"
    RULED_OUT = "RULED OUT"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of the AWS CLI in `account`, with the IAM action and resource it needs.

    `role` is who may run it, filled in when the policies that are in force have been asked (see `remedy.offered`).
    """

    text: str
    account: str
    action: str
    resource: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """How a cause is removed: in words, as commands, as a statement to add to a policy, and by trailkeep.

    `statement` is JSON that goes `into` a policy; `withheld` says which commands are not shown, and what denies them.
    """

    words: str
    commands: tuple[Command, ...] = ()
    statement: str = ""
    into: str = ""
    trailkeep: str = ""
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Probe:
    """One read-only question to AWS; `operation` is botocore's name, `about` what it is asked about."""

    operation: str
    account: str
    region: str = ""
    about: str = ""

    def __str__(self) -> str:
        parts = (self.operation.replace("_", " "), self.about, "in", self.account, self.region)
        return " ".join(p for p in parts if p)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What AWS answered: rows of text by name (each probe says which), or why it did not answer."""

    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    refused: str = ""

    def each(self) -> tuple[dict[str, str], ...]:
        """The rows, by name."""
        return tuple(dict(row) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The cause at work: where, what was seen, and which answer of AWS or which policy says so.

    `probes` would tell more of it, such as who did it.
    """

    where: str
    said: str
    source: str
    fix: Fix | None = None
    probes: tuple[Probe, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """Nothing is known of the cause here: why, and what would tell; `lost` when something could not be read."""

    where: str
    because: str
    probes: tuple[Probe, ...] = ()
    tell: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fine:
    """The cause is not at work here; `because` says what shows it."""

    because: str = ""


Case = Found | Unsure | Fine


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known of one cause: `fine` places rule it out, because of `because`.

    `explained_by` are the confirmed causes that bring it about, `same_as` those told before it that are the same fact.
    """

    cause: str
    state: State
    found: tuple[Found, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    fine: int = 0
    because: str = ""
    fixes: tuple[Fix, ...] = ()
    explained_by: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()

    @property
    def probes(self) -> tuple[Probe, ...]:
        """What to ask AWS, each once."""
        cases: tuple[Found | Unsure, ...] = (*self.unsure, *self.found)
        return tuple(dict.fromkeys(p for case in cases for p in case.probes))

    @property
    def lost(self) -> bool:
        """Whether something that it needs could not be read."""
        return any(u.lost for u in self.unsure)
