"""The Principals: every role and user of an organization with its policies, a second value beside the Snapshot."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from trailkeep.model.ids import AccountId
from trailkeep.model.snapshot import Unreachable

VERSION = 1

SERVICE_LINKED = "/aws-service-role/"
"""The path of service-linked roles (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedPolicy:
    """A policy that speaks for or bounds a principal; `arn` is "" for an inline policy.

    `content` is canonical JSON, other text as AWS gave it, and "" when it could not be read: such a policy may say
    anything.
    """

    name: str
    arn: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IamPrincipal:
    """A role or a user. `policies` are inline and managed ones, and those of a user's groups.

    `trust` is a role's trust policy in canonical JSON, "" for a user.
    """

    account: AccountId
    kind: Literal["role", "user"]
    arn: str
    name: str
    trust: str
    policies: tuple[AttachedPolicy, ...]
    boundary: AttachedPolicy | None

    @property
    def is_service_linked(self) -> bool:
        """Whether the role is service-linked, by its path: then SCPs and RCPs do not bind it."""
        return self.kind == "role" and f":role{SERVICE_LINKED}" in self.arn


@dataclass(frozen=True, slots=True, kw_only=True)
class Principals:
    """All that `accounts` hold of roles and users; an account outside of them was not read, whatever the reason.

    `organization` is its id. `unreachable` says why an account, or (with a `what`) one policy of it, is not known.
    """

    taken: datetime
    organization: str
    accounts: frozenset[AccountId]
    principals: tuple[IamPrincipal, ...]
    unreachable: tuple[Unreachable, ...]
    _by_account: Mapping[AccountId, tuple[IamPrincipal, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort by account once: thousands of accounts are asked about."""
        found: defaultdict[AccountId, list[IamPrincipal]] = defaultdict(list)
        for principal in self.principals:
            found[principal.account].append(principal)
        object.__setattr__(self, "_by_account", {account: tuple(who) for account, who in found.items()})

    def of(self, account: AccountId) -> tuple[IamPrincipal, ...]:
        """Its roles and users; () says nothing where `blind` has an answer."""
        return self._by_account.get(account, ())

    def blind(self, account: AccountId) -> Unreachable | None:
        """Why the principals of `account` are not known, if so; an account that nobody asked is not known either."""
        if account in self.accounts:
            return None
        told = next((u for u in self.unreachable if u.account == account and not u.what), None)
        return told or Unreachable(
            account=account,
            region="",
            what="",
            reason="its roles and users were not read",
            hint="read them with `trailkeep snapshot --principals FILE`, without excluding the account",
        )
