"""Talking to a running lab about credentials and denials, from another process; nothing heavy is imported here."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Loopback is never reached through a proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an unsigned request was answered: HTTP status, and S3's own code and request id where it failed."""

    status: int
    code: str = ""
    request_id: str = ""


class Lender:
    """The running lab that lends credentials. Every method raises OSError when it cannot be reached."""

    def __init__(self, url: str) -> None:
        self.url = url

    def root(self, account: str) -> dict[str, str]:
        """`access_key`, `secret_key` and `session_token` of the account's root user."""
        return dict(self._control("POST", "credentials", {"account": account, "as": "root"}))

    def administrator(self, account: str, *, delegate: str = "") -> dict[str, str]:
        """The same of an administrator; `delegate` names a service the account administers for the organization."""
        body = {"account": account, "as": "administrator", **({"delegate": delegate} if delegate else {})}
        return dict(self._control("POST", "credentials", body))

    def take_back(self) -> None:
        """Everything lent is void from now on, and leaves no role behind."""
        self._control("DELETE", "credentials")

    def denials(self) -> Mapping[str, dict[str, Any]]:
        """By request id: the policy, level and statement that denied a call."""
        return {found["request_id"]: found for found in self._control("GET", "denials")}

    def unsigned(self, method: str, path: str, body: bytes = b"") -> Answered:
        """An anonymous request to S3, `path` being `/bucket/key`."""
        headers = {"Content-Type": "application/octet-stream"}  # urllib's own would be that of a form
        request = urllib.request.Request(  # noqa: S310 loopback
            f"{self.url}{path}", method=method, data=body or None, headers=headers
        )
        try:
            with _DIRECT.open(request, timeout=30) as answer:
                return Answered(status=answer.status)
        except urllib.error.HTTPError as refused:
            told = refused.headers
            return Answered(
                status=refused.code,
                code=told.get("x-amzn-ErrorType", "") or str(refused.code),
                request_id=told.get("x-amzn-RequestId", ""),
            )

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  (the address is a loopback server)
            f"{self.url}/_trailkeep/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with _DIRECT.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise ValueError(json.load(refused)["error"]) from None
