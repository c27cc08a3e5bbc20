"""Whose credentials a call is signed with: the caller's own, or those of the access role in a member account."""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from botocore.credentials import ReadOnlyCredentials

from trailkeep.aws.clock import Clock
from trailkeep.errors import AwsError

CURRENT: ContextVar[ReadOnlyCredentials | None] = ContextVar("trailkeep_credentials", default=None)
"""The credentials of the call that this thread is making."""

_REFRESH_AFTER = 50 * 60.0
_FRESH_FOR = 60.0
_UNCERTAIN = frozenset(
    "EndpointConnectionError ConnectTimeoutError ReadTimeoutError ConnectionClosedError ThrottlingException Throttling "
    "RequestLimitExceeded TooManyRequestsException ServiceUnavailable InternalFailure Interrupted ExpiredToken".split()
)


class ContextCredentials:
    """What botocore takes for credentials; it asks on every signature, and gets those of the current call.

    One client can so serve every account: botocore keeps no credentials in a client except the S3 Express
    identity cache, which only directory buckets use.
    """

    method = "trailkeep"
    account_id = None

    def get_frozen_credentials(self) -> ReadOnlyCredentials | None:
        """The current call's credentials."""
        return CURRENT.get()

    def get_deferred_property(self, _name: str) -> Callable[[], Any]:
        """No account id: endpoints must not depend on the account, because clients are shared."""
        return lambda: None


class Memberships:
    """Credentials of the access role in each account, assumed once, renewed after 50 minutes.

    Role chaining caps a session at an hour (botocore model sts AssumeRole). A refusal is remembered, so that an
    account which cannot be entered costs one call, not one for each of its Regions.
    """

    def __init__(self, assume: Callable[[str, float], ReadOnlyCredentials], clock: Clock) -> None:
        self._assume = assume
        self._clock = clock
        self._held: dict[str, tuple[float, ReadOnlyCredentials]] = {}
        self._refused: dict[str, AwsError] = {}
        self._forgotten: dict[str, float] = {}
        self._doors: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def enter(self, account: str, *, settling: float = 0.0) -> ReadOnlyCredentials:
        """Credentials for `account`; raises AwsError when the role cannot be assumed."""
        found = self._valid(account)
        if found:
            return found
        with self._lock:
            door = self._doors.setdefault(account, threading.Lock())
        with door:  # one assumption at a time for an account; others wait for its result
            found = self._valid(account)
            if found:
                return found
            refused = self._refused.get(account)
            if refused and not self._is_fresh(account):
                raise AwsError(refused.message, code=refused.code, hint=refused.hint)
            return self._open(account, settling)

    def forget(self, account: str) -> None:
        """Assume again next time, and for a minute take no refusal as final: the role was just made or changed."""
        self.expire(account)
        self._refused.pop(account, None)
        self._forgotten[account] = self._clock.now()

    def expire(self, account: str) -> None:
        """Assume again next time."""
        self._held.pop(account, None)

    def _open(self, account: str, settling: float) -> ReadOnlyCredentials:
        try:
            found = self._assume(account, settling)
        except AwsError as error:
            if error.code not in _UNCERTAIN:
                self._refused[account] = error
            raise
        self._refused.pop(account, None)
        self._held[account] = (self._clock.now() + _REFRESH_AFTER, found)
        return found

    def _valid(self, account: str) -> ReadOnlyCredentials | None:
        until, found = self._held.get(account, (0.0, None))
        return found if found and self._clock.now() < until else None

    def _is_fresh(self, account: str) -> bool:
        since = self._forgotten.get(account)
        return since is not None and self._clock.now() - since < _FRESH_FOR
