"""The Snapshot: the organization's logging as it was at one moment, with what could not be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from trailkeep.model.archive import Bucket, Key
from trailkeep.model.identity import GuardPolicy, Role
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import EventRule, Monitoring
from trailkeep.model.organization import Account, Organization
from trailkeep.model.recorder import Channel, Recorder
from trailkeep.model.trail import Trail, TrailStatus

VERSION = 2
"""2 knows what watches: monitoring, and the event rules of cells. Files of version 1 are read as not knowing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """Something that could not be read: `region` and `what` are "" when it is the whole account or Region."""

    account: AccountId
    region: str
    what: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One account in one Region, as far as logging goes."""

    recorder: Recorder | None = None
    channel: Channel | None = None
    trails: tuple[TrailStatus, ...] = ()
    service_recorders: tuple[str, ...] = ()
    alarms: tuple[EventRule, ...] = ()
    """Event rules whose names begin with our prefix, on the default bus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A resource somebody else manages (Control Tower, a landing zone, another tool), left alone."""

    owner: str
    kind: str
    name: str
    account: AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Sampled event volume of an account, for costs: management events a month, from `sampled_hours`."""

    account: AccountId
    events_per_month: int
    sampled_hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How much an archive bucket holds, by S3's own daily metrics: objects, and bytes in the Standard class."""

    bucket: str
    objects: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that judges takes one of these; reading happens before, acting after.

    `unreachable` says what could not be read: no judgement may call such a thing fine.
    """

    taken: datetime
    caller: str
    organization: Organization
    cells: Mapping[AccountId, Mapping[Region, Cell]]
    trails: tuple[Trail, ...]
    buckets: tuple[Bucket, ...]
    keys: tuple[Key, ...]
    roles: tuple[Role, ...]
    service_linked_roles: Mapping[AccountId, frozenset[str]]
    guards: tuple[GuardPolicy, ...]
    foreign: tuple[Foreign, ...]
    volumes: tuple[Volume, ...]
    unreachable: tuple[Unreachable, ...]
    holdings: tuple[Holding, ...] = ()
    monitoring: Monitoring | None = None
    """None where it was not read."""

    def cell(self, account: AccountId, region: Region) -> Cell | None:
        """The cell, or None when that Region is not enabled or could not be read."""
        return self.cells.get(account, {}).get(region)

    def blind(self, account: AccountId, region: Region | None = None) -> Unreachable | None:
        """Why nothing is known of `account` (or of its `region`), if so."""
        whole = {"", region or ""}
        return next((u for u in self.unreachable if u.account == account and u.region in whole and not u.what), None)

    def unread(self, account: AccountId, region: str, what: str) -> Unreachable | None:
        """Why `what` of an account (of its `region`, unless "") is not known, if so: it alone, or all around it."""
        return next(
            (
                u
                for u in self.unreachable
                if u.account == account and u.region in {"", region} and (not u.what or u.what.startswith(what))
            ),
            None,
        )

    def active(self) -> Iterator[Account]:
        """The accounts that are expected to log, in order of id."""
        return (a for _, a in sorted(self.organization.accounts.items()) if a.is_active)

    def bucket(self, name: str) -> Bucket | None:
        """The archive bucket of that name, if it was seen."""
        return next((b for b in self.buckets if b.name == name), None)

    def listening(self) -> Mapping[AccountId, tuple[Trail, ...]]:
        """The trails in whose scope each account of `cells` is: asked once, because thousands may have their own."""
        own: dict[AccountId, list[Trail]] = {}
        for trail in self.trails:
            if not trail.is_organization:
                own.setdefault(trail.owner, []).append(trail)
        everywhere = [t for t in self.trails if t.is_organization]
        return {account: (*everywhere, *own.get(account, ())) for account in self.cells}

    def trail(self, owner: AccountId, name: str) -> Trail | None:
        """The trail `owner` calls `name`, if it was seen."""
        return next((t for t in self.trails if t.owner == owner and t.name == name), None)
