"""Attacks on the trail: stop, redirect, narrow and delete it (AWS CloudTrail API Reference)."""

from collections.abc import Callable
from typing import Any

from trailkeep.app.attacks.attempt import Attempt, Params, Step, Targets, Who

_WRITES_ONLY = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": []}]
_EVERYTHING = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]


def _of(who: Who) -> tuple[Callable[[Targets], str], Callable[[Targets], str]]:
    if who is Who.DELEGATED:
        return (lambda t: t.central), (lambda t: t.central_account)
    return (lambda t: t.trail), (lambda t: t.trail_account)


def _attempts(who: Who) -> tuple[Attempt, ...]:
    arn, account = _of(who)

    def attempt(what: str, operation: str, params: Params, back: tuple[str, Params] | None = None) -> Attempt:
        def undo(t: Targets) -> tuple[Step, ...]:
            if back is None:
                return ()
            return (Step(account=account(t), service="cloudtrail", operation=back[0], params=back[1](t)),)

        return Attempt(what=what, by=(who,), service="cloudtrail", operation=operation, params=params, undo=undo)

    def change(**params: Any) -> Params:  # noqa: ANN401 whatever the operation takes
        return lambda t: {"Name": arn(t), **params}

    def select(selectors: list[dict[str, Any]]) -> Params:
        return lambda t: {"TrailName": arn(t), "EventSelectors": selectors}

    def redirect(t: Targets) -> dict[str, str]:
        return {"Name": arn(t), "S3BucketName": t.elsewhere}

    def direct_back(t: Targets) -> dict[str, str]:
        return {"Name": arn(t), "S3BucketName": t.trail_bucket}

    one_region = change(IsMultiRegionTrail=False)
    return (
        attempt("stop the trail", "stop_logging", change(), ("start_logging", change())),
        attempt("redirect the trail", "update_trail", redirect, ("update_trail", direct_back)),
        attempt(
            "trail of one Region only", "update_trail", one_region, ("update_trail", change(IsMultiRegionTrail=True))
        ),
        attempt(
            "no digests",
            "update_trail",
            change(EnableLogFileValidation=False),
            ("update_trail", change(EnableLogFileValidation=True)),
        ),
        attempt(
            "record writes only",
            "put_event_selectors",
            select(_WRITES_ONLY),
            ("put_event_selectors", select(_EVERYTHING)),
        ),
        attempt("delete the trail", "delete_trail", change()),
    )


ATTEMPTS = (*_attempts(Who.MEMBER), *_attempts(Who.DELEGATED))
