"""AWS Config's pages: `Limit` items each, refused with Config's own errors (botocore model config)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal


def paged(
    call: Call,
    member: str,
    items: Sequence[Any],
    *,
    default: int,
    most: int,
    show: Callable[[Any], Any] | None = None,
) -> dict[str, Any]:
    """The page a call asks for; no Limit, or 0, means `default` items.

    Raises InvalidLimitException for a Limit above `most`, InvalidNextTokenException for a token that is none of ours.
    """
    limit = int(call.params.get("Limit") or default)
    if not 0 < limit <= most:
        raise Refusal("InvalidLimitException", f"Invalid limit: {limit}. The maximum is {most}.")
    asking = replace(call, params={**call.params, "MaxResults": limit})
    try:
        return page(asking, member, items, size=limit, show=show)
    except Refusal:
        raise Refusal("InvalidNextTokenException", "The nextToken provided is invalid.") from None
