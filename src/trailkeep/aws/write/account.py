"""A new member account, never made twice: CreateAccount is asynchronous and has no idempotency token."""

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask, ask_all, chosen, is_lost, tagged
from trailkeep.aws.write.wait import Wait, until
from trailkeep.errors import AwsError
from trailkeep.model.change import CreateAccount

_CREATION_TAKES = 900.0
_LOST_ANSWER_SHOWS = 45.0
_ROLE_TAKES = 120.0

_BUSINESS = "complete the business validation that AWS has asked for (Billing console, or the e-mail to the root user)"
_PAYMENT = "put the payment method of the management account in order (Billing console), then run again"
_LIMIT = (
    "raise the quota 'Default maximum number of accounts' (Service Quotas, us-east-1); in an organization made within "
    "the last hour, wait an hour"
)
_HINTS: Mapping[str, str] = {
    "ACCOUNT_LIMIT_EXCEEDED": _LIMIT,
    "EMAIL_ALREADY_EXISTS": "an AWS account outside this organization, or a closed one, has this e-mail address: "
    "choose another (plus-addressing is fine), or invite that account",
    "INVALID_EMAIL": "choose another e-mail address for the account",
    "INVALID_ADDRESS": "correct the postal address of the management account, then run again",
    "CONCURRENT_ACCOUNT_MODIFICATION": "another account is being created: run again in a few minutes",
    "INTERNAL_FAILURE": "AWS failed: run again; if it stays, contact AWS Support",
    "MISSING_PAYMENT_INSTRUMENT": _PAYMENT,
    "INVALID_PAYMENT_INSTRUMENT": _PAYMENT,
    "UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED": "leave the tags out, then run again",
    **{f"{state}_BUSINESS_VALIDATION": _BUSINESS for state in ("MISSING", "FAILED", "PENDING", "UNKNOWN")},
    "INVALID_IDENTITY_FOR_BUSINESS_VALIDATION": _BUSINESS,
    "ConstraintViolationException": _LIMIT,
    "FinalizingOrganizationException": "the organization is still being set up: wait an hour, then run again",
}
"""What to do about each reason (botocore model organizations CreateAccountFailureReason, CreateAccount)."""


def create_account(cloud: Cloud, change: CreateAccount, wait: Wait) -> dict[str, str]:
    """Find the account by its e-mail address or create it, and wait until its role can be assumed.

    Raises AwsError when AWS refuses, when the account does not come within 15 minutes, or when its role does not
    answer within 2 more.
    """
    account = _find(cloud, change, wait) or _create(cloud, change, wait)
    cloud.forget(account)
    if not until(wait, _ROLE_TAKES, lambda: _can_enter(cloud, account) or None):
        raise AwsError(
            f"account {account} ({change.new.name}) exists, but its role {change.role.name} cannot be assumed yet",
            code="AccountNotReady",
            hint="run again in a few minutes; if it stays, make the role by hand in that account",
        )
    return chosen(change.new.id, account)


def _find(cloud: Cloud, change: CreateAccount, wait: Wait) -> str | None:
    """The account with this e-mail address, waiting for it if AWS is creating it right now."""
    listed = _listed(cloud, change)
    if listed:
        return listed
    for status in _statuses(cloud, change):
        if status["State"] == "SUCCEEDED" and _has_email(cloud, change, status["AccountId"]):
            return str(status["AccountId"])
        if status["State"] == "IN_PROGRESS":
            ended = _ended(cloud, change, wait, status["Id"])
            if ended["State"] == "SUCCEEDED" and _has_email(cloud, change, ended["AccountId"]):
                return str(ended["AccountId"])
    return None


def _listed(cloud: Cloud, change: CreateAccount) -> str | None:
    wanted = change.new.email.casefold()
    for found in ask_all(cloud, change, "organizations", "list_accounts", "Accounts"):
        if found["Email"].casefold() != wanted:
            continue
        state = found.get("State") or found["Status"]
        if state in {"ACTIVE", "PENDING_ACTIVATION"}:
            return str(found["Id"])
        raise AwsError(
            f"account {found['Id']} has the e-mail address {change.new.email} and is {state}",
            code="EMAIL_ALREADY_EXISTS",
            hint="reopen that account, or choose another e-mail address",
        )
    return None


def _statuses(cloud: Cloud, change: CreateAccount) -> Iterator[dict[str, Any]]:
    """Creations under way or done under this name; ListCreateAccountStatus does not say the e-mail address."""
    found = ask_all(
        cloud,
        change,
        "organizations",
        "list_create_account_status",
        "CreateAccountStatuses",
        States=["IN_PROGRESS", "SUCCEEDED"],
    )
    return (s for s in found if s.get("AccountName") in {None, change.new.name})


def _has_email(cloud: Cloud, change: CreateAccount, account: str) -> bool:
    try:
        found = ask(cloud, change, "organizations", "describe_account", AccountId=account)["Account"]
    except AwsError as error:
        if error.code == "AccountNotFoundException":  # it has left the organization since
            return False
        raise
    return bool(found["Email"].casefold() == change.new.email.casefold())


def _create(cloud: Cloud, change: CreateAccount, wait: Wait) -> str:
    try:
        status = cloud.call(
            change.account,
            "",
            "organizations",
            "create_account",
            safe=False,
            Email=change.new.email,
            AccountName=change.new.name,
            RoleName=change.role.name,
            **tagged("Tags", change.tags),
        )["CreateAccountStatus"]
    except AwsError as error:
        return _after(cloud, change, wait, error)
    ended = _ended(cloud, change, wait, status["Id"])
    if ended["State"] == "SUCCEEDED":
        return str(ended["AccountId"])
    reason = str(ended.get("FailureReason", "UNKNOWN"))
    raise AwsError(
        f"could not create account {change.new.name} <{change.new.email}>: {reason}",
        code=reason,
        hint=_HINTS.get(reason, "see CreateAccount's failure reasons, and contact AWS Support"),
    )


def _after(cloud: Cloud, change: CreateAccount, wait: Wait, error: AwsError) -> str:
    """A lost answer: AWS may be creating the account. Look for it, and never ask a second time in this run."""
    if not is_lost(error):
        raise AwsError(error.message, code=error.code, hint=_HINTS.get(error.code, error.hint)) from error
    found = until(wait, _LOST_ANSWER_SHOWS, lambda: _find(cloud, change, wait))
    if found:
        return found
    raise AwsError(
        f"AWS did not answer whether it creates account {change.new.name} <{change.new.email}>",
        code="AnswerLost",
        hint="run again in some minutes: trailkeep looks for that e-mail address before it creates anything",
    ) from error


def _ended(cloud: Cloud, change: CreateAccount, wait: Wait, request: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        status: dict[str, Any] = ask(
            cloud, change, "organizations", "describe_create_account_status", CreateAccountRequestId=request
        )["CreateAccountStatus"]
        return None if status["State"] == "IN_PROGRESS" else status

    ended = until(wait, _CREATION_TAKES, look)
    if ended is None:
        raise AwsError(
            f"AWS has been creating account {change.new.name} for {_CREATION_TAKES / 60:.0f} minutes",
            code="AccountPending",
            hint="run again later: trailkeep finds the account by its e-mail address",
        )
    return ended


def _can_enter(cloud: Cloud, account: str) -> bool:
    try:
        cloud.enter(account)
    except AwsError as error:
        if error.code in {"AccessDenied", "AccessDeniedException"}:
            cloud.forget(account)  # the role comes a moment after the account
            return False
        raise
    return True
