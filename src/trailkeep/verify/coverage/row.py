"""What is said of one account in one Region: which cells are covered, and for all the others why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trailkeep.verify.coverage.window import Window, runs


class State(StrEnum):
    """Of a cell. UNKNOWN is what could not be read or decided, and never counts as covered."""

    COVERED = "COVERED"
    UNCOVERED = "UNCOVERED"
    UNKNOWN = "UNKNOWN"
    NOT_EXPECTED = "NOT EXPECTED"


class Why(StrEnum):
    """Why a cell is not covered."""

    EXCLUDED = "excluded"
    ACCOUNT_STATE = "account-state"
    BEFORE_JOINING = "before-joining"
    REGION_NOT_WANTED = "region-not-wanted"
    REGION_ENABLED = "region-enabled"
    TRAIL_STARTED = "trail-started"
    EXPIRED = "expired"
    PERHAPS_EXPIRED = "perhaps-expired"
    NEW_ACCOUNT = "new-account"
    NO_TRAIL = "no-trail"
    STOPPED = "logging-stopped"
    DELETED = "trail-deleted"
    CHANGED = "trail-changed"
    DELIVERY_ERROR = "delivery-error"
    REMOVED = "removed"
    NO_DIGEST = "no-digest"
    NOTHING = "nothing-there"
    UNREADABLE = "unreadable"
    NO_VALIDATION = "no-validation"
    REGION_TIME = "region-time-unknown"
    NO_SNAPSHOT = "no-snapshot"
    RECORDER = "recorder"
    NOT_THEN = "perhaps-not-set-up"
    NO_SNAPSHOTS = "no-config-snapshots"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why, in words; `remedy` is what to do, or what would tell."""

    why: Why
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Cells that share a state and its reason."""

    state: State
    cells: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One account in one Region. `covered` and the patches' cells part the window: every cell is in exactly one.

    `heard` are the stretches of time that were seen, kept where something is missing: they say when, to the second.
    """

    account: str
    region: str
    covered: int
    patches: tuple[Patch, ...] = ()
    heard: tuple[tuple[datetime, datetime], ...] = ()

    def of(self, state: State) -> int:
        """The cells of a state."""
        if state is State.COVERED:
            return self.covered
        found = 0
        for patch in self.patches:
            found |= patch.cells if patch.state is state else 0
        return found

    @property
    def expected(self) -> int:
        """The cells in which something should be there."""
        return self.covered | self.of(State.UNCOVERED) | self.of(State.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An unbroken stretch of one state and reason; `cells` of the window are touched by it."""

    account: str
    region: str
    start: datetime
    end: datetime
    cells: int
    state: State
    reason: Reason


def gaps(row: Row, window: Window) -> Iterator[Gap]:
    """What is UNCOVERED or UNKNOWN in a row, merged to stretches of time, in order of time."""
    lost = row.of(State.UNCOVERED) | row.of(State.UNKNOWN)
    found = [
        (first, last, patch)
        for patch in row.patches
        if patch.state in {State.UNCOVERED, State.UNKNOWN}
        for first, last in runs(patch.cells)
    ]
    for first, last, patch in sorted(found, key=lambda f: f[0]):
        begin, end = window.begin(first), window.begin(last)
        if not (first and lost >> (first - 1) & 1):
            begin = max([e for s, e in row.heard if s <= begin < e < window.begin(first + 1)], default=begin)
        if not lost >> last & 1:
            end = min([s for s, e in row.heard if window.begin(last - 1) < s < end <= e], default=end)
        yield Gap(
            account=row.account,
            region=row.region,
            start=begin,
            end=end,
            cells=last - first,
            state=patch.state,
            reason=patch.reason,
        )
