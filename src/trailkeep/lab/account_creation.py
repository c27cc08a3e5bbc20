"""CreateAccount as AWS does it: asked for now, there a little later; and closing an account the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.organizations import utils as organization_ids

from trailkeep.lab.call import Call
from trailkeep.lab.members import add_account
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.tree import find_account
from trailkeep.lab.world import AccountRequest, World

SETTLES_AFTER = 0.3
"""Seconds until a request is done; the second poll finds it done too."""
_EMAIL = r"""[^\s"'()<>\[\]:;,\\|%&@.][^\s"'()<>\[\]:;,\\|%&@]*@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z0-9]+"""


def create_account(call: Call, world: World) -> dict[str, Any]:
    """CreateAccount: accepted as IN_PROGRESS, whatever becomes of it (botocore model organizations CreateAccount)."""
    request = AccountRequest(
        id=organization_ids.make_random_create_account_status_id(),
        name=str(call.params.get("AccountName", "")),
        email=str(call.params.get("Email", "")),
        role=str(call.params.get("RoleName") or "OrganizationAccountAccessRole"),
        tags=list(call.params.get("Tags") or []),
        requested=world.clock.now(),
    )
    world.account_requests[request.id] = request
    return {"CreateAccountStatus": _status(request)}


def describe_status(call: Call, world: World) -> dict[str, Any]:
    """DescribeCreateAccountStatus; being asked twice settles a request."""
    request = world.account_requests.get(str(call.params.get("CreateAccountRequestId", "")))
    if request is None:
        raise Refusal(
            "CreateAccountStatusNotFoundException", "You specified a create account request ID that doesn't exist."
        )
    request.polls += 1
    if request.polls >= 2:
        _complete(request, world)
    return {"CreateAccountStatus": _status(request)}


def list_statuses(call: Call, world: World) -> dict[str, Any]:
    """ListCreateAccountStatus, 20 a page."""
    wanted = call.params.get("States")
    statuses = [_status(request) for request in world.account_requests.values()]
    return page(call, "CreateAccountStatuses", [s for s in statuses if not wanted or s["State"] in wanted], size=20)


def close_account(call: Call, world: World) -> dict[str, Any]:
    """CloseAccount: PENDING_CLOSURE first, CLOSED later; the management account cannot be closed."""
    account = find_account(call, world)
    if account.id == world.management:
        raise Refusal(
            "ConstraintViolationException",
            "You cannot close the management account.",
            Reason="CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
        )
    if account.state != "ACTIVE":
        raise Refusal("AccountAlreadyClosedException", "You attempted to close an account that is already closed.")
    account.state = account.status = "PENDING_CLOSURE"
    account.closing = world.clock.now()
    return {}


def settle(world: World) -> None:
    """Complete what is due: requests that have waited long enough, accounts that are closing."""
    now = world.clock.now()
    for request in world.account_requests.values():
        if now - request.requested >= SETTLES_AFTER:
            _complete(request, world)
    for account in world.members():
        if account.state == "PENDING_CLOSURE" and now - account.closing >= SETTLES_AFTER:
            account.state, account.status = "CLOSED", "SUSPENDED"


def _complete(request: AccountRequest, world: World) -> None:
    if request.completed is not None:
        return
    request.completed = world.clock.now()
    if not re.fullmatch(_EMAIL, request.email):
        request.failure = "INVALID_EMAIL"
        return
    if any(account.email.lower() == request.email.lower() for account in world.members()):
        request.failure = "EMAIL_ALREADY_EXISTS"
        return
    account = add_account(world, name=request.name, email=request.email, role=request.role, tags=request.tags)
    account.create_account_status_id = request.id
    request.account = str(account.id)


def _status(request: AccountRequest) -> dict[str, Any]:
    status: dict[str, Any] = {
        "Id": request.id,
        "AccountName": request.name,
        "State": "IN_PROGRESS",
        "RequestedTimestamp": request.requested,
    }
    if request.completed is not None:
        status |= {"State": "FAILED" if request.failure else "SUCCEEDED", "CompletedTimestamp": request.completed}
    if request.account:
        status["AccountId"] = request.account
    if request.failure:
        status["FailureReason"] = request.failure
    return status


ANSWERS: Mapping[str, Any] = {
    "CreateAccount": create_account,
    "DescribeCreateAccountStatus": describe_status,
    "ListCreateAccountStatus": list_statuses,
    "CloseAccount": close_account,
}
