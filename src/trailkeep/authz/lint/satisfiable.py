"""Whether the tests that a statement makes of one key can hold together: decided by trying every value that matters."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from trailkeep.authz.conditions import Null
from trailkeep.authz.conditions.date import seconds
from trailkeep.authz.conditions.numeric import number
from trailkeep.authz.lint.document import Asked

MOST = 400
"""So many values are tried; more, and it is not decided."""

_FRESH = "lint-some-other-value"


def can_hold(asked: Sequence[Asked]) -> bool:
    """Whether some request satisfies all tests of one key; yes where it is not decided.

    Every operator compares with the values that are written, so those, what lies between them, another value and
    an absent key stand for all requests. Sets, variables, wildcards and addresses are not decided.
    """
    if any(a.test.holds({}) is not False for a in asked) and all(a.test.holds({}) is not False for a in asked):
        return True
    if len(asked) < 2 or any(not _is_plain(a) for a in asked):
        return True
    values = list(dict.fromkeys(v for a in asked for v in _candidates(a)))
    if len(values) > MOST:
        return True
    key = asked[0].key.lower()
    values = [*values, *_between(values), _FRESH]
    return any(all(a.test.holds({key: (v,)}) is not False for a in asked) for v in values)


def _is_plain(asked: Asked) -> bool:
    if isinstance(asked.test, Null):
        return True
    if asked.test.qualifier or any("${" in v for v in asked.values):
        return False
    name = asked.test.operator.name
    if name in {"IpAddress", "NotIpAddress", "BinaryEquals"}:
        return False
    return asked.test.operator.negated or (not name.endswith("Like") and not _open_arn(asked))


def _open_arn(asked: Asked) -> bool:
    assert not isinstance(asked.test, Null)
    return asked.test.operator.name.startswith("Arn") and any("*" in v or "?" in v for v in asked.values)


def _candidates(asked: Asked) -> Iterator[str]:
    if isinstance(asked.test, Null):
        return
    if asked.test.operator.name == "Bool":
        yield from ("true", "false")
    yield from asked.values


def _between(values: list[str]) -> Iterator[str]:
    """Numbers and moments below, between and above those written."""
    numbers = sorted({n for v in values if (n := _number(v)) is not None})
    for low, high in zip([None, *numbers], [*numbers, None], strict=True):
        if low is None or high is None:
            edge = high if low is None else low
            if edge is not None:
                yield str(edge - 1 if low is None else edge + 1)
        else:
            yield str((low + high) / 2)
    moments = sorted({m for v in values if (m := _moment(v)) is not None})
    for low_, high_ in itertools.pairwise(moments):
        yield _written((low_ + high_) / 2)
    if moments:
        yield _written(moments[0] - 86400)
        yield _written(moments[-1] + 86400)


def _number(text: str) -> Decimal | None:
    try:
        return number(text)
    except ValueError:
        return None


def _moment(text: str) -> float | None:
    try:
        return seconds(text)
    except ValueError:
        return None


def _written(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return _FRESH
