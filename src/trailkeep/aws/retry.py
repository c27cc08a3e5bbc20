"""Which failures of a call are worth another attempt, and how long to wait for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

import botocore.exceptions as boto

from trailkeep.aws.clock import Clock

T = TypeVar("T")


class Kind(StrEnum):
    """Why another attempt may succeed."""

    THROTTLE = "throttle"
    BUSY = "busy"
    SERVER = "server"
    UNSENT = "unsent"
    SETTLING = "settling"


_THROTTLE = frozenset(
    "ThrottlingException Throttling ThrottledException TooManyRequestsException RequestLimitExceeded "
    "RequestThrottled RequestThrottledException BandwidthLimitExceeded SlowDown PriorRequestNotComplete".split()
)
_BUSY = frozenset(
    "ConflictException ConcurrentModificationException ConcurrentModification PolicyChangesInProgressException "
    "ResourceInUseException OperationAborted".split()
)
_SERVER = frozenset(
    "InternalFailure InternalError InternalServerError InternalServerException InternalServiceException "
    "ServiceException ServiceFailure ServiceUnavailable ServiceUnavailableException RequestTimeout "
    "RequestTimeoutException 500 502 503 504".split()
)
_SETTLING = frozenset(
    "InsufficientS3BucketPolicyException InsufficientDeliveryPolicyException InsufficientEncryptionPolicyException "
    "AccessDenied AccessDeniedException NoSuchBucket NoSuchBucketException S3BucketDoesNotExistException "
    "InvalidRoleException MalformedPolicyDocument MalformedPolicyDocumentException MalformedPolicy NoSuchEntity "
    "UnrecognizedClientException InvalidClientTokenId OptInRequired KmsKeyNotFoundException NotFoundException".split()
)
_SAFE = ("get_", "describe_", "list_", "lookup_", "head_", "batch_get_", "assume_role", "put_", "update_", "start_")
_SAFE_TOO = ("stop_", "set_", "tag_", "untag_", "add_tags", "enable_key_rotation", "delete_bucket_policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Full jitter, exponential: up to `base`·2ⁿ seconds, `cap` at most, `budget` in all, `attempts` at most."""

    base: float
    cap: float
    budget: float
    attempts: int = 1000


PATIENCE: Mapping[Kind, Backoff] = {
    Kind.THROTTLE: Backoff(base=0.5, cap=10.0, budget=60.0),
    Kind.BUSY: Backoff(base=1.0, cap=10.0, budget=180.0),
    Kind.SERVER: Backoff(base=0.5, cap=8.0, budget=30.0, attempts=6),
    Kind.UNSENT: Backoff(base=0.5, cap=2.0, budget=10.0, attempts=3),
    Kind.SETTLING: Backoff(base=2.0, cap=6.0, budget=0.0),
}
"""How long each kind is worth waiting for; the budget of SETTLING is what the caller allows."""


def hurried(patience: Mapping[Kind, Backoff], factor: float) -> Mapping[Kind, Backoff]:
    """The same attempts with shorter pauses: an AWS on this machine settles in milliseconds."""
    return {
        k: replace(b, base=b.base * factor, cap=b.cap * factor, budget=b.budget * factor) for k, b in patience.items()
    }


def is_safe(operation: str) -> bool:
    """Whether doing it twice is the same as doing it once, so that a lost answer may be asked for again.

    Creating is not: CreateAccount has no idempotency token (botocore model organizations CreateAccount).
    """
    return operation.startswith((*_SAFE, *_SAFE_TOO))


def kind_of(error: Exception, *, safe: bool, settling: bool) -> Kind | None:
    """Why `error` may pass by itself, None if it will not; `safe` and `settling` as in `Cloud.call`."""
    if isinstance(error, boto.ClientError):
        return _kind_of_answer(error, safe=safe, settling=settling)
    if isinstance(error, boto.EndpointConnectionError | boto.ConnectTimeoutError | boto.ProxyConnectionError):
        return Kind.UNSENT
    lost = boto.HTTPClientError | boto.ConnectionError | boto.ResponseStreamingError | boto.IncompleteReadError
    if isinstance(error, lost) and not isinstance(error, boto.SSLError):
        return Kind.SERVER if safe else None
    return None


def _kind_of_answer(error: boto.ClientError, *, safe: bool, settling: bool) -> Kind | None:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _THROTTLE or status == 429:
        return Kind.THROTTLE
    if code in _BUSY:
        return Kind.BUSY
    if code in _SERVER or status >= 500:
        return Kind.SERVER if safe else None
    return Kind.SETTLING if settling and code in _SETTLING else None


def repeat(
    attempt: Callable[[], T],
    *,
    kind: Callable[[Exception], Kind | None],
    clock: Clock,
    patience: Mapping[Kind, Backoff] = PATIENCE,
    on_retry: Callable[[Kind], None] | None = None,
) -> T:
    """Make `attempt` until it succeeds, fails for good, or the patience for that kind of failure is used up.

    Time spent waiting counts per kind: being throttled does not use up the patience for a settling policy.
    """
    began: dict[Kind, float] = {}
    tries: dict[Kind, int] = {}
    while True:
        try:
            return attempt()
        except (boto.ClientError, boto.BotoCoreError) as error:
            why = kind(error)
            if why is None:
                raise
            pause = _pause(patience[why], began.setdefault(why, clock.now()), tries.get(why, 0), clock)
            if pause is None:
                raise
            tries[why] = tries.get(why, 0) + 1
        if on_retry:
            on_retry(why)
        clock.sleep(pause)


def _pause(backoff: Backoff, began: float, tries: int, clock: Clock) -> float | None:
    left = began + backoff.budget - clock.now()
    if left <= 0 or tries + 1 >= backoff.attempts:
        return None
    ceiling = min(backoff.cap, backoff.base * 2.0 ** min(tries, 20))
    # never under a tenth of the ceiling: full jitter can be nearly zero many times in a row
    return min(left, max(0.1 * ceiling, ceiling * clock.chance()))
