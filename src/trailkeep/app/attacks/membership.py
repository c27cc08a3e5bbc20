"""Attacks on the organization: leave it, close the account, take guardrails off (AWS Organizations API Reference)."""

from trailkeep.app.attacks.attempt import Attempt, Params, Who


def _attempt(what: str, by: tuple[Who, ...], operation: str, params: Params) -> Attempt:
    return Attempt(what=what, by=by, service="organizations", operation=operation, params=params)


ATTEMPTS = (
    _attempt(
        "detach a policy",
        (Who.MEMBER,),
        "detach_policy",
        lambda t: {"PolicyId": "p-FullAWSAccess", "TargetId": t.member},
    ),
    _attempt("close the account", (Who.MEMBER,), "close_account", lambda t: {"AccountId": t.member}),
    _attempt("leave the organization", (Who.MEMBER, Who.ARCHIVE, Who.ARCHIVE_ROOT), "leave_organization", lambda _: {}),
)
