"""One AWS call as it arrives: who, where, which API, on what; read from the HTTP request alone."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from trailkeep.lab.caller import ANONYMOUS, Caller
from trailkeep.lab.s3_permissions import SERVED as S3_SERVED
from trailkeep.lab.s3_permissions import s3_permission, s3control_permission

SERVED = frozenset(
    "account cloudtrail cloudwatch config controltower events iam kms logs organizations "
    "s3 s3control securityhub sns sqs ssm sts".split()
)
"""The services, by signing name, of which the embedded organization has something to offer."""


_SIGNED_AS = {"monitoring": "cloudwatch"}
_RPC_PATH = re.compile(r"/service/[^/]+/operation/(\w+)")
"""Where Smithy's RPC protocol names the operation (botocore model cloudwatch, protocol smithy-rpc-v2-cbor)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The credential scope of a signed request (Signature Version 4)."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One AWS call. `params` are the members of a JSON or query request; REST services have path and query in `uri`."""

    seq: int
    account: str
    region: str
    service: str
    action: str
    principal: str
    protocol: str
    method: str
    params: Mapping[str, Any]
    uri: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    caller: Caller = ANONYMOUS

    @property
    def request_id(self) -> str:
        """A request id, the same for the same call of the same run."""
        return str(uuid.UUID(int=self.seq))

    @property
    def bucket(self) -> str:
        """The bucket an S3 call names, or nothing."""
        return self.uri.get("Bucket", "")

    @property
    def permission(self) -> str:
        """The IAM action, `s3:DeleteObjectVersion`."""
        if self.service == "s3":
            return f"s3:{s3_permission(self.action, of_a_version='versionId' in self.uri)}"
        if self.service == "s3control":
            return f"s3:{s3control_permission(self.action)}"
        return f"{self.service}:{self.action}"

    @property
    def resource(self) -> str:
        """The ARN the call is about where the request says it, otherwise `*`."""
        if self.bucket:
            key = self.uri.get("Key")
            whole = "/*" if self.action == "DeleteObjects" else ""
            return f"arn:aws:s3:::{self.bucket}{'/' + key if key else whole}"
        named = self.params.get("Name") or self.params.get("TrailName") or self.params.get("RoleArn")
        return named if isinstance(named, str) and named.startswith("arn:") else "*"


def unserved_protocol(service: str) -> str:
    """The wire protocol of a service that is not served here, so that its refusal can be read; else JSON."""
    try:
        return str(get_service_model(service).protocol).replace("ec2", "query")
    except Exception:  # noqa: BLE001  (whatever the loader of service models makes of an unknown signing name)
        return "json"


def credential(environ: Mapping[str, Any]) -> Credential | None:
    """The credential scope from the Authorization header or a presigned URL; None for an anonymous request."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    scope = ""
    if "Credential=" in header:
        scope = header.split("Credential=", 1)[1].split(",")[0]
    else:
        scope = dict(parse_qsl(environ.get("QUERY_STRING", ""))).get("X-Amz-Credential", "")
    parts = scope.split("/")
    if len(parts) != 5:
        return None
    service = _SIGNED_AS.get(parts[3].lower(), parts[3].lower())
    if service == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/"):
        service = "s3control"
    return Credential(access_key=parts[0], region=parts[2], service=service)


def is_anonymous(environ: dict[str, Any]) -> bool:
    """Whether an unsigned request is one to S3, which lets everybody ask: a path, and no other service's form."""
    has_form = "HTTP_X_AMZ_TARGET" in environ or "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "")
    action = "" if has_form else action_of(environ, "s3", b"")[0]
    return environ.get("PATH_INFO", "/").strip("/") != "" and action in S3_SERVED


def action_of(environ: dict[str, Any], service: str, body: bytes) -> tuple[str, dict[str, str]]:
    """The API operation and the parameters that stand in the path and query; an empty name when no API is that."""
    rpc = _RPC_PATH.fullmatch(str(environ.get("PATH_INFO", "")))
    if rpc:
        return rpc[1], {}
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return str(target).rsplit(".", 1)[-1], {}
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    if get_service_model(service).protocol == "query" or b"Action=" in body[:4096]:
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        return form.get("Action") or query.get("Action", ""), {}
    try:
        operation, params = get_service_router(service).match(Request(dict(environ, **{"wsgi.input": io.BytesIO(b"")})))
    except (HTTPException, NotImplementedError):
        return "", query
    return str(operation.name), query | {name: str(value) for name, value in params.items()}


def protocol_of(environ: Mapping[str, Any], service: str) -> str:
    """The wire protocol of this request."""
    model = get_service_model(service)
    try:
        return determine_request_protocol(model, environ.get("CONTENT_TYPE"))
    except NotImplementedError:
        return str(model.protocol)


def params_of(protocol: str, body: bytes) -> dict[str, Any]:
    """The request's members: the JSON object, or the flat form of a query request; empty for anything else."""
    if protocol in {"json", "rest-json"}:
        try:
            value = json.loads(body or b"{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}
    if protocol == "query":
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return {}


def read_body(environ: dict[str, Any], service: str) -> bytes:
    """The body, put back for whoever reads next; the contents of an object are not read here."""
    query = environ.get("QUERY_STRING", "")
    depth = environ.get("PATH_INFO", "").strip("/").count("/")
    if service == "s3" and depth > 0 and not any(part in query for part in ("retention", "legal-hold", "tagging")):
        return b""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not length:
        return b""
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def headers_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers, names in lower case with hyphens."""
    return {
        name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items() if name.startswith("HTTP_")
    }
