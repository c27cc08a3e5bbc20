"""An AWS error, and how each of AWS's wire protocols spells it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from trailkeep.lab.call import Call


class Refusal(Exception):  # noqa: N818  (it is AWS's answer, not a fault of ours)
    """AWS's refusal of a call: its error code, message, HTTP status, and further members of the error's shape."""

    def __init__(self, code: str, message: str, status: int = 400, **members: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    error: str | None = None


def not_in_lab(call: Call, because: str = "") -> Refusal:
    """The one refusal of everything the embedded organization cannot do; HTTP 400, so that no client retries it."""
    detail = f" ({because})" if because else ""
    return Refusal("NotInLab", f"{call.service}:{call.action} is not part of the embedded organization{detail}")


def access_denied(call: Call, detail: str = "") -> Refusal:
    """The service's own form of "you may not"."""
    text = f"User: {call.principal} is not authorized to perform: {call.permission}"
    on = f" on resource: {call.resource}" if call.resource != "*" else ""
    message = f"{text}{on}{' ' + detail if detail else ''}"
    if call.protocol in {"query", "rest-xml"}:
        return Refusal("AccessDenied", message, 403)
    return Refusal("AccessDeniedException", message, 403 if call.protocol == "rest-json" else 400)


def render(refusal: Refusal, call: Call) -> Reply:
    """The refusal in the protocol in which the call was made (botocore's parsers read exactly these forms)."""
    request_id = call.request_id
    if call.protocol == "rest-xml" and call.method == "HEAD":
        return Reply(status=refusal.status, headers=(("x-amz-request-id", request_id),), error=refusal.code)
    if call.protocol == "rest-xml" and call.service == "s3":
        body = _xml("Error", refusal, f"<RequestId>{request_id}</RequestId>")
        return _reply(refusal, "application/xml", '<?xml version="1.0" encoding="UTF-8"?>\n' + body, request_id)
    if call.protocol in {"query", "rest-xml"}:
        error = _xml("Error", refusal, "<Type>Sender</Type>")
        body = f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"
        return _reply(refusal, "text/xml", body, request_id)
    members = {"__type": refusal.code, "message": refusal.message, "Message": refusal.message, **refusal.members}
    return _reply(refusal, "application/x-amz-json-1.1", json.dumps(members), request_id)


def _xml(tag: str, refusal: Refusal, more: str) -> str:
    return f"<{tag}><Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>{more}</{tag}>"


def _reply(refusal: Refusal, content_type: str, body: str, request_id: str) -> Reply:
    headers = (("Content-Type", content_type), ("x-amzn-ErrorType", refusal.code), ("x-amzn-RequestId", request_id))
    return Reply(status=refusal.status, headers=headers, body=body.encode(), error=refusal.code)
