"""What is tried again, how long, and what never is; no test here waits."""

from collections.abc import Callable, Mapping
from typing import Any

import botocore.exceptions as boto
import pytest

from trailkeep.aws import retry
from trailkeep.aws.clock import Clock
from trailkeep.aws.retry import PATIENCE, Backoff, Kind, kind_of, repeat


class Watch:
    """A clock that a test moves by sleeping."""

    def __init__(self, chance: float = 0.5) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self.clock = Clock(now=lambda: self.time, sleep=self.sleep, chance=lambda: chance)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def refused(code: str, status: int = 400) -> boto.ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return boto.ClientError(answer, "Op")


def failing(*errors: Exception) -> Callable[[], str]:
    left = list(errors)

    def attempt() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return attempt


def asking(
    attempt: Callable[[], str],
    watch: Watch,
    *,
    safe: bool = True,
    settling: float = 0.0,
    patience: Mapping[Kind, Backoff] = PATIENCE,
) -> str:
    with_settling = {**patience, Kind.SETTLING: Backoff(base=2.0, cap=6.0, budget=settling)}
    return repeat(
        attempt,
        kind=lambda e: kind_of(e, safe=safe, settling=settling > 0),
        clock=watch.clock,
        patience=with_settling,
    )


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "SlowDown", "PriorRequestNotComplete", "TooManyRequestsException"]
)
def test_throttling_is_waited_out_even_for_calls_that_are_not_safe(code: str) -> None:
    watch = Watch()
    assert asking(failing(*[refused(code)] * 4), watch, safe=False) == "done"
    assert watch.slept == [0.25, 0.5, 1.0, 2.0]


def test_throttling_ends_after_a_minute() -> None:
    watch = Watch()
    with pytest.raises(boto.ClientError):
        asking(failing(*[refused("Throttling")] * 1000), watch)
    assert 55 <= watch.time <= 61


@pytest.mark.parametrize(
    "code", ["ConflictException", "ResourceInUseException", "OperationAborted", "ConcurrentModificationException"]
)
def test_busy_is_waited_out_for_minutes(code: str) -> None:
    assert kind_of(refused(code), safe=False, settling=False) is Kind.BUSY
    assert PATIENCE[Kind.BUSY].budget >= 120


@pytest.mark.parametrize(
    "error",
    [
        refused("InternalFailure", 500),
        refused("Whatever", 503),
        boto.ReadTimeoutError(endpoint_url="x"),
        boto.ConnectionClosedError(endpoint_url="x"),
    ],
)
def test_a_lost_answer_is_asked_for_again_only_where_that_is_safe(error: Exception) -> None:
    assert kind_of(error, safe=True, settling=False) is Kind.SERVER
    assert kind_of(error, safe=False, settling=False) is None


def test_creating_an_account_is_never_repeated_blindly() -> None:
    watch = Watch()
    assert not retry.is_safe("create_account")
    with pytest.raises(boto.ReadTimeoutError):
        asking(failing(boto.ReadTimeoutError(endpoint_url="x")), watch, safe=retry.is_safe("create_account"))
    assert watch.slept == []


@pytest.mark.parametrize(
    "operation", ["describe_trails", "get_bucket_policy", "put_bucket_policy", "start_logging", "assume_role"]
)
def test_reading_and_setting_are_safe(operation: str) -> None:
    assert retry.is_safe(operation)


@pytest.mark.parametrize(
    "operation", ["create_trail", "delete_trail", "attach_policy", "move_account", "register_delegated_administrator"]
)
def test_making_and_moving_are_not(operation: str) -> None:
    assert not retry.is_safe(operation)


def test_what_was_never_sent_is_tried_three_times() -> None:
    watch = Watch()
    with pytest.raises(boto.EndpointConnectionError):
        asking(failing(*[boto.EndpointConnectionError(endpoint_url="x")] * 9), watch, safe=False)
    assert len(watch.slept) == 2


@pytest.mark.parametrize(
    "code",
    ["InsufficientS3BucketPolicyException", "InsufficientDeliveryPolicyException", "AccessDenied", "NoSuchBucket"],
)
def test_settling_only_where_the_caller_allows_it_and_as_long(code: str) -> None:
    watch = Watch()
    with pytest.raises(boto.ClientError):
        asking(failing(refused(code)), watch)
    assert watch.slept == []
    assert asking(failing(*[refused(code)] * 3), watch, settling=60) == "done"
    with pytest.raises(boto.ClientError):
        asking(failing(*[refused(code)] * 100), watch := Watch(), settling=20)
    assert watch.time == pytest.approx(20)


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ValidationException", "TrailAlreadyExistsException", "NotInLab"]
)
def test_everything_else_is_final(code: str) -> None:
    assert kind_of(refused(code), safe=True, settling=False) is None


def test_jitter_never_makes_the_pause_nothing() -> None:
    watch = Watch(chance=0.0)
    asking(failing(*[refused("Throttling")] * 3), watch)
    assert min(watch.slept) > 0


def test_other_exceptions_pass_through() -> None:
    def broken() -> str:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        asking(broken, Watch())
