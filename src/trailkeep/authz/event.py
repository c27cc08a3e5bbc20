"""The request behind a CloudTrail event, as far as the event tells it.

Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference.html
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trailkeep.errors import UsageError

_SAID = re.compile(r"not authorized to perform: ([\w-]+:\w+)(?: on resource: \"?(arn:[^\s\"]+|\*)\"?)?", re.ASCII)
_S3_NAMES = {
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
}
"""Event names that are not the name of the permission (Service Authorization Reference, Amazon S3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be decided: as a person writes it, or as an event tells it. `answered` is AWS's own error."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]
    resource_account: str = ""
    answered: str = ""


def asked_in(found: Any) -> Asked:  # noqa: ANN401 whatever was piped in
    """The request of an event, alone or the only one in Records. Raises UsageError for what is no event.

    The error message names the permission and the resource; without it they come from the event's name, its
    resources and S3's parameters.
    """
    event = _event(found)
    said = _SAID.search(_text(event, "errorMessage"))
    return Asked(
        principal=_principal(event),
        action=said[1] if said else _action(event),
        resource=(said[2] if said and said[2] else "") or _resource(event),
        resource_account=next((str(r.get("accountId") or "") for r in _resources(event)), ""),
        context=dict(_context(event)),
        answered=" ".join(filter(None, (_text(event, "errorCode"), _text(event, "errorMessage")))),
    )


def _event(found: Any) -> Mapping[str, Any]:  # noqa: ANN401 whatever was piped in
    if isinstance(found, Mapping) and isinstance(found.get("CloudTrailEvent"), Mapping):
        found = found["CloudTrailEvent"]
    records = found.get("Records") if isinstance(found, Mapping) else found
    if isinstance(records, list):
        if len(records) != 1:
            raise UsageError(f"there are {len(records)} events, not one", hint="pass on the one that was denied")
        found = records[0]
    if not isinstance(found, Mapping) or not _text(found, "eventName") or not _text(found, "eventSource"):
        raise UsageError("this is no CloudTrail event", hint="it needs eventSource, eventName and userIdentity")
    return found


def _principal(event: Mapping[str, Any]) -> str:
    who = _inner(event, "userIdentity")
    kind = _text(who, "type")
    if kind == "AWSService":
        return _text(who, "invokedBy")
    if "ANONYMOUS" in _text(who, "principalId").upper() or (kind == "AWSAccount" and not _text(who, "accountId")):
        return "anonymous"
    if not _text(who, "arn"):
        raise UsageError("the event does not say who asked", hint="name the principal with --principal")
    return _text(who, "arn")


def _action(event: Mapping[str, Any]) -> str:
    service, name = _text(event, "eventSource").partition(".")[0], _text(event, "eventName")
    return f"{service}:{_S3_NAMES.get(name, name) if service == 's3' else name}"


def _resource(event: Mapping[str, Any]) -> str:
    asked = _inner(event, "requestParameters")
    bucket, key = _text(asked, "bucketName"), _text(asked, "key")
    if _text(event, "eventSource").startswith("s3.") and bucket:
        return f"arn:{_partition(event)}:s3:::{bucket}{'/' + key if key else ''}"
    arns = [_text(r, "ARN") for r in _resources(event)]
    named = [v for v in asked.values() if isinstance(v, str) and v.startswith("arn:")]
    return next(filter(None, [*arns, *named]), "*")


def _context(event: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    session = _inner(_inner(event, "userIdentity"), "sessionContext")
    found = {
        "aws:principalarn": _text(_inner(session, "sessionIssuer"), "arn"),
        "aws:multifactorauthpresent": _text(_inner(session, "attributes"), "mfaAuthenticated"),
        "aws:requestedregion": _text(event, "awsRegion"),
        "aws:currenttime": _text(event, "eventTime"),
        "aws:sourcevpce": _text(event, "vpcEndpointId"),
        "aws:useragent": _text(event, "userAgent"),
        "aws:sourceip": _address(_text(event, "sourceIPAddress")),
    }
    yield from ((key, (value,)) for key, value in found.items() if value)


def _address(text: str) -> str:
    """A service's name stands where a service called; such a request has no aws:SourceIp."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _resources(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = event.get("resources")
    return [r for r in found if isinstance(r, Mapping)] if isinstance(found, list) else []


def _partition(event: Mapping[str, Any]) -> str:
    arn = _text(_inner(event, "userIdentity"), "arn")
    return arn.split(":")[1] if arn.startswith("arn:") else "aws"


def _inner(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    return value if isinstance(value, Mapping) else {}


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""
