"""What an organization already has that a first specification should adopt: home Region, accounts, trail, buckets."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from trailkeep.model.archive import Bucket
from trailkeep.model.ids import Region, UnitId, is_opt_in, leader, partition_of
from trailkeep.model.organization import Account, Organization
from trailkeep.model.snapshot import Foreign, Snapshot
from trailkeep.model.trail import Trail
from trailkeep.setup.desired.hub import CSPM_POLICY
from trailkeep.setup.spec.names import bucket_fault, email_fault, trail_fault
from trailkeep.setup.targets import candidates, full_path

LOG_ARCHIVE = re.compile(r"(central)?(log|logs|logging)(archive|archives|s)?(account)?|.*logarchive.*")
SECURITY = re.compile(r"(security)?(tooling|audit|secops|security)(account)?|.*(securitytooling|securityaudit).*")
SANDBOX = re.compile(r".*(sandbox|playground|sbx).*")
"""Names as people give them, compared without case, spaces and signs; Control Tower's are Log Archive and Audit."""

_SECURITY_SERVICES = frozenset({"cloudtrail.amazonaws.com", "config.amazonaws.com", "securityhub.amazonaws.com"})


def by_control_tower(name: str) -> bool:
    """Whether a trail, bucket or recorder is Control Tower's by its name.

    Source: https://docs.aws.amazon.com/controltower/latest/userguide/config.html
    """
    return name.casefold().startswith(("aws-controltower", "aws-control-tower"))


def control_tower(snapshot: Snapshot) -> tuple[str, ...]:
    """The names of what Control Tower manages here; empty when there is no sign of it."""
    owned = {f.name for f in snapshot.foreign if _key(f.owner) in {"controltower", "awscontroltower"}}
    return tuple(sorted(owned | {t.name for t in snapshot.trails if by_control_tower(t.name)}))


def organization_trails(snapshot: Snapshot) -> tuple[Trail, ...]:
    """The organization trails, those that log first."""
    found = (t for t in snapshot.trails if t.is_organization)
    return tuple(sorted(found, key=lambda t: (t.is_logging is not True, t.name, t.arn)))


def adoptable_trail(snapshot: Snapshot) -> Trail | None:
    """The organization trail to go on with: not Control Tower's, in a Region that every account has."""
    return next((t for t in organization_trails(snapshot) if _is_ours_to_keep(t, snapshot)), None)


def home_region(snapshot: Snapshot) -> tuple[Region, str]:
    """The home Region to propose and why: where the organization trail is, else where most trails are, else the leader.

    Never an opt-in Region: members that have not enabled it would send nothing.
    """
    own = snapshot.organization.partition
    if (trail := adoptable_trail(snapshot)) is not None:
        return trail.home_region, f"the home Region of the organization trail {trail.name}"
    for trail in organization_trails(snapshot):
        if _suits(trail.home_region, own):
            return trail.home_region, f"the home Region of the organization trail {trail.name}"
    regions = Counter(t.home_region for t in snapshot.trails if _suits(t.home_region, own))
    if regions:
        best = min(regions, key=lambda r: (-regions[r], r))
        return best, f"{regions[best]} of {len(snapshot.trails)} trails have their home here"
    return leader(own), "enabled in every account"


def log_archive(snapshot: Snapshot) -> Account | None:
    """The account that keeps the logs already: Control Tower's by its bucket, else by its name."""
    marks = (f for f in snapshot.foreign if f.kind == "bucket" and f.name.startswith("aws-controltower-logs-"))
    return _marked(marks, snapshot) or _named(LOG_ARCHIVE, snapshot, lambda _: True)


def security(snapshot: Snapshot, archive: Account | None) -> Account | None:
    """The security account: by its name, else the delegated administrator of a logging service."""
    organization = snapshot.organization

    def is_free(account: Account) -> bool:
        return archive is None or account.id != archive.id

    if (named := _named(SECURITY, snapshot, is_free)) is not None:
        return named
    delegated = {d.account for d in organization.delegations if d.service in _SECURITY_SERVICES}
    found = (a for a in adoptable(organization) if a.id in delegated and is_free(a))
    return next(found, None)


def adoptable(organization: Organization) -> Iterator[Account]:
    """The active members that a specification can name: with an e-mail address that AWS accepts, in order of id."""
    for _, account in sorted(organization.accounts.items()):
        if account.is_active and account.id != organization.management and not email_fault(account.email):
            yield account


def unit_name(unit: UnitId, organization: Organization) -> str:
    """The shortest text that means exactly this unit: its name, its path, or else its id."""
    if unit == organization.root:
        return "root"
    texts = (organization.units[unit].name, organization.path(unit), full_path(unit, organization))
    clear = (t for t in texts if t.isprintable() and t.strip() == t and candidates(t, organization) == (unit,))
    return next(clear, unit)


def canary(snapshot: Snapshot, dedicated: Iterable[str]) -> UnitId | None:
    """A sandbox unit with active accounts: a bad guardrail would do least harm there.

    `dedicated` are the units and accounts that hold the dedicated accounts: a sandbox above one of them will not do.
    """
    organization = snapshot.organization
    kept = {level for target in dedicated for level in organization.chain(target)}
    sandboxes = (u for u in _units(organization) if SANDBOX.fullmatch(_key(organization.units[u].name)))
    return next((u for u in sandboxes if u not in kept and _is_inhabited(u, organization)), None)


def inhabited(snapshot: Snapshot) -> tuple[UnitId, ...]:
    """The top-level units with active accounts, sandboxes left out, in the order of their names."""
    organization = snapshot.organization
    return tuple(
        u
        for u in _units(organization)
        if organization.units[u].parent == organization.root
        and not SANDBOX.fullmatch(_key(organization.units[u].name))
        and _is_inhabited(u, organization)
    )


def trail_bucket(snapshot: Snapshot, archive: Account | None, home: str) -> Bucket | None:
    """The bucket of the log archive into which the organization trail delivers already."""
    trail = adoptable_trail(snapshot)
    return _bucket(trail.bucket, snapshot, archive, home) if trail is not None else None


def config_bucket(snapshot: Snapshot, archive: Account | None, home: str, taken: Bucket | None) -> Bucket | None:
    """The bucket of the log archive into which most delivery channels deliver; Config needs it without Object Lock."""
    names = Counter(c.channel.bucket for cells in snapshot.cells.values() for c in cells.values() if c.channel)
    for name, _ in sorted(names.items(), key=lambda item: (-item[1], item[0])):
        bucket = _bucket(name, snapshot, archive, home)
        if bucket is not None and bucket.lock is None and (taken is None or bucket.name != taken.name):
            return bucket
    return None


def hub_governor(snapshot: Snapshot, security: Account | None) -> str:
    """Who governs Security Hub already, so that a proposal leaves it alone; "" where nobody does."""
    hub = snapshot.monitoring.hub if snapshot.monitoring else None
    if snapshot.organization.policy_types.get(CSPM_POLICY) == "ENABLED" or (hub and hub.status == "DISABLED"):
        return "policies of AWS Organizations govern it"
    if hub and hub.administrator and (security is None or hub.administrator != security.id):
        return f"{hub.administrator} administers it already"
    return ""


def new_email(tag: str, organization: Organization, taken: Iterable[str] = ()) -> str:
    """A new address that reaches the same mailbox as the management account's, by plus-addressing."""
    used = {a.email.casefold() for a in organization.accounts.values()} | {t.casefold() for t in taken}
    management = organization.accounts.get(organization.management)
    local, _, domain = (management.email if management else "").partition("@")
    local = local.split("+")[0]
    for number in count(1):
        suffix = tag if number == 1 else f"{tag}-{number}"
        for email in (f"{local}+{suffix}@{domain}", f"{suffix}@{domain}", f"aws+{suffix}@example.com"):
            if not email_fault(email) and email.casefold() not in used and not email.startswith("+"):
                return email
    raise AssertionError  # count() does not end


def new_name(name: str, organization: Organization, taken: Iterable[str] = ()) -> str:
    """A name that no account has yet; two accounts of one name are legal, and a trap."""
    used = {a.name.casefold() for a in organization.accounts.values()} | {t.casefold() for t in taken}
    return next(n for n in _numbered(name) if n.casefold() not in used)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} {number}" for number in count(2))


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _suits(region: Region, partition: str) -> bool:
    return not is_opt_in(region) and (partition_of(region) == partition or partition.startswith("aws-iso"))


def _is_ours_to_keep(trail: Trail, snapshot: Snapshot) -> bool:
    foreign = {f.name for f in snapshot.foreign if f.kind == "trail"}
    is_named_well = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]", trail.name) and not trail_fault(
        trail.name
    )
    is_free = not by_control_tower(trail.name) and trail.name not in foreign
    return bool(is_named_well) and is_free and _suits(trail.home_region, snapshot.organization.partition)


def _bucket(name: str, snapshot: Snapshot, archive: Account | None, home: str) -> Bucket | None:
    bucket = snapshot.bucket(name)
    if bucket is None or archive is None or by_control_tower(name) or bucket_fault(name):
        return None
    is_there = bucket.account == archive.id and bucket.region == home
    return bucket if is_there and re.fullmatch(r"[a-z0-9][a-z0-9.-]*[a-z0-9]", name) else None


def _marked(marks: Iterable[Foreign], snapshot: Snapshot) -> Account | None:
    owners = {m.account for m in marks}
    return next((a for a in adoptable(snapshot.organization) if a.id in owners), None)


def _named(pattern: re.Pattern[str], snapshot: Snapshot, is_free: Callable[[Account], bool]) -> Account | None:
    found = [a for a in adoptable(snapshot.organization) if pattern.fullmatch(_key(a.name)) and is_free(a)]
    return min(found, key=lambda a: (len(_key(a.name)), a.id), default=None)


def _units(organization: Organization) -> Iterator[UnitId]:
    """Every unit below the root, higher ones first."""
    below = (u for u in organization.units if u != organization.root)
    return iter(sorted(below, key=lambda u: (len(organization.chain(u)), organization.units[u].name, u)))


def _is_inhabited(unit: UnitId, organization: Organization) -> bool:
    return any(a.is_active and a.id != organization.management for a in organization.under(unit))
