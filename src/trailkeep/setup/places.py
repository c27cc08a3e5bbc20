"""Who is who: the accounts, the Regions and the names a specification speaks of, in this organization."""

from dataclasses import dataclass
from datetime import date

from trailkeep.errors import SpecError
from trailkeep.model.ids import DEFAULT_REGIONS, AccountId, Partition, Region, UnitId, pending
from trailkeep.model.organization import Account, Organization
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.spec import AccountPart, Spec
from trailkeep.setup.targets import candidates, resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The fixed points that every desired resource refers to."""

    partition: Partition
    organization: str
    management: AccountId
    log_archive: AccountId
    security: AccountId
    home: Region
    trail_bucket: str
    config_bucket: str
    key_alias: str
    key_arn: str
    """"" with `encryption: s3`."""
    access_role: str
    """ARN patterns that stand for the role in any account."""
    break_glass: str
    deployer: str

    @property
    def exempt(self) -> tuple[str, ...]:
        """The one exemption list that every guardrail carries where trailkeep itself must be able to act."""
        return (self.access_role, self.break_glass, self.deployer)

    @property
    def root_of_archive(self) -> str:
        """The root user of the archive account."""
        return f"arn:{self.partition}:iam::{self.log_archive}:root"


def find(spec: Spec, snapshot: Snapshot) -> Places:
    """Places in an organization that has (or is about to have) its dedicated accounts."""
    organization = snapshot.organization
    archive = _dedicated(organization, spec.accounts.log_archive)
    security = _dedicated(organization, spec.accounts.security)
    partition, home = organization.partition, spec.organization.home_region
    alias = f"alias/{spec.created.name_prefix}-archive"
    existing = next((k.arn for k in snapshot.keys if k.alias == alias and k.account == security), None)
    key = existing or f"arn:{partition}:kms:{home}:{security}:key/{pending(f'key {spec.created.name_prefix}-archive')}"

    def role(name: str, path: str = "/") -> str:
        return f"arn:{partition}:iam::*:role{path}{name}"

    return Places(
        partition=partition,
        organization=organization.id,
        management=organization.management,
        log_archive=archive,
        security=security,
        home=home,
        trail_bucket=spec.archive.trail_bucket or f"{spec.archive.name}-trail-{archive}-{home}",
        config_bucket=spec.archive.config_bucket or f"{spec.archive.name}-config-{archive}-{home}",
        key_alias=alias,
        key_arn=key if spec.archive.encryption == "kms" else "",
        access_role=role(spec.organization.access_role),
        break_glass=role(spec.guardrails.break_glass_role, spec.created.iam_path),
        deployer=role(spec.guardrails.deployer_role, spec.created.iam_path),
    )


def by_email(organization: Organization, email: str) -> Account | None:
    """The account with that e-mail address, which AWS lets be used only once."""
    return next((a for a in organization.accounts.values() if a.email.casefold() == email.casefold()), None)


def _dedicated(organization: Organization, part: AccountPart) -> AccountId:
    account = by_email(organization, part.email)
    if account is None:
        return AccountId(pending(f"account {part.name}"))
    if not account.is_active:
        raise SpecError(
            f"account {account.name} ({account.id}) is {account.state}, so it cannot be used for {part.name}",
            hint="reopen it (possible for 90 days after it was closed), or name another e-mail address",
        )
    return account.id


def refuse_blindness(places: Places, snapshot: Snapshot) -> None:
    """Nothing can be built on an archive that cannot be entered. Raises SpecError."""
    needed = ((places.log_archive, "buckets"), (places.security, "key aliases"), (places.management, "trails"))
    for account, what in needed:
        blind = snapshot.unread(account, places.home, what)
        if blind is not None:
            raise SpecError(
                f"{what} of {snapshot.organization.accounts[account].name} ({account}) could not be read, and nothing "
                f"is written over what is not known: {blind.reason}",
                hint=blind.hint or "let the access role of the specification be assumed there",
            )


Cells = dict[AccountId, tuple[Region, ...]]


def expected_cells(spec: Spec, snapshot: Snapshot) -> Cells:
    """The accounts and Regions that should log: active, enabled, asked for, not excluded. Unreachable ones too."""
    wanted = spec.organization.regions
    gone = excluded(spec, snapshot.organization, snapshot.taken.date())
    cells: Cells = {}
    for account in snapshot.active():
        enabled = account.regions or ()
        cells[account.id] = tuple(
            r
            for r in sorted(enabled)
            if (wanted == "enabled" or r in wanted) and not gone & {(account.id, None), (account.id, r)}
        )
    return cells


def excluded(spec: Spec, organization: Organization, today: date) -> frozenset[tuple[AccountId, Region | None]]:
    """Accounts (with None) and account-Region pairs that the specification leaves out on that day."""
    out: set[tuple[AccountId, Region | None]] = set()
    for rule in spec.organization.exclude:
        if rule.until is not None and rule.until < today:
            continue
        accounts = set(organization.accounts)
        if rule.account is not None:
            accounts = {AccountId(resolve(rule.account, organization))}
        if rule.ou is not None:
            target = resolve(rule.ou, organization)
            accounts = {a for a in accounts if target in {a, *organization.chain(_seat(spec, organization, a))}}
        out |= {(a, r) for a in accounts for r in (rule.regions or (None,))}
    return frozenset(out)


def _seat(spec: Spec, organization: Organization, account: AccountId) -> UnitId:
    """The unit an account will be in: a dedicated one is moved to where the specification wants it."""
    known = organization.accounts[account]
    parts = (spec.accounts.log_archive, spec.accounts.security)
    wanted = next((p.ou for p in parts if p.email.casefold() == known.email.casefold()), None)
    if wanted is None:
        return known.parent
    unit = next(iter(candidates(wanted, organization, "unit")), organization.root)
    return known.parent if unit in organization.chain(known.parent) else UnitId(unit)


def new_account_regions(snapshot: Snapshot) -> tuple[Region, ...]:
    """What a new account will have: the Regions that are enabled everywhere, as the management account sees them.

    Source: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
    """
    management = snapshot.organization.accounts[snapshot.organization.management]
    known = management.regions
    if known is None:
        return tuple(sorted(DEFAULT_REGIONS))
    return tuple(r for r in sorted(known) if snapshot.organization.partition != "aws" or r in DEFAULT_REGIONS)
