"""The ground everything stands on: units and the two dedicated accounts (recipe 1.1)."""

from collections.abc import Iterator

from trailkeep.errors import SpecError
from trailkeep.model.change import Change, CreateAccount, CreateUnit, EnableAllFeatures, MoveAccount
from trailkeep.model.identity import Role
from trailkeep.model.ids import UnitId, pending
from trailkeep.model.organization import Account, Organization, State, Unit
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.documents.statement import document
from trailkeep.setup.places import by_email, new_account_regions
from trailkeep.setup.spec import AccountPart, Spec
from trailkeep.setup.targets import resolve


def ground(spec: Spec, snapshot: Snapshot) -> Iterator[Change]:
    """All features, then each dedicated account in its unit: created, adopted or moved."""
    management = snapshot.organization.management
    if not snapshot.organization.all_features:
        yield EnableAllFeatures(account=management, region="", reason=reasons.ALL_FEATURES)
    for part in (spec.accounts.log_archive, spec.accounts.security):
        for change in _dedicated(spec, snapshot, part):
            yield change
            snapshot = change.apply_to(snapshot)


def _dedicated(spec: Spec, snapshot: Snapshot, part: AccountPart) -> Iterator[Change]:
    organization = snapshot.organization
    management = organization.management
    for unit in _missing_units(part.ou, organization):
        yield CreateUnit(account=management, region="", reason=reasons.DEDICATED_ACCOUNT, unit=unit)
        snapshot = CreateUnit(account=management, region="", reason=reasons.DEDICATED_ACCOUNT, unit=unit).apply_to(
            snapshot
        )
        organization = snapshot.organization
    parent = UnitId(resolve(part.ou, organization, "unit"))
    account = by_email(organization, part.email)
    if account is None:
        account = _new(snapshot, part)
        yield CreateAccount(
            account=management,
            region="",
            reason=reasons.DEDICATED_ACCOUNT,
            new=account,
            role=_access_role(spec, organization, account),
            tags=tuple(sorted(spec.tags.items())),
        )
    if parent not in organization_chain(organization, account):
        yield MoveAccount(
            account=management,
            region="",
            reason=reasons.DEDICATED_ACCOUNT,
            moved=account.id,
            before=account.parent,
            after=parent,
            names=(organization.path(account.parent), organization.path(parent)),
        )


def organization_chain(organization: Organization, account: Account) -> tuple[str, ...]:
    """The units above an account; an account deeper inside the wanted unit is where it should be."""
    return organization.chain(account.parent)


def _missing_units(path: str, organization: Organization) -> Iterator[Unit]:
    try:
        resolve(path, organization, "unit")
    except SpecError:
        if any(u.name == path for u in organization.units.values()) or path.startswith(("ou-", "r-")):
            raise  # ambiguous, or an id that does not exist: creating another would not help
    else:
        return
    parent = organization.root
    for name in path.removeprefix("Root/").split("/"):
        known = next((u for u in organization.units.values() if u.parent == parent and u.name == name), None)
        if known is None:
            known = Unit(id=UnitId(pending(f"unit {parent}/{name}")), name=name, parent=parent)
            yield known
        parent = known.id


def _new(snapshot: Snapshot, part: AccountPart) -> Account:
    organization = snapshot.organization
    return Account(
        id=type(organization.management)(pending(f"account {part.name}")),
        name=part.name,
        email=part.email,
        state=State.ACTIVE,
        parent=organization.root,
        joined=None,
        invited=False,
        regions=new_account_regions(snapshot),
    )


def _access_role(spec: Spec, organization: Organization, account: Account) -> Role:
    """What AWS makes in a new account (botocore model organizations CreateAccount RoleName)."""
    name, partition = spec.organization.access_role, organization.partition
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{partition}:iam::{organization.management}:root"},
        "Action": "sts:AssumeRole",
    }
    return Role(
        account=account.id,
        name=name,
        arn=f"arn:{partition}:iam::{account.id}:role/{name}",
        trust=document([trust]),
        policies=frozenset({f"arn:{partition}:iam::aws:policy/AdministratorAccess"}),
    )
