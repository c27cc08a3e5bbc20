"""Published request rates, kept by waiting before a call instead of being throttled after it."""

import threading
from collections.abc import Mapping

from trailkeep.aws.clock import Clock

_LISTING = (5.0, 8)

_ORGANIZATIONS: Mapping[str, tuple[float, int]] = {
    "describe_account": (20.0, 30),
    "list_accounts": (8.0, 12),
    "list_children": (6.0, 10),
    "list_parents": _LISTING,
    "list_accounts_for_parent": _LISTING,
    "list_organizational_units_for_parent": _LISTING,
    "list_roots": (1.0, 2),
    "list_policies": _LISTING,
    "list_policies_for_target": _LISTING,
    "list_targets_for_policy": _LISTING,
    "describe_policy": (2.0, 2),
    "create_policy": (2.0, 3),
    "delete_policy": (2.0, 3),
    "attach_policy": (2.0, 3),
    "detach_policy": (2.0, 3),
    "update_policy": (2.0, 3),
    "enable_policy_type": (1.0, 1),
    "disable_policy_type": (1.0, 1),
    "enable_aws_service_access": (1.0, 2),
    "disable_aws_service_access": (1.0, 2),
    "list_aws_service_access_for_organization": (1.0, 3),
    "list_delegated_services_for_account": (1.0, 3),
    "list_delegated_administrators": _LISTING,
    "register_delegated_administrator": (1.0, 2),
    "deregister_delegated_administrator": (1.0, 2),
    "describe_organization": (1.0, 2),
    "create_organizational_unit": (1.0, 2),
    "move_account": (2.0, 3),
    "create_account": (0.1, 3),
    "close_account": (0.05, 1),
    "describe_create_account_status": (2.0, 2),
    "describe_organizational_unit": (2.0, 2),
}
"""Requests a second and burst (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html)."""

_ACCOUNT: Mapping[str, tuple[float, int]] = {
    "list_regions": (5.0, 5),
    "get_region_opt_status": (5.0, 5),
    "enable_region": (1.0, 1),
    "disable_region": (1.0, 1),
}
"""Per calling account (https://docs.aws.amazon.com/accounts/latest/reference/quotas.html)."""

_CLOUDTRAIL_READS = ("get_", "describe_", "list_")
_IDLE_KEYS = 4096


def rate_of(service: str, operation: str) -> tuple[float, int] | None:
    """Requests a second and burst that AWS publishes for an operation, None where it publishes none.

    CloudTrail: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
    """
    if service == "organizations":
        return _ORGANIZATIONS.get(operation)
    if service == "account":
        return _ACCOUNT.get(operation)
    if service != "cloudtrail":
        return None
    if operation == "lookup_events":
        return (2.0, 2)
    return (10.0, 10) if operation.startswith(_CLOUDTRAIL_READS) else (1.0, 1)


class Pace:
    """A token bucket for each thing AWS counts; a call reserves its turn and then waits outside any lock.

    Kept as the generic cell rate algorithm (ITU-T I.371): one number a bucket, the time it is full again.
    """

    def __init__(self, clock: Clock, *, enabled: bool = True) -> None:
        self._clock = clock
        self._enabled = enabled
        self._full_at: dict[tuple[str, ...], float] = {}
        self._lock = threading.Lock()

    def wait(self, account: str, region: str, service: str, operation: str) -> None:
        """Wait for this call's turn; returns at once for an operation without a published rate."""
        rate = rate_of(service, operation) if self._enabled else None
        if rate is None:
            return
        # `account` is who asks: that is whom Organizations and Account Management count, whomever the question is about
        seconds = self._reserve((account, region, service, operation), *rate)
        if seconds > 0:
            self._clock.sleep(seconds)

    def _reserve(self, key: tuple[str, ...], per_second: float, burst: int) -> float:
        with self._lock:
            now = self._clock.now()
            full_at = max(self._full_at.get(key, now), now) + 1 / per_second
            self._full_at[key] = full_at
            if len(self._full_at) > _IDLE_KEYS:  # a full bucket and no bucket are the same
                self._full_at = {k: at for k, at in self._full_at.items() if at > now}
        return full_at - burst / per_second - now
