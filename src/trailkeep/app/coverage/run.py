"""What one run of coverage works with: the archives, the organization, what is asked, and what comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from trailkeep.app.coverage.place import Archive
from trailkeep.app.coverage.sample import Sample
from trailkeep.app.pool import Pool
from trailkeep.errors import ExitCode
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.spec import Spec
from trailkeep.verify.coverage.expected import Expected
from trailkeep.verify.coverage.row import Row, State
from trailkeep.verify.coverage.totals import Totals, total
from trailkeep.verify.coverage.window import Window
from trailkeep.verify.keys import Base

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud

GRACE: Final = timedelta(hours=3)
"""How long after an hour its digest may still be on its way: chains begin at any minute, and delivery takes time."""

DEFAULT_SPAN: Final = timedelta(days=7)


class Progress(Protocol):
    """Told how far a run is; may be called from many threads."""

    def units(self, total: int) -> None:
        """So many accounts × Regions are looked through."""

    def unit_done(self) -> None:
        """One of them is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person wants to know. `account` and `regions` are empty for all; `sample` objects are read."""

    since: datetime | None = None
    until: datetime | None = None
    accounts: frozenset[str] | None = None
    regions: frozenset[str] = frozenset()
    read: bool = False
    events: bool = False
    config: bool = True
    sample: int = 0
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What is looked at: trail archives, Config archives by bucket, the organization, the specification, the time."""

    archives: tuple[Archive, ...]
    config: Mapping[str, Archive]
    snapshot: Snapshot | None
    spec: Spec | None
    now: datetime
    pool: Pool
    cloud: "Callable[[], Cloud]"


@dataclass(slots=True, kw_only=True)
class Coverage:
    """The answer. `days` and `config` are AWS Config's, empty where it was not looked at."""

    window: Window
    days: Window
    source: str
    rows: list[Row] = field(default_factory=list)
    config: list[Row] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    sample: Sample | None = None
    enabled: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """When opt-in Regions were enabled, as far as the event history was asked."""
    is_complete: bool = True
    """Whether it is known which accounts and Regions there should be."""

    @property
    def totals(self) -> Totals:
        """Hours by state."""
        return total(self.rows, self.window)

    @property
    def config_totals(self) -> Totals:
        """Days of AWS Config by state."""
        return total(self.config, self.days)

    @property
    def exit_code(self) -> ExitCode:
        """3 for an expected hour that is not covered, or a broken sample; 4 where only something is unknown."""
        sums = (self.totals, self.config_totals)
        taken = self.sample.taken if self.sample else ()
        state = self.sample.retention.state if self.sample else State.COVERED
        if any(s.uncovered for s in sums) or any(t.broken for t in taken) or state is State.UNCOVERED:
            return ExitCode.FAILS
        unknown = any(s.unknown for s in sums) or any(t.problem for t in taken) or state is State.UNKNOWN
        return ExitCode.INCOMPLETE if unknown or not self.is_complete else ExitCode.OK


@dataclass(frozen=True, slots=True)
class Unit:
    """One account in one Region, and where its logs may lie."""

    expected: Expected
    places: tuple[tuple[Archive, Base], ...]
