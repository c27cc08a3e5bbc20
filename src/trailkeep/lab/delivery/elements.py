"""What a call said and what it was told: CloudTrail's requestParameters and responseElements, secrets left out."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from trailkeep.lab.call import Call
from trailkeep.lab.delivery.wire import DEEPEST, dated, lowered, nested, tag, tree_of, xml_result
from trailkeep.lab.refusal import Reply

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_LEFT_OUT = frozenset({"secretaccesskey", "plaintext", "ciphertextblob", "password", "newpassword", "oldpassword"})
_MASKED = frozenset(
    {"sessiontoken", "secretstring", "secretbinary", "x-amz-signature", "x-amz-security-token", "x-amz-credential"}
)
_NOT_ASKED = frozenset({"Action", "Version"})
_LONGEST = 100_000
"""Bytes of one element; a longer one is left out (CloudTrail User Guide, record contents: requestParameters)."""


def request_parameters(call: Call) -> dict[str, Any] | None:
    """The request's members in CloudTrail's spelling; None when there are none."""
    if call.service in {"s3", "s3control"}:
        asked: Any = _bucket_request(call)
    elif call.protocol == "query":
        asked = lowered(nested({k: v for k, v in call.params.items() if k not in _NOT_ASKED}))
    else:
        asked = lowered({**call.uri, **call.params})
    if call.service == "organizations":
        asked = _unnamed(asked)
    if call.service == "ssm" and "value" in asked:
        asked["value"] = HIDDEN
    return _bounded(_masked(asked)) or None


def response_elements(call: Call, reply: Reply) -> dict[str, Any] | None:
    """The answer's members, of a call that changes something; None when there are none."""
    if call.service == "s3":
        shown = {k.lower(): v for k, v in reply.headers if k.lower() in _S3_ANSWERS}
        return shown or None
    try:
        if call.protocol in {"json", "rest-json"}:
            told: Any = dated(lowered(json.loads(reply.body or b"{}")))
        elif call.protocol == "query":
            told = dated(lowered(xml_result(reply.body)), "," if call.service == "sts" else "")
        else:
            return None
    except (ValueError, RecursionError, ET.ParseError):
        return None
    if not isinstance(told, dict):
        return None
    return _bounded(_masked(_unnamed(told) if call.service == "organizations" else told)) or None


_S3_ANSWERS = frozenset(
    {
        "x-amz-version-id",
        "x-amz-delete-marker",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
    }
)


def error_message(reply: Reply) -> str:
    """What the refusal said."""
    if reply.body.lstrip().startswith(b"{"):
        try:
            told = json.loads(reply.body)
        except ValueError:
            return ""
        return str(told.get("message") or told.get("Message") or "")
    found = re.search(rb"<Message>(.*?)</Message>", reply.body, re.DOTALL)
    return found[1].decode("utf-8", "replace") if found else ""


def _bucket_request(call: Call) -> dict[str, Any]:
    asked: dict[str, Any] = {k: v for k, v in call.uri.items() if k not in {"Bucket", "Key", "AccountId"}}
    if call.bucket:
        asked["bucketName"] = call.bucket
    if "Key" in call.uri:
        asked["key"] = call.uri["Key"]
    asked["Host"] = call.headers.get("host", "")
    if call.action == "PutBucketPolicy":
        asked["bucketPolicy"] = _document(call.body)
    elif call.body.lstrip().startswith(b"<"):
        try:
            root = ET.fromstring(call.body)  # noqa: S314  (the request was read by moto's parser already)
        except ET.ParseError:
            return asked
        asked[tag(root)] = tree_of(root)
    return asked


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _masked(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, dict):
        return {
            name: HIDDEN if name.lower() in _MASKED else _masked(each, depth + 1)
            for name, each in value.items()
            if name.lower() not in _LEFT_OUT
        }
    return [_masked(each, depth + 1) for each in value] if isinstance(value, list) else value


def _unnamed(value: Any) -> Any:
    """Organizations hides the names and addresses of accounts (AWS Organizations User Guide, CloudTrail examples)."""
    if isinstance(value, dict):
        return {n: "****" if n in {"email", "accountName"} else _unnamed(each) for n, each in value.items()}
    return [_unnamed(each) for each in value] if isinstance(value, list) else value


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value, default=str)) <= _LONGEST:
        return value
    return {name: each for name, each in value.items() if len(json.dumps(each, default=str)) < 1_000}
