"""The few IAM things that logging depends on: exempt roles with their trust, and the archive's deny policy."""

from dataclasses import dataclass

from trailkeep.model.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """An IAM role in one account; `trust` is canonical JSON; `policies` are the managed policies attached to it.

    `inline` are policies inside it, by name, as canonical JSON: read for the roles to which trailkeep writes such.
    """

    account: AccountId
    name: str
    arn: str
    trust: str
    policies: frozenset[str]
    inline: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardPolicy:
    """A customer-managed IAM policy of the archive account and whom it is attached to; canonical JSON."""

    account: AccountId
    name: str
    arn: str
    content: str
    roles: frozenset[str]
    users: frozenset[str]
    groups: frozenset[str]
