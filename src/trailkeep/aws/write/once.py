"""One call of a change, made so that making it twice is the same as making it once."""

from collections.abc import Collection, Iterator
from typing import Any

from trailkeep.aws.cloud import Answer, Cloud
from trailkeep.aws.retry import Kind, kind_of
from trailkeep.errors import AwsError
from trailkeep.model.change import Change
from trailkeep.model.ids import PENDING


def once(
    cloud: Cloud,
    change: Change,
    service: str,
    operation: str,
    /,
    *,
    so_already: Collection[str] = (),
    settling: float = 0.0,
    **params: Any,  # noqa: ANN401 whatever the operation takes
) -> Answer | None:
    """Call `operation` where the change happens; None when AWS answers with one of the codes in `so_already`.

    A lost answer is asked for again: only for calls whose repetition does nothing, or is answered by such a code.
    Raises AwsError for every other refusal.
    """
    try:
        return cloud.call(change.account, change.region, service, operation, settling=settling, safe=True, **params)
    except AwsError as error:
        if error.code in so_already:
            return None
        raise


def ask(
    cloud: Cloud,
    change: Change,
    service: str,
    operation: str,
    /,
    **params: Any,  # noqa: ANN401 whatever the operation takes
) -> Answer:
    """Read, where the change happens. Raises AwsError."""
    return cloud.call(change.account, change.region, service, operation, **params)


def ask_all(
    cloud: Cloud,
    change: Change,
    service: str,
    operation: str,
    key: str,
    /,
    **params: Any,  # noqa: ANN401 whatever the operation takes
) -> Iterator[Any]:
    """Read every page, where the change happens. Raises AwsError."""
    return cloud.pages(change.account, change.region, service, operation, key, **params)


def is_lost(error: AwsError) -> bool:
    """Whether AWS may have done what was asked all the same: the answer did not come, or said "internal failure"."""
    cause = error.__cause__
    return isinstance(cause, Exception) and kind_of(cause, safe=True, settling=False) is Kind.SERVER


def tagged(parameter: str, tags: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """The parameter that takes tags as most services write them, left out when there are none."""
    return {parameter: [{"Key": k, "Value": v} for k, v in tags]} if tags else {}


def chosen(stand_in: str, real: str) -> dict[str, str]:
    """The binding of a stand-in to what AWS chose; nothing when it was no stand-in."""
    return {stand_in: real} if PENDING.fullmatch(stand_in) else {}
