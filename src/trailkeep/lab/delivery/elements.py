"""What a call said and what it was told: CloudTrail's requestParameters and responseElements, secrets left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from trailkeep.lab.call import Call
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
        asked = _lowered(_nested({k: v for k, v in call.params.items() if k not in _NOT_ASKED}))
    else:
        asked = _lowered({**call.uri, **call.params})
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
            told: Any = _lowered(json.loads(reply.body or b"{}"))
        elif call.protocol == "query":
            told = _lowered(_result(reply.body))
        else:
            return None
    except (ValueError, ET.ParseError):
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
        asked[_tag(root)] = _tree(root)
    return asked


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _nested(flat: Mapping[str, Any]) -> Any:
    """`Tags.member.1.Key=a` as `{"Tags": [{"Key": "a"}]}` (AWS's query protocol)."""
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        place = tree
        for part in path:
            deeper = place.setdefault(part, {})
            place = deeper if isinstance(deeper, dict) else {}
        place[last] = value
    return _listed(tree)


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = value.get("member", value) if set(value) == {"member"} else value
    if isinstance(inner, dict) and inner and all(name.isdigit() for name in inner):
        return [_listed(inner[name]) for name in sorted(inner, key=int)]
    return {name: _listed(each) for name, each in value.items()}


def _result(body: bytes) -> Any:
    root = ET.fromstring(body)  # noqa: S314  (it is moto's own answer)
    result = next((child for child in root if _tag(child).endswith("Result")), None)
    return _tree(result) if result is not None else {}


def _tree(element: ET.Element) -> Any:
    children = list(element)
    if not children:
        return (element.text or "").strip()
    if {_tag(child) for child in children} == {"member"}:
        return [_tree(child) for child in children]
    tree: dict[str, Any] = {}
    for child in children:
        name, value = _tag(child), _tree(child)
        if name in tree:
            before = tree[name]
            tree[name] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            tree[name] = value
    return tree


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _lowered(value: Any) -> Any:
    """Member names as CloudTrail spells them: the first letter small."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _lowered(each) for name, each in value.items()}
    return [_lowered(each) for each in value] if isinstance(value, list) else value


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if name.lower() in _MASKED else _masked(each)
            for name, each in value.items()
            if name.lower() not in _LEFT_OUT
        }
    return [_masked(each) for each in value] if isinstance(value, list) else value


def _unnamed(value: Any) -> Any:
    """Organizations hides the names and addresses of accounts (AWS Organizations User Guide, CloudTrail examples)."""
    if isinstance(value, dict):
        return {n: "****" if n in {"email", "accountName"} else _unnamed(each) for n, each in value.items()}
    return [_unnamed(each) for each in value] if isinstance(value, list) else value


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value, default=str)) <= _LONGEST:
        return value
    return {name: each for name, each in value.items() if len(json.dumps(each, default=str)) < 1_000}
