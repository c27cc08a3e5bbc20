"""What a snapshot should hold: which accounts are special, which names are ours, what is left out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import Account, Organization

Excluded = Callable[[Organization], frozenset[tuple[AccountId, Region | None]]]
"""Accounts (Region None) and cells that are not to be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to read beyond the tree.

    `role_names` are the exempt roles, whose trust is read in every account; `name_prefix` marks IAM policies and KMS
    aliases as ours; `bucket_names` are read besides those of the log archive; `regions` None means all that are
    enabled; `watching` says whether to read what watches, and `sender_role` whose inline policies are read too.
    """

    log_archive_email: str | None = None
    log_archive_name: str | None = None
    security_email: str | None = None
    security_name: str | None = None
    role_names: tuple[str, ...] = ()
    name_prefix: str = "trailkeep"
    bucket_names: tuple[str, ...] = ()
    home_region: Region | None = None
    regions: tuple[Region, ...] | None = None
    excluded: Excluded | None = None
    sample_volumes: bool = False
    watching: bool = True
    sender_role: str = ""

    def log_archive(self, organization: Organization) -> Account | None:
        """The log-archive account, by e-mail, else by name."""
        return _find(organization, self.log_archive_email, self.log_archive_name)

    def security(self, organization: Organization) -> Account | None:
        """The security account, by e-mail, else by name."""
        return _find(organization, self.security_email, self.security_name)


class Progress(Protocol):
    """Who watches: called from several threads."""

    def start(self, what: str, total: int) -> None:
        """`total` steps of `what` begin."""

    def step(self, what: str) -> None:
        """One step of `what` is done."""

    def end(self, what: str) -> None:
        """`what` is over."""


class Unwatched:
    """A progress that nobody watches."""

    def start(self, what: str, total: int) -> None:
        """Nothing."""

    def step(self, what: str) -> None:
        """Nothing."""

    def end(self, what: str) -> None:
        """Nothing."""


def _find(organization: Organization, email: str | None, name: str | None) -> Account | None:
    accounts = [a for _, a in sorted(organization.accounts.items())]
    if email:
        by_email = next((a for a in accounts if a.email.casefold() == email.casefold()), None)
        if by_email:
            return by_email
    named = [a for a in accounts if name and a.name == name and not a.state.value.endswith(("CLOSED", "CLOSURE"))]
    return named[0] if len(named) == 1 else None
