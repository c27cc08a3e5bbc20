"""Changes to the organization: units, accounts, and what it has switched on (recipe 1.1)."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from trailkeep.model.change.form import Change, Stage
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId, UnitId
from trailkeep.model.organization import Account, Delegation, Organization, Unit
from trailkeep.model.snapshot import Cell, Snapshot


def _with(snapshot: Snapshot, organization: Organization) -> Snapshot:
    return replace(snapshot, organization=organization)


def _shown(before: bool, after: bool) -> tuple[str, str]:
    return ("on" if before else "off", "on" if after else "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationChange(Change):
    """Made by the management account, one after the other: Organizations refuses concurrent changes."""

    @property
    def lane(self) -> str:
        """One lane for the whole organization."""
        return "organization"

    @property
    def chain(self) -> str:
        return self.resource


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUnit(OrganizationChange):
    """An organizational unit."""

    stage: ClassVar[Stage] = Stage.ACCOUNT
    irreversible: ClassVar[str] = "an empty unit harms nobody and may be in use by then"

    unit: Unit

    @property
    def resource(self) -> str:
        return f"organizational unit {self.unit.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return "", self.unit.name

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset({self.unit.id})

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        units = {**o.units, self.unit.id: self.unit}
        return _with(snapshot, replace(o, units=units).with_full_access(self.unit.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount(OrganizationChange):
    """A member account; AWS makes `role` in it, which trusts the management account.

    Source: botocore model organizations CreateAccount. It is asynchronous and not idempotent.
    """

    stage: ClassVar[Stage] = Stage.ACCOUNT
    irreversible: ClassVar[str] = "an account can only be closed, and takes its logs with it after 90 days"

    new: Account
    role: Role
    tags: tuple[tuple[str, str], ...]

    @property
    def resource(self) -> str:
        return f"account {self.new.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return "", f"{self.new.name} <{self.new.email}>"

    @property
    def confirmation(self) -> str:
        return self.new.name

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset({self.new.id})

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        cells = {region: Cell() for region in self.new.regions or ()}
        return replace(
            snapshot,
            organization=replace(o, accounts={**o.accounts, self.new.id: self.new}).with_full_access(self.new.id),
            cells={**snapshot.cells, self.new.id: cells},
            roles=(*snapshot.roles, self.role),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAccount(OrganizationChange):
    """An account into the unit whose policies are to apply to it."""

    stage: ClassVar[Stage] = Stage.ACCOUNT

    moved: AccountId
    before: UnitId
    after: UnitId
    names: tuple[str, str]

    @property
    def resource(self) -> str:
        return f"account {self.moved}"

    @property
    def shown(self) -> tuple[str, str]:
        return self.names

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before, names=(self.names[1], self.names[0]))

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        account = replace(o.accounts[self.moved], parent=self.after)
        return _with(snapshot, replace(o, accounts={**o.accounts, self.moved: account}))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableAllFeatures(OrganizationChange):
    """All features: what SCPs, RCPs and organization trails need.

    Source: botocore model organizations EnableAllFeatures; every invited account is sent a handshake to accept.
    """

    stage: ClassVar[Stage] = Stage.ACCOUNT
    irreversible: ClassVar[str] = "AWS has no way back from all features"

    @property
    def resource(self) -> str:
        return "organization feature set"

    @property
    def shown(self) -> tuple[str, str]:
        return "CONSOLIDATED_BILLING", "ALL"

    @property
    def confirmation(self) -> str:
        return "all features"

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        return _with(snapshot, replace(snapshot.organization, all_features=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTrustedAccess(OrganizationChange):
    """Whether a service may act in every account of the organization."""

    stage: ClassVar[Stage] = Stage.ACCESS

    service: str
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"trusted access for {self.service}"

    @property
    def shown(self) -> tuple[str, str]:
        return _shown(self.before, self.after)

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        rest = o.trusted_access - {self.service}
        return _with(snapshot, replace(o, trusted_access=rest | {self.service} if self.after else rest))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDelegate(OrganizationChange):
    """Whether an account administers a service for the organization."""

    stage: ClassVar[Stage] = Stage.ACCESS

    delegation: Delegation
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"delegated administrator {self.delegation.account} of {self.delegation.service}"

    @property
    def shown(self) -> tuple[str, str]:
        return _shown(self.before, self.after)

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        rest = o.delegations - {self.delegation}
        return _with(snapshot, replace(o, delegations=rest | {self.delegation} if self.after else rest))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnablePolicyType(OrganizationChange):
    """SCPs or RCPs as such; AWS attaches its full-access policy everywhere."""

    stage: ClassVar[Stage] = Stage.ACCESS
    irreversible: ClassVar[str] = "disabling a policy type detaches every policy of that type everywhere"

    type: str

    @property
    def resource(self) -> str:
        return f"policy type {self.type}"

    @property
    def shown(self) -> tuple[str, str]:
        return _shown(before=False, after=True)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        enabled = replace(o, policy_types={**o.policy_types, self.type: "ENABLED"})
        new = self.type == "SERVICE_CONTROL_POLICY"
        return _with(snapshot, enabled.with_full_access(*o.units, *o.accounts) if new else enabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateServiceLinkedRole(Change):
    """The role through which a service works in an account; SCPs never bind it.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html
    """

    stage: ClassVar[Stage] = Stage.ACCESS
    irreversible: ClassVar[str] = "the service needs it while it works in the account"

    service: str
    role: str

    @property
    def resource(self) -> str:
        return f"service-linked role {self.role}"

    @property
    def shown(self) -> tuple[str, str]:
        return "", self.role

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        roles = snapshot.service_linked_roles
        mine = roles.get(self.account, frozenset()) | {self.role}
        return replace(snapshot, service_linked_roles={**roles, self.account: mine})


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRole(Change):
    """An ordinary role, such as the break-glass role of the archive account."""

    stage: ClassVar[Stage] = Stage.ACCESS
    irreversible: ClassVar[str] = "the way back into the archive is kept"

    role: Role
    path: str
    boundary: str
    tags: tuple[tuple[str, str], ...]

    @property
    def resource(self) -> str:
        return f"role {self.role.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return "", self.role.trust

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        others = (r for r in snapshot.roles if (r.account, r.name) != (self.role.account, self.role.name))
        return replace(snapshot, roles=(*others, self.role))
