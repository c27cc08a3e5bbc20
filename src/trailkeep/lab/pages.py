"""AWS's pagination: a page of a list, and an opaque token for the next."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal


def page(
    call: Call, member: str, items: Sequence[Any], *, size: int, show: Callable[[Any], Any] | None = None
) -> dict[str, Any]:
    """The page that the call's NextToken and MaxResults ask for, at most `size` items, each as `show` shows it."""
    start = _position(call)
    wanted = call.params.get("MaxResults") or size
    end = start + min(int(wanted), size)
    shown = items[start:end] if show is None else map(show, items[start:end])
    answer: dict[str, Any] = {member: list(shown)}
    if end < len(items):
        answer["NextToken"] = base64.b64encode(f"{call.action}:{end}".encode()).decode()
    return answer


def _position(call: Call) -> int:
    token = call.params.get("NextToken")
    if not token:
        return 0
    try:
        action, _, position = base64.b64decode(token).decode().rpartition(":")
    except ValueError:
        action, position = "", ""
    if action != call.action or not position.isdigit():
        code = "InvalidInputException" if call.service == "organizations" else "ValidationException"
        raise Refusal(code, "The provided NextToken is not valid.")
    return int(position)
