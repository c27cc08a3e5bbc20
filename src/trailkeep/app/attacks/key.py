"""Attacks on the archive's key: without it no log can be read (AWS KMS API Reference)."""

import json
from collections.abc import Mapping
from typing import Any

from trailkeep.app.attacks.attempt import Attempt, Params, Step, Targets, Who


def _key(t: Targets) -> Mapping[str, Any]:
    return {"KeyId": t.key}


def _own_policy(t: Targets) -> Mapping[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{t.security}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"KeyId": t.key, "PolicyName": "default", "Policy": policy}


def _step(t: Targets, operation: str, **more: Any) -> Step:  # noqa: ANN401 whatever the operation takes
    return Step(account=t.security, service="kms", operation=operation, params={"KeyId": t.key, **more}, region=t.home)


def _attempt(what: str, operation: str, params: Params, by: tuple[Who, ...], *back: str) -> Attempt:
    return Attempt(
        what=what,
        by=by,
        service="kms",
        operation=operation,
        params=params,
        undo=lambda t: tuple(_step(t, one) for one in back),
        needs=lambda t: bool(t.key),
    )


ATTEMPTS = (
    _attempt("disable the key", "disable_key", _key, (Who.SECURITY, Who.ARCHIVE), "enable_key"),
    _attempt("stop rotating the key", "disable_key_rotation", _key, (Who.SECURITY,), "enable_key_rotation"),
    Attempt(
        what="take CloudTrail off the key",
        by=(Who.SECURITY,),
        service="kms",
        operation="put_key_policy",
        params=_own_policy,
        undo=lambda t: (_step(t, "put_key_policy", PolicyName="default", Policy=t.key_policy),),
        needs=lambda t: bool(t.key),
    ),
    _attempt(
        "delete the key",
        "schedule_key_deletion",
        lambda t: {"KeyId": t.key, "PendingWindowInDays": 7},
        (Who.SECURITY, Who.ARCHIVE, Who.OUTSIDER),
        "cancel_key_deletion",
        "enable_key",
    ),
)
