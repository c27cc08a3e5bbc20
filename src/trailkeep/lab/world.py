"""The embedded organization's state: moto's backends, and beside them what moto has no place for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.backends import get_backend
from moto.iam.models import iam_backends
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends

from trailkeep.lab.caller import Caller
from trailkeep.lab.clock import Clock
from trailkeep.lab.denials import Denials
from trailkeep.lab.faults import FaultInjector
from trailkeep.lab.recorder import Recorder
from trailkeep.lab.regions import RegionBook
from trailkeep.lab.scenario import Scenario

PARTITION = "aws"


@dataclass(slots=True, kw_only=True)
class AccountRequest:
    """One CreateAccount request on its way; `account` once it succeeded, `failure` once it failed."""

    id: str
    name: str
    email: str
    role: str
    tags: list[dict[str, str]]
    requested: float
    polls: int = 0
    completed: float | None = None
    account: str | None = None
    failure: str | None = None


class World:
    """Everything the embedded organization knows. `lock` guards what our own answers change."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.management = scenario.management.id
        self.lock = threading.RLock()
        self.clock = Clock()
        self.recorder = Recorder()
        self.faults = FaultInjector(seed)
        self.regions = RegionBook(scenario.regions)
        self.mfa_delete: set[str] = set()
        self.requester_pays: set[str] = set()
        self.account_requests: dict[str, AccountRequest] = {}
        self.approvals: dict[str, bool] | None = None
        self.landing_zone = scenario.control_tower
        self.denials = Denials()
        self.sessions: dict[str, Caller] = {}
        self.handed_out: list[tuple[str, str, str]] = []
        self._callers: dict[str, Caller] = {}

    # moto has no public types for its records: they are Any from here on, and tests/lab pins the members we use.
    @property
    def organization(self) -> Any:
        """Moto's organizations backend of the management account."""
        return organizations_backends[self.management][PARTITION]

    @property
    def organization_id(self) -> str:
        """The organization's id, `o-…`."""
        return str(self.organization.org.id)

    def account(self, account_id: str) -> Any | None:
        """Moto's record of an account of the organization, or None."""
        return next((a for a in self.organization.accounts if a.id == account_id), None)

    def is_delegated(self, account_id: str, service_principal: str | None = None) -> bool:
        """Whether a member account is delegated administrator for a service, or for any when none is named."""
        return any(
            admin.account.id == account_id and (service_principal is None or service_principal in admin.services)
            for admin in self.organization.admins
        )

    def trusts(self, service_principal: str) -> bool:
        """Whether trusted access is enabled for a service."""
        return any(s["ServicePrincipal"] == service_principal for s in self.organization.services)

    def iam(self, account_id: str) -> Any:
        """Moto's IAM backend of an account."""
        return iam_backends[account_id][PARTITION]

    def bucket(self, name: str) -> Any | None:
        """Moto's record of a bucket, whoever owns it, or None."""
        owner = s3_backends.bucket_accounts.get(name)
        return s3_backends[owner[1]][owner[0]].buckets.get(name) if owner else None

    def backend(self, service: str, account_id: str, region: str) -> Any:
        """Moto's backend of a regional service."""
        return get_backend(service)[account_id][region]

    def backend_of_all_regions(self, service: str, account_id: str) -> list[Any]:
        """Moto's backends of a regional service in every Region the account has touched."""
        return list(get_backend(service)[account_id].values())

    def members(self) -> Iterator[Any]:
        """Moto's records of all accounts, the management account first."""
        return iter(tuple(self.organization.accounts))

    def caller(self, access_key: str) -> Caller | None:
        """Whose key this is, or None for a key nobody has. Sessions and root keys stand in `sessions`."""
        known = self.sessions.get(access_key) or self._callers.get(access_key)
        if known is not None and (access_key in self.sessions or access_key in self.iam(known.account).access_keys):
            return known
        found = _find_user(access_key)
        if found is not None:
            self._callers[access_key] = found
        return found


def _find_user(access_key: str) -> Caller | None:
    for account_id, partitions in list(iam_backends.items()):
        iam = partitions[PARTITION]
        user = iam.get_user_from_access_key_id(access_key) if access_key in iam.access_keys else None
        if user is not None:
            return Caller(account=account_id, arn=user.arn)
    return None
