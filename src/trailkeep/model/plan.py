"""A Plan: the changes sorted by stage, and what the plan has to say besides."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from trailkeep.model.change import Change
from trailkeep.model.snapshot import Snapshot, Unreachable
from trailkeep.model.trail import Trail

NoteKind = Literal["left alone", "refused", "open", "excluded", "cost", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the plan does not change, and why: a resource of another owner, a guardrail that would be unsafe.

    `left alone`, `excluded`, `cost` and `waiting` (for somebody) are for information; `refused` and `open` leave the
    work incomplete.
    """

    kind: NoteKind
    subject: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A trail that records what another already does; `monthly_cost` in US dollars, None when volumes are unknown.

    Each copy of management events after the first costs $2.00 per 100,000 events
    (https://aws.amazon.com/cloudtrail/pricing/).
    """

    trail: Trail
    monthly_cost: float | None
    managed_by: str = ""
    """Its owner, such as Control Tower, who alone may stop it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What stands between the organization and the specification."""

    changes: tuple[Change, ...]
    notes: tuple[Note, ...]
    duplicates: tuple[Duplicate, ...]
    unreachable: tuple[Unreachable, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left out because it could not be read or would be unsafe."""
        return not self.unreachable and not any(n.kind in {"refused", "open"} for n in self.notes)


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Sorted by stage; inside a stage the order in which they were thought of is kept."""
    return tuple(sorted(changes, key=lambda change: change.when))


def after(changes: Iterable[Change], snapshot: Snapshot) -> Snapshot:
    """The snapshot that would be taken once `changes` are made."""
    return reduce(lambda seen, change: change.apply_to(seen), changes, snapshot)
