"""Attacks on log objects: delete, overwrite, forge, shorten retention, read from outside (Amazon S3 API Reference)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from trailkeep.app.attacks.attempt import Attempt, Params, Targets, Who

_SOON = datetime(2026, 1, 1, tzinfo=UTC)
_FORGED = b'{"Records":[]}'
_ADMINS = (Who.ARCHIVE, Who.ARCHIVE_ROOT)


def _where(t: Targets, **more: Any) -> Mapping[str, Any]:  # noqa: ANN401 whatever the operation takes
    return {"Bucket": t.bucket, "Key": t.object_key, **more}


def _forge(t: Targets) -> Mapping[str, Any]:
    return {"Bucket": t.bucket, "Key": f"{t.object_key}.forged", "Body": _FORGED}


def _shorten(t: Targets) -> Mapping[str, Any]:
    return _where(
        t,
        VersionId=t.version,
        Retention={"Mode": "GOVERNANCE", "RetainUntilDate": _SOON},
        BypassGovernanceRetention=True,
    )


def _attempt(what: str, by: tuple[Who, ...], operation: str, params: Params) -> Attempt:
    return Attempt(what=what, by=by, service="s3", operation=operation, params=params)


ATTEMPTS = (
    _attempt("read a log", (Who.OUTSIDER, Who.ANONYMOUS), "get_object", _where),
    _attempt(
        "forge a log", (Who.ARCHIVE, Who.ARCHIVE_ROOT, Who.MEMBER, Who.OUTSIDER, Who.ANONYMOUS), "put_object", _forge
    ),
    _attempt("overwrite a log", _ADMINS, "put_object", lambda t: _where(t, Body=_FORGED)),
    _attempt("shorten retention", _ADMINS, "put_object_retention", _shorten),
    _attempt(
        "lift a legal hold", (Who.ARCHIVE,), "put_object_legal_hold", lambda t: _where(t, LegalHold={"Status": "OFF"})
    ),
    _attempt("delete a log", (*_ADMINS, Who.MEMBER, Who.OUTSIDER, Who.ANONYMOUS), "delete_object", _where),
    _attempt("delete a version", (Who.ARCHIVE_ROOT,), "delete_object", lambda t: _where(t, VersionId=t.version)),
    _attempt(
        "delete a version, bypassing its lock",
        (Who.ARCHIVE,),
        "delete_object",
        lambda t: _where(t, VersionId=t.version, BypassGovernanceRetention=True),
    ),
)
