"""The door of the embedded organization: identifies every call, passes it through the gate, and has it answered."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException

from trailkeep.lab.answers import AFTERWARDS, ANSWERS, is_served
from trailkeep.lab.call import (
    SERVED,
    Call,
    Credential,
    action_of,
    credential,
    headers_of,
    is_anonymous,
    params_of,
    protocol_of,
    read_body,
    unserved_protocol,
)
from trailkeep.lab.caller import ANONYMOUS
from trailkeep.lab.config_register import keep_evaluating
from trailkeep.lab.controls import control
from trailkeep.lab.delivery.recording import keep_delivering, record
from trailkeep.lab.eventbridge_trails import keep_telling
from trailkeep.lab.faults import Fault
from trailkeep.lab.gate import gate
from trailkeep.lab.refusal import Refusal, Reply, access_denied, not_in_lab, render
from trailkeep.lab.resources import resource_of
from trailkeep.lab.world import World

StartResponse = Callable[..., Any]
REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
}
UNSIGNED = "AWS4-HMAC-SHA256 Credential=ANONYMOUS/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
_GLOBAL = frozenset({"iam", "organizations", "account"})


class Door:
    """A WSGI application around moto's."""

    def __init__(self, world: World, moto: Callable[..., Iterable[bytes]]) -> None:
        self._world = world
        self._moto = moto
        keep_delivering(world)
        keep_telling(world)
        keep_evaluating(world)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO", "").startswith("/_trailkeep/"):
            return self._send(control(environ, self._world), start_response)
        call = self._identify(environ)
        if isinstance(call, Reply):
            return self._send(call, start_response)
        faults = self._world.faults.hitting(
            account=call.account,
            region=call.region,
            service=call.service,
            action=call.action,
            resource=call.resource,
        )
        try:
            reply = self._answer(call, environ, faults)
        except Refusal as refusal:
            reply = render(refusal, call)
        self._record(call, reply)
        if any(fault.kind == "drop" for fault in faults):
            _hang_up(environ)
        return self._send(reply, start_response)

    def _identify(self, environ: dict[str, Any]) -> Call | Reply:
        seq = self._world.recorder.next_number()
        scope = credential(environ)
        anonymous = scope is None and is_anonymous(environ)
        if anonymous:
            scope = Credential(access_key="", region=self._world.scenario.home_region, service="s3")
        if scope is None or scope.service not in SERVED:
            return _unknown(seq, environ, scope.service if scope else "s3", signed=scope is not None)
        body = read_body(environ, scope.service)
        protocol = protocol_of(environ, scope.service)
        action, uri = action_of(environ, scope.service, body)
        caller = ANONYMOUS if anonymous else self._world.caller(scope.access_key)
        call = Call(
            seq=seq,
            account=caller.account if caller else "",
            region=scope.region,
            service=scope.service,
            action=action,
            principal=caller.arn if caller else "",
            caller=caller or ANONYMOUS,
            protocol=protocol,
            method=environ["REQUEST_METHOD"],
            params=params_of(protocol, body),
            uri=uri,
            headers=headers_of(environ),
            body=body,
        )
        return call if caller else render(invalid_token(call), call)

    def _answer(self, call: Call, environ: dict[str, Any], faults: tuple[Fault, ...]) -> Reply:
        for fault in faults:
            strike(fault, call)
        if call.service not in _GLOBAL and self._world.regions.status(call.account, call.region) == "DISABLED":
            raise invalid_token(call)
        if not is_served(call):
            raise not_in_lab(call)
        refusal = gate(call, self._world)
        if refusal is not None:
            raise refusal
        own = ANSWERS.get(call.service, {}).get(call.action)
        if own is not None:
            with self._world.lock:
                answered = _translated(own, call, self._world)
            if answered is not None:
                return answered if isinstance(answered, Reply) else _json(answered)
        return self._ask_moto(call, environ)

    def _ask_moto(self, call: Call, environ: dict[str, Any]) -> Reply:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account_for_moto(call)
        environ.setdefault("HTTP_AUTHORIZATION", UNSIGNED)  # the gate has let nobody in: so must moto
        try:
            reply = capture(self._moto, environ)
        except NotImplementedError:
            raise not_in_lab(call) from None
        except Exception as crash:  # moto fails in every way there is; the client must see one clean refusal
            raise not_in_lab(call, f"{type(crash).__name__}: {crash}") from crash
        if reply.status >= 500 or _is_html(reply):
            raise not_in_lab(call)
        after = AFTERWARDS.get(call.service, {}).get(call.action)
        if after is not None and reply.status < 300:
            with self._world.lock:
                after(call, self._world)
        return reply

    def _account_for_moto(self, call: Call) -> str:
        if call.service == "organizations":
            return self._world.management  # who may see the organization was decided before
        if call.service == "kms":
            return resource_of(call, self._world).owner  # a key of another account, which its policy opens to this one
        bucket = self._world.bucket(call.bucket) if call.bucket else None
        return bucket.account_id if bucket is not None and call.action != "CreateBucket" else call.account

    def _record(self, call: Call, reply: Reply) -> None:
        error = reply.error or (error_code(reply) if reply.status >= 400 else None)
        record(call, reply, error, self._world)

    @staticmethod
    def _send(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
        headers = list(reply.headers)
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers.append(("Content-Length", str(len(reply.body))))
        start_response(f"{reply.status} {REASONS.get(reply.status, 'Answer')}", headers)
        return [reply.body]


def strike(fault: Fault, call: Call) -> None:
    """Let a fault hit a call before it is executed: wait, or raise the refusal it stands for."""
    s3 = call.service == "s3"
    match fault.kind:
        case "latency":
            time.sleep(fault.seconds)
        case "throttle" if s3:
            raise Refusal("SlowDown", "Please reduce your request rate.", 503)
        case "throttle" if call.service == "organizations":
            raise Refusal("TooManyRequestsException", "You have sent too many requests in too short a period of time.")
        case "throttle":
            code = "Throttling" if call.protocol in {"query", "rest-xml"} else "ThrottlingException"
            raise Refusal(code, "Rate exceeded")
        case "deny":
            raise access_denied(call, "with an explicit deny")
        case "outage":
            raise Refusal("ServiceUnavailable" if s3 else "InternalFailure", "The service is unavailable.", 503)
        case "unoffered":
            raise Refusal("UnsupportedOperationException", f"{call.action} is not supported in {call.region}.")
        case "drop":
            pass


def invalid_token(call: Call) -> Refusal:
    """The refusal of a key nobody has, and of any key in a Region its account has not enabled."""
    message = "The security token included in the request is invalid."
    if call.service == "s3":
        if not call.account:
            return Refusal(
                "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403
            )
        return Refusal("InvalidToken", "The provided token is malformed or otherwise invalid.", 400)
    if call.protocol in {"query", "rest-xml"}:
        return Refusal("InvalidClientTokenId", message, 403)
    return Refusal("UnrecognizedClientException", message, 403 if call.protocol == "rest-json" else 400)


def capture(application: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Reply:
    """Run a WSGI application and keep its whole answer."""
    seen: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        seen["status"], seen["headers"] = int(status.split(" ", 1)[0]), tuple(headers)

    chunks = application(environ, start)
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    return Reply(status=seen["status"], headers=seen["headers"], body=body)


def error_code(reply: Reply) -> str:
    """AWS's error code in an answer of moto, whichever protocol it speaks; the HTTP status when there is none."""
    for name, value in reply.headers:
        if name.lower() == "x-amzn-errortype":
            return value
    found = re.search(rb'<Code>([^<]+)</Code>|"__type": ?"(?:[^"#]*#)?([^"]+)"', reply.body)
    return (found.group(1) or found.group(2)).decode() if found else str(reply.status)


def _translated(own: Callable[[Call, World], Any], call: Call, world: World) -> Any:
    try:
        return own(call, world)
    except JsonRESTError as error:
        raise Refusal(error.error_type, str(error.message), int(error.code)) from None
    except ServiceException as error:
        raise Refusal(error.code, error.message) from None


def _json(members: dict[str, Any]) -> Reply:
    headers = (("Content-Type", "application/x-amz-json-1.1"),)
    return Reply(headers=headers, body=json.dumps(members).encode())


def _is_html(reply: Reply) -> bool:
    kinds = [value for name, value in reply.headers if name.lower() == "content-type"]
    return (
        reply.status == 404
        and any("text/html" in kind for kind in kinds)
        and b"<Code>" not in reply.body
        and bool(reply.body)
    )


def _unknown(seq: int, environ: dict[str, Any], service: str, *, signed: bool) -> Reply:
    protocol = unserved_protocol(service)
    method = environ["REQUEST_METHOD"]
    form = params_of("query", read_body(environ, service))
    target = str(environ.get("HTTP_X_AMZ_TARGET", "")).rsplit(".", 1)[-1] or form.get("Action", "")
    call = Call(
        seq=seq, account="", region="", service=service, action=target or method, principal="anonymous",
        protocol=protocol, method=method, params={}, uri={}, headers={}, body=b"",
    )  # fmt: skip
    return render(not_in_lab(call) if signed else Refusal("AccessDenied", "Access Denied", 403), call)


def _hang_up(environ: dict[str, Any]) -> None:
    """Lose the answer: close the connection, and let werkzeug notice it."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("the answer was dropped by a fault")
