"""What was promised: the specification in this organization, or, without one, what the organization itself implies."""

from collections import Counter
from dataclasses import dataclass

from trailkeep.audit.watching import Watching, specified
from trailkeep.audit.watching_seen import gathered
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Trail
from trailkeep.setup.desired.foreign import foreign_organization_trail
from trailkeep.setup.desired.guardrails import desired_guard
from trailkeep.setup.documents.writers import MEMBER_SUFFIX
from trailkeep.setup.places import Cells, excluded, expected_cells, find
from trailkeep.setup.spec import Spec

YEAR = 365
"""Days kept where nobody said how long: PCI DSS 4.0, requirement 10.5.1, asks for twelve months."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the checks hold the organization to; "" and None where nothing was said and nothing can be inferred.

    `retention_days` None means for ever. `names` are the roles that guardrails exempt. `guarded` are the roles of the
    archive's account that should carry the deny policy, None where nobody asked for it.
    """

    specified: bool
    accounts: tuple[AccountId, ...]
    cells: Cells
    archive: AccountId | None
    security: AccountId | None
    home: Region | None
    trail_bucket: str
    config_bucket: str
    organization_trail: bool
    foreign: bool
    """Whether that trail, and so its bucket, is somebody else's, such as Control Tower's."""
    trail_arns: frozenset[str]
    mfa: bool
    lock_days: int
    retention_days: int | None
    noncurrent_days: int
    kms: bool
    key: str
    data_events: bool
    readers: tuple[str, ...]
    """ARNs of those who should be able to read, of this organization or another."""
    exempt: tuple[str, ...]
    names: frozenset[str]
    resource_policy: bool
    guarded: frozenset[str] | None
    guard: str
    watching: Watching | None = None
    """What should watch the logging, None where nobody asks for it and nothing is seen of it."""


def promised(spec: Spec, snapshot: Snapshot) -> Promise:
    """By the specification. Raises SpecError where it does not fit the organization."""
    places = find(spec, snapshot)
    cells = expected_cells(spec, snapshot)
    out = excluded(spec, snapshot.organization, snapshot.taken.date())
    whole = spec.trail.scope == "organization"
    name = spec.trail.name if whole else spec.trail.name + MEMBER_SUFFIX
    owners = (places.management,) if whole else tuple(cells)
    others = foreign_organization_trail(snapshot)
    arns = {f"arn:{places.partition}:cloudtrail:{places.home}:{owner}:trail/{name}" for owner in owners}
    guard = desired_guard(spec, snapshot, places)
    bucket = others.bucket if others else places.trail_bucket
    return Promise(
        specified=True,
        accounts=tuple(a for a in cells if (a, None) not in out),
        cells=cells,
        archive=places.log_archive,
        security=places.security,
        home=places.home,
        trail_bucket=bucket,
        config_bucket=places.config_bucket,
        organization_trail=whole or others is not None,
        foreign=others is not None,
        trail_arns=frozenset({others.arn} if others else arns),
        mfa=spec.archive.protection == "mfa",
        lock_days=spec.lock.days if spec.lock else 1,
        retention_days=spec.archive.retention_days,
        noncurrent_days=spec.archive.noncurrent_days,
        kms=spec.archive.encryption == "kms",
        key=others.kms_key if others else places.key_arn,
        data_events=spec.trail.log_bucket_data_events,
        readers=tuple(sorted(spec.archive.readers)),
        exempt=places.exempt,
        names=frozenset(pattern.rpartition("/")[2] for pattern in places.exempt),
        resource_policy=spec.guardrails.resource_policy,
        guarded=guard.roles,
        guard=guard.name,
        watching=specified(spec, snapshot, places, cells, bucket),
    )


def implied(snapshot: Snapshot) -> Promise:
    """Without a specification: the archive is where the organization's trail delivers, logs are to be kept a year."""
    trail = _central(snapshot)
    name = trail.bucket if trail else ""
    bucket = snapshot.bucket(name)
    owner = bucket.account if bucket else None
    key = trail.kms_key if trail else ""
    cells = {a.id: tuple(sorted(a.regions or ())) for a in snapshot.active()}
    mfa = bool(bucket and bucket.mfa_delete and not bucket.lock)
    return Promise(
        specified=False,
        accounts=tuple(cells),
        cells=cells,
        archive=owner,
        security=next((k.account for k in snapshot.keys if k.arn == key), None),
        home=trail.home_region if trail else None,
        trail_bucket=name,
        config_bucket=_most_used(snapshot),
        organization_trail=True,
        foreign=foreign_organization_trail(snapshot) is not None,
        trail_arns=frozenset({trail.arn} if trail else ()),
        mfa=mfa,
        lock_days=1,
        retention_days=YEAR,
        noncurrent_days=1,
        kms=True,
        key=key,
        data_events=True,
        readers=(),
        exempt=(),
        names=frozenset({"OrganizationAccountAccessRole"}),
        resource_policy=True,
        guarded=None,
        guard="",
        watching=gathered(snapshot, cells, owner, mfa=mfa),
    )


def _central(snapshot: Snapshot) -> Trail | None:
    """The organization's trail, the running one first; else the trail whose bucket most others share."""
    ours = sorted((t for t in snapshot.trails if t.is_organization), key=lambda t: (t.is_logging is not True, t.arn))
    if ours:
        return ours[0]
    shared = Counter(t.bucket for t in snapshot.trails)
    return max(sorted(snapshot.trails, key=lambda t: t.arn), key=lambda t: shared[t.bucket], default=None)


def _most_used(snapshot: Snapshot) -> str:
    channels = (c.channel for regions in snapshot.cells.values() for c in regions.values())
    counted = Counter(c.bucket for c in channels if c)
    return min(counted, key=lambda name: (-counted[name], name), default="")
