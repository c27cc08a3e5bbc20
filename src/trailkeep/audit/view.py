"""A Snapshot as checks see it: what is expected and what was seen, indexed once, with what could not be read."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from trailkeep.audit.finding import Kind, Mute, Subject
from trailkeep.audit.promise import Promise
from trailkeep.audit.results import Covered, Verified
from trailkeep.authz.prove.proof import Proof
from trailkeep.model.archive import Bucket, Key
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import Organization, Policy
from trailkeep.model.snapshot import Cell, Snapshot, Unreachable
from trailkeep.model.trail import Trail

_ACCOUNT = re.compile(r"[0-9]{12}")

NOT_OFFERED = "not offered"
"""The reason of an Unreachable where a service does not exist in a Region: nothing to find, nothing unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An expected account and Region. `trails`, `config` and `alarms` say why that is not known, "" where it is.

    Without a Region (they could not be read) it stands for all of the account's.
    """

    account: AccountId
    region: Region | None
    subject: Subject
    cell: Cell | None
    trails: str
    config: str
    alarms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A bucket of the archive, for trails or for AWS Config, as it was expected; None where it was not seen.

    `lost` says why it could not be read, "" where nothing was in the way.
    """

    use: str
    subject: Subject
    bucket: Bucket | None
    lost: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A key that the archive is encrypted with; None where it was not read."""

    subject: Subject
    key: Key | None


def _why(lost: Unreachable) -> str:
    """The reason, with what would help."""
    if lost.reason == NOT_OFFERED or not lost.hint:
        return lost.reason or "it could not be read"
    return f"{lost.reason}; {lost.hint}"


@dataclass(frozen=True, kw_only=True)
class View:
    """Everything a check may ask. Proofs, verifications and coverage are None where nobody asked for them."""

    snapshot: Snapshot
    promise: Promise
    now: datetime
    proofs: Mapping[str, Proof] | None = None
    verified: Verified | None = None
    covered: Covered | None = None
    mutes: tuple[Mute, ...] = ()
    _subjects: dict[tuple[Kind, str], Subject] = field(default_factory=dict, repr=False, compare=False)

    @property
    def organization(self) -> Organization:
        """The organization of the snapshot."""
        return self.snapshot.organization

    @cached_property
    def whole(self) -> Subject:
        """The organization as a subject."""
        found = self.organization
        return Subject(kind="organization", id=found.id, name="the organization", account=found.management)

    def account(self, account: str) -> Subject:
        """An account as a subject, always the same one."""
        key: tuple[Kind, str] = ("account", account)
        if key not in self._subjects:
            known = self.organization.accounts.get(AccountId(account))
            name = known.name if known else account
            self._subjects[key] = Subject(kind="account", id=account, name=name, account=account)
        return self._subjects[key]

    def trail_subject(self, trail: Trail) -> Subject:
        """A trail as a subject."""
        return Subject(kind="trail", id=trail.arn, name=trail.name, account=trail.owner, region=trail.home_region)

    def policy_subject(self, policy: Policy) -> Subject:
        """An SCP or RCP as a subject."""
        return Subject(kind="policy", id=policy.id, name=policy.name, account=self.organization.management)

    def lost(self, account: str, region: str, what: str, *, whole: bool = False) -> str:
        """Why `what` of an account (of its `region`, unless "") is not known; "" where it is.

        As Snapshot.unread, without looking through everything that was lost. `whole` asks for nothing but `what`
        itself: an account's "config" is known although the "config rules" of the organization are not.
        """
        for u in self._losses.get(account, ()):
            if u.region in {"", region} and (u.what in {"", what} or (not whole and u.what.startswith(what))):
                return _why(u)
        return ""

    @cached_property
    def _losses(self) -> Mapping[str, list[Unreachable]]:
        found: defaultdict[str, list[Unreachable]] = defaultdict(list)
        for lost in self.snapshot.unreachable:
            found[lost.account].append(lost)
        return found

    @cached_property
    def cells(self) -> tuple[Seen, ...]:
        """Every expected account and Region, in order; closed and excluded ones are not among them."""
        found: list[Seen] = []
        for account in self.promise.accounts:
            if self.organization.accounts[account].regions is None:
                because = self.lost(account, "", "regions") or "which Regions it has enabled could not be read"
                found.append(
                    Seen(
                        account=account,
                        region=None,
                        subject=self.account(account),
                        cell=None,
                        trails=because,
                        config=because,
                        alarms=because,
                    )
                )
            found.extend(self._seen(account, region) for region in self.promise.cells.get(account, ()))
        return tuple(found)

    def _seen(self, account: AccountId, region: Region) -> Seen:
        cell = self.snapshot.cell(account, region)
        unseen = "" if cell is not None else "it is not in the snapshot"
        name = f"{self.account(account).name} {region}"
        return Seen(
            account=account,
            region=region,
            subject=Subject(kind="cell", id=f"{account}/{region}", name=name, account=account, region=region),
            cell=cell,
            trails=self.lost(account, region, "trails") or unseen,
            config=self.lost(account, region, "config", whole=True) or unseen,
            alarms=self.lost(account, region, "alarms") or unseen,
        )

    @cached_property
    def trails(self) -> tuple[Trail, ...]:
        """The trails that central logging rests on: those that were promised, and those that deliver to the archive."""
        wanted, bucket = self.promise.trail_arns, self.promise.trail_bucket
        found = (t for t in self.snapshot.trails if t.arn in wanted or (bucket and t.bucket == bucket))
        return tuple(sorted(found, key=lambda t: t.arn))

    @cached_property
    def arns(self) -> frozenset[str]:
        """Their ARNs."""
        return frozenset(t.arn for t in self.trails)

    @cached_property
    def organization_trails(self) -> tuple[Trail, ...]:
        """Those of them that are of the organization."""
        return tuple(t for t in self.trails if t.is_organization)

    @cached_property
    def own_trails(self) -> Mapping[AccountId, tuple[Trail, ...]]:
        """Those of them that are one account's alone."""
        found: defaultdict[AccountId, list[Trail]] = defaultdict(list)
        for trail in self.trails:
            if not trail.is_organization:
                found[trail.owner].append(trail)
        return {account: tuple(own) for account, own in found.items()}

    def hearing(self, account: AccountId) -> tuple[Trail, ...]:
        """The trails of the archive in whose scope an account is."""
        return (*self.organization_trails, *self.own_trails.get(account, ()))

    @cached_property
    def holders(self) -> tuple[Holder, ...]:
        """The buckets that are the archive, whether they were seen or not."""
        names = (("trail", self.promise.trail_bucket), ("config", self.promise.config_bucket))
        found: dict[str, Holder] = {}
        for use, name in names:
            if name and name not in found:
                found[name] = self._holder(use, name)
        return tuple(found.values())

    def _holder(self, use: str, name: str) -> Holder:
        bucket = self.snapshot.bucket(name)
        owner = bucket.account if bucket else (self.promise.archive or "")
        region = bucket.region if bucket else (self.promise.home or "")
        return Holder(
            use=use,
            subject=Subject(kind="bucket", id=name, name=name, account=owner, region=region),
            bucket=bucket,
            lost="" if bucket else self._lost_bucket(owner, name),
        )

    def _lost_bucket(self, owner: str, name: str) -> str:
        """Why a bucket that is not in the snapshot may be there all the same: it, all buckets, or the account."""
        around = {"", "buckets", f"bucket {name}"}
        return next((_why(u) for u in self._losses.get(owner, ()) if u.what in around and (u.what or not u.region)), "")

    def holder(self, use: str) -> Bucket | None:
        """The bucket for trails or for AWS Config, if it was seen."""
        return next((h.bucket for h in self.holders if h.use == use), None)

    @cached_property
    def keys(self) -> tuple[Used, ...]:
        """Every KMS key that trails, channels or buckets of the archive encrypt with."""
        named = {t.kms_key for t in self.trails} | {h.bucket.encryption.key for h in self.holders if h.bucket}
        found = {u.subject.id: u for u in map(self._used, sorted(named - {""}))}
        return tuple(found.values())

    def _used(self, name: str) -> Used:
        return Used(subject=self._key_subject(name), key=self._key(name))

    def _key(self, name: str) -> Key | None:
        return next((k for k in self.snapshot.keys if name in {k.arn, k.alias}), None)

    def _key_subject(self, name: str) -> Subject:
        key, parts = self._key(name), name.split(":")
        owner = key.account if key else (parts[4] if len(parts) > 5 else "")
        region = key.region if key else (parts[3] if len(parts) > 5 else "")
        known, shown = (key.arn, key.alias or key.arn) if key else (name, name)
        return Subject(kind="key", id=known, name=shown, account=owner, region=region)

    @cached_property
    def attached(self) -> Mapping[str, tuple[Policy, ...]]:
        """The SCPs and RCPs at each root, unit and account."""
        found: defaultdict[str, list[Policy]] = defaultdict(list)
        for policy in self.organization.policies:
            for target in policy.targets:
                found[target].append(policy)
        return {target: tuple(policies) for target, policies in found.items()}

    def above(self, account: AccountId) -> tuple[str, ...]:
        """The levels over an account, the root first, itself last."""
        known = self.organization.accounts.get(account)
        if known is None:
            return (account,)
        return (*self._unit_chain(known.parent), account)

    def _unit_chain(self, unit: str) -> tuple[str, ...]:
        if unit not in self._chains:
            self._chains[unit] = self.organization.chain(unit)
        return self._chains[unit]

    @cached_property
    def _chains(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def named(self) -> frozenset[str]:
        """The accounts that some SCP or RCP names."""
        return frozenset(a for p in self.organization.policies for a in _ACCOUNT.findall(p.content))

    @cached_property
    def foreign(self) -> frozenset[tuple[str, str, str]]:
        """What somebody else manages, as (kind, account, name)."""
        return frozenset((f.kind, f.account, f.name) for f in self.snapshot.foreign)
