"""Security Hub's requests, answers and refusals (botocore model securityhub/2018-10-26)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.securityhub.state import SecurityHub

_NAMES = uuid.UUID("7a11cee9-0000-4000-8000-000000000003")


def asked(call: Call) -> dict[str, Any]:
    """The members of a request, wherever they stand in it."""
    return {**call.uri, **call.params}


def listed(call: Call, member: str, items: Sequence[Any], *, size: int = 100) -> dict[str, Any]:
    """The page of a list that a request asks for."""
    try:
        return page(replace(call, params=asked(call)), member, items, size=size)
    except (Refusal, ValueError):
        raise invalid_input("Invalid NextToken or MaxResults") from None


def new_id(state: SecurityHub, kind: str) -> str:
    """The id of something new, the same in the same run."""
    state.numbers += 1
    return str(uuid.uuid5(_NAMES, f"{kind}/{state.numbers}"))


def stamp(moment: float) -> str:
    """`2026-11-23T10:00:00.000Z`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def not_subscribed(call: Call) -> Refusal:
    """The answer where Security Hub CSPM is off."""
    return invalid_access(f"Account {call.account} is not subscribed to AWS Security Hub")


def invalid_access(message: str) -> Refusal:
    """The account is not one that may."""
    return Refusal("InvalidAccessException", message, 401)


def access_denied(message: str) -> Refusal:
    """The account is kept from it by central configuration."""
    return Refusal("AccessDeniedException", message, 403)


def invalid_input(message: str) -> Refusal:
    """The request makes no sense."""
    return Refusal("InvalidInputException", message, 400)


def missing(message: str) -> Refusal:
    """There is no such thing."""
    return Refusal("ResourceNotFoundException", message, 404)


def conflict(message: str) -> Refusal:
    """There is something in the way."""
    return Refusal("ResourceConflictException", message, 409)


def beyond(message: str) -> Refusal:
    """More than the quotas allow."""
    return Refusal("LimitExceededException", message, 429)
