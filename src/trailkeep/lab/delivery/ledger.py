"""What CloudTrail remembers of every trail: events not yet delivered, digest chains, and how delivery went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from trailkeep.lab.delivery.events import Event
from trailkeep.lab.delivery.signing import KeyRing
from trailkeep.lab.world import World
from trailkeep.verify.digest import Link, LogFile

Cell = tuple[str, str]
"""An account and a Region."""


@dataclass(slots=True, kw_only=True)
class Chain:
    """The digests of one account and Region: the next one begins at `begins` and lists `files`, each with its time."""

    begins: float
    previous: Link | None = None
    backfilled: Link | None = None
    files: list[tuple[float, LogFile]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How the last deliveries for an account and Region went; times in seconds since the epoch, errors S3's codes."""

    delivered: float | None = None
    digested: float | None = None
    error: str | None = None
    failed: float | None = None


@dataclass(slots=True, kw_only=True)
class Line:
    """One trail that logs. `trail` is moto's record; `organization` is the layout under which the chains began.

    `since` is when it started to log and `served` when it was last looked after, seconds since the epoch.
    """

    trail: Any
    since: float
    organization: bool
    pending: dict[Cell, list[tuple[float, Event]]] = field(default_factory=lambda: defaultdict(list))
    chains: dict[Cell, Chain] = field(default_factory=dict)
    served: float | None = None


@dataclass(slots=True, kw_only=True)
class ConfigPast:
    """What Config delivered for an account and Region; `seen` fingerprints each type's last history.

    `history_at` ends the last six hours looked at, `written_at` the last of which a history file was written.
    """

    began: float = 0.0
    history_at: float | None = None
    written_at: float | None = None
    snapshot_at: float | None = None
    seen: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The last change of a resource that Config noticed: a fingerprint of what it became, and when."""

    fingerprint: str
    time: float


class Ledger:
    """All lines by trail ARN; outcomes outlive them, as a trail's status does.

    `listeners` are told every event before a trail that its call stopped is forgotten; `rounds` are made whenever
    deliveries go out, for what else happens as time goes on.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.keys = KeyRing(seed)
        self.lines: dict[str, Line] = {}
        self.outcomes: dict[tuple[str, Cell], Outcome] = defaultdict(Outcome)
        self.holds: dict[Cell, float] = {}
        self.config: dict[Cell, ConfigPast] = {}
        self.captures: dict[Cell, dict[tuple[str, str], Capture]] = defaultdict(dict)
        self.last_run: float | None = None
        self.written = 0
        self.listeners: list[Callable[[Event], None]] = []
        self.rounds: list[Callable[[World], None]] = []

    def forget(self, arn: str) -> None:
        """Forget how delivery went for a trail that is gone."""
        for key in [key for key in self.outcomes if key[0] == arn]:
            del self.outcomes[key]


_LEDGERS: WeakKeyDictionary[World, Ledger] = WeakKeyDictionary()


def ledger_of(world: World) -> Ledger:
    """The ledger of an embedded organization; it stands beside the world, which knows nothing of delivery."""
    found = _LEDGERS.get(world)
    if found is None:
        found = _LEDGERS[world] = Ledger(world.faults._seed)
    return found
