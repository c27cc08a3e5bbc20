"""The organization: its tree, its accounts, its policies, and what it has switched on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from trailkeep.model.ids import AccountId, Partition, Region, UnitId

PolicyType = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]


class State(StrEnum):
    """Account state (botocore model organizations AccountState), UNKNOWN for what a newer API may add."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A root (no parent) or an organizational unit."""

    id: UnitId
    name: str
    parent: UnitId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account; `regions` are those enabled in it, None when they could not be read."""

    id: AccountId
    name: str
    email: str
    state: State
    parent: UnitId
    joined: datetime | None
    invited: bool
    regions: tuple[Region, ...] | None

    @property
    def is_active(self) -> bool:
        """Only active accounts are expected to log, and can be entered."""
        return self.state is State.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """An SCP or RCP with the roots, units and accounts it is attached to; `content` is canonical JSON."""

    id: str
    name: str
    type: PolicyType
    aws_managed: bool
    content: str
    targets: frozenset[str]


FULL_ACCESS = Policy(
    id="p-FullAWSAccess",
    name="FullAWSAccess",
    type="SERVICE_CONTROL_POLICY",
    aws_managed=True,
    content='{"Statement":[{"Action":"*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}',
    targets=frozenset(),
)
"""The policy without which nothing is allowed; every target needs one policy at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """An account that may act for the organization in one service."""

    account: AccountId
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """What AWS Organizations says; `policy_types` maps a type to its status on the root."""

    id: str
    partition: Partition
    management: AccountId
    all_features: bool
    root: UnitId
    units: Mapping[UnitId, Unit]
    accounts: Mapping[AccountId, Account]
    policy_types: Mapping[str, str]
    policies: tuple[Policy, ...]
    trusted_access: frozenset[str]
    delegations: frozenset[Delegation]

    def chain(self, target: str) -> tuple[str, ...]:
        """Root first, `target` (an account or unit id) last: the levels whose policies apply to it."""
        account = self.accounts.get(AccountId(target)) if AccountId.pattern.fullmatch(target) else None
        above: list[str] = [account.id] if account else []
        unit = self.units.get(account.parent if account else UnitId(target))
        while unit is not None and unit.id not in above:  # a hostile file may hold a circle
            above.append(unit.id)
            unit = self.units.get(unit.parent) if unit.parent else None
        return tuple(reversed(above))

    def path(self, target: str) -> str:
        """How a person names it: `Workloads/Prod`, `Root`, or `Workloads/Prod/payments` for an account."""
        names = [
            self.units[UnitId(i)].name if i in self.units else self.accounts[AccountId(i)].name
            for i in self.chain(target)
        ]
        return "/".join(names[1:]) or "Root"

    def with_full_access(self, *targets: str) -> "Organization":
        """As it is once AWS has attached FullAWSAccess to `targets`, which it does to all that is new.

        Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_attach.html
        """
        if self.policy_types.get("SERVICE_CONTROL_POLICY") != "ENABLED":
            return self
        known = next((p for p in self.policies if p.id == FULL_ACCESS.id), FULL_ACCESS)
        rest = tuple(p for p in self.policies if p.id != FULL_ACCESS.id)
        return replace(self, policies=(replace(known, targets=known.targets | set(targets)), *rest))

    def under(self, unit: UnitId) -> tuple[Account, ...]:
        """Every account below `unit`, at any depth, in order of id."""
        return tuple(a for _, a in sorted(self.accounts.items()) if unit in self.chain(a.id))
