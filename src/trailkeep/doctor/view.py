"""What a cause looks at: a Snapshot, what a specification wants of it, and what live probes answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from trailkeep.authz.policy import Policy
from trailkeep.authz.prove.world import bucket_policy, key_policy
from trailkeep.doctor.verdict import Answer, Probe, Unsure
from trailkeep.errors import SpecError
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId, Partition, Region
from trailkeep.model.organization import Account, Organization
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.model.trail import Trail, TrailStatus
from trailkeep.setup.desired import Desired, desire
from trailkeep.setup.places import Places, by_email, expected_cells, find
from trailkeep.setup.spec import Spec

if TYPE_CHECKING:
    from trailkeep.doctor.verified import Verified

ACCESS_ROLE = "OrganizationAccountAccessRole"
FRESH = timedelta(hours=3)
"""CloudTrail writes a digest every hour, with or without events; two may be late.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the person is looking at; None and "" where they did not say."""

    account: AccountId | None = None
    region: Region | None = None
    day: date | None = None
    looked_at: str = ""
    reader: str = ""
    retention_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One account in one Region that should log; no cell where it could not be read."""

    account: AccountId
    region: Region
    cell: Cell | None


@dataclass(frozen=True, kw_only=True)
class View:
    """A Snapshot with what is known besides; asked by every cause, so what it works out is kept."""

    snapshot: Snapshot
    spec: Spec | None = None
    answers: Mapping[Probe, Answer] = field(default_factory=dict)
    verified: "Verified | None" = None
    """What `trailkeep verify` found, if the person has it."""
    memory: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
    """What was worked out for one cause and serves others; see `walk`."""

    @property
    def organization(self) -> Organization:
        """The organization of the snapshot."""
        return self.snapshot.organization

    @property
    def partition(self) -> Partition:
        """The organization's partition."""
        return self.organization.partition

    @cached_property
    def places(self) -> Places | None:
        """Who is who by the specification; None without one, or where it does not fit (a closed account)."""
        try:
            return find(self.spec, self.snapshot) if self.spec else None
        except SpecError:
            return None

    @cached_property
    def desired(self) -> Desired | None:
        """What the specification means here, if there is one that fits."""
        if self.spec is None or self.places is None:
            return None
        try:
            return desire(self.spec, self.snapshot)
        except SpecError:
            return None

    @cached_property
    def trails(self) -> tuple[Trail, ...]:
        """The trails that should feed the archive: those specified; else organization trails; else all there are."""
        seen = self.snapshot.trails
        everywhere = tuple(t for t in seen if t.is_organization)
        if self.desired is not None and self.desired.trails:
            wanted = {t.arn for t in self.desired.trails}
            ours = tuple(t for t in seen if t.arn in wanted)
            return ours or everywhere or tuple(t for t in seen if t.bucket == self.desired.places.trail_bucket)
        return everywhere or seen

    @cached_property
    def _hearing(self) -> tuple[tuple[Trail, ...], Mapping[AccountId, tuple[Trail, ...]]]:
        own: dict[AccountId, tuple[Trail, ...]] = {}
        for trail in self.trails:
            if not trail.is_organization:
                own[trail.owner] = (*own.get(trail.owner, ()), trail)
        return tuple(t for t in self.trails if t.is_organization), own

    def hearing(self, account: AccountId) -> tuple[Trail, ...]:
        """The trails in whose scope an account is, whether they run or not."""
        everywhere, own = self._hearing
        return (*everywhere, *own.get(account, ()))

    @cached_property
    def archive_account(self) -> Account | None:
        """The log archive, active or not: as specified, or the owner of the bucket that trails deliver into."""
        if self.spec is not None:
            return by_email(self.organization, self.spec.accounts.log_archive.email)
        owners = [b.account for b in self.trail_buckets]
        return self.organization.accounts.get(owners[0]) if owners else None

    @cached_property
    def trail_buckets(self) -> tuple[Bucket, ...]:
        """The buckets seen that trails deliver into, and the one that was specified."""
        names = {t.bucket for t in self.trails} | ({self.places.trail_bucket} if self.places else set())
        return tuple(b for b in self.snapshot.buckets if b.name in names)

    @cached_property
    def config_names(self) -> tuple[str, ...]:
        """Where AWS Config should deliver: as specified, or where most of it does."""
        if self.places is not None:
            return (self.places.config_bucket,)
        counts: dict[str, int] = {}
        for cells in self.snapshot.cells.values():
            for cell in cells.values():
                if cell.channel:
                    counts[cell.channel.bucket] = counts.get(cell.channel.bucket, 0) + 1
        return (max(sorted(counts), key=lambda name: counts[name]),) if counts else ()

    @cached_property
    def config_buckets(self) -> tuple[Bucket, ...]:
        """The buckets seen that AWS Config should deliver into."""
        return tuple(b for b in self.snapshot.buckets if b.name in self.config_names)

    @cached_property
    def archive(self) -> tuple[Bucket, ...]:
        """The buckets of the archive that were seen: as specified, else those that are delivered into."""
        found = tuple(dict.fromkeys((*self.trail_buckets, *self.config_buckets)))
        if self.desired is None:
            return found
        names = {b.name for b in self.desired.buckets}
        ours = tuple(b for b in found if b.name in names or not self.desired.trails)
        return ours or found

    @cached_property
    def archive_names(self) -> tuple[str, ...]:
        """The names of the archive's buckets, seen or not."""
        named = [b.name for b in self.desired.buckets] if self.desired else []
        if self.desired is None or not self.desired.trails:
            named += [*(t.bucket for t in self.trails), *self.config_names]
        return tuple(dict.fromkeys(name for name in named if name))

    @cached_property
    def _expected(self) -> Mapping[AccountId, tuple[Region, ...]]:
        if self.spec is not None:
            try:
                return expected_cells(self.spec, self.snapshot)
            except SpecError:
                pass
        return {a.id: tuple(sorted(a.regions or ())) for a in self.snapshot.active()}

    def accounts(self, subject: Subject) -> Iterator[tuple[AccountId, tuple[Region, ...]]]:
        """The accounts that should log, with their Regions, as far as the person asks."""
        for account, regions in self._expected.items():
            if subject.account in {None, account}:
                yield account, tuple(r for r in regions if subject.region in {None, r})

    def spots(self, subject: Subject) -> tuple[Spot, ...]:
        """The accounts and Regions that should log, as far as the person asks; worked out once."""
        key = "spots", subject.account, subject.region
        if key not in self.memory:
            self.memory[key] = tuple(self._spots(subject))
        return self.memory[key]  # type: ignore[return-value]

    def _spots(self, subject: Subject) -> Iterator[Spot]:
        for account, regions in self.accounts(subject):
            mine = self.snapshot.cells.get(account, {})
            for region in regions:
                yield Spot(account=account, region=region, cell=mine.get(region))

    def foreign_recorder(self, spot: Spot) -> bool:
        """Whether somebody else (Control Tower, a landing zone) manages the recorder there."""
        name = spot.cell.recorder.name if spot.cell and spot.cell.recorder else ""
        return bool(name) and (spot.account, name) in self._foreign

    @cached_property
    def _foreign(self) -> frozenset[tuple[AccountId, str]]:
        return frozenset((f.account, f.name) for f in self.snapshot.foreign if f.kind == "recorder")

    def status(self, trail: Trail, spot: Spot) -> TrailStatus | None:
        """What GetTrailStatus says there; an account's own trail is asked in its home Region."""
        cell = spot.cell if trail.is_organization else self.snapshot.cell(trail.owner, trail.home_region)
        return next((s for s in cell.trails if s.arn == trail.arn), None) if cell else None

    def arrives(self, spot: Spot) -> bool:
        """Whether CloudTrail delivered from there lately, by its own status, and reports no error."""
        for trail in self.hearing(spot.account):
            status = self.status(trail, spot)
            if status is None or status.delivery_error or status.digest_error:
                continue
            last = max((t for t in (status.delivered, status.digest_delivered) if t), default=None)
            if last is not None and self.snapshot.taken - last <= FRESH:
                return True
        return False

    def name(self, account: str) -> str:
        """An account as a person knows it."""
        known = self.organization.accounts.get(AccountId(account)) if AccountId.pattern.fullmatch(account) else None
        return f"{known.name} ({account})" if known else account

    def place(self, spot: Spot) -> str:
        """An account and Region in words."""
        return f"{self.name(spot.account)} {spot.region}"

    def told(self, probe: Probe) -> Answer | None:
        """What AWS answered to a probe, if it was asked."""
        return self.answers.get(probe)

    @cached_property
    def blinded(self) -> frozenset[AccountId]:
        """The accounts of which anything could not be read."""
        return frozenset(u.account for u in self.snapshot.unreachable)

    def lost(self, account: AccountId, region: str, what: str, where: str) -> Unsure | None:
        """An Unsure for something that could not be read, if so."""
        blind = self.snapshot.unread(account, region, what) if account in self.blinded else None
        if blind is None:
            return None
        return Unsure(where=where, because=f"could not be read: {blind.reason}", tell=blind.hint, lost=True)

    def policy_of(self, bucket: Bucket) -> Policy | None:
        """A bucket's policy, compiled."""
        return bucket_policy(bucket)

    def policy_of_key(self, key: Key) -> Policy | None:
        """A key's policy, compiled."""
        return key_policy(key)

    def key(self, name: str) -> Key | None:
        """The key of that ARN, alias or id, if it was seen."""
        if not name:
            return None
        if ":key/" in name:
            return next((k for k in self.snapshot.keys if k.arn == name), None)
        names = {name, name.rpartition(":")[2]}
        return next((k for k in self.snapshot.keys if names & {k.arn, k.alias, k.arn.rpartition("/")[2]}), None)

    @property
    def access_role(self) -> str:
        """The role by which members are entered."""
        return self.spec.organization.access_role if self.spec else ACCESS_ROLE
