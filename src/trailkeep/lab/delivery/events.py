"""A call becomes CloudTrail events: one in the caller's account, another in the account it reached."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from trailkeep.lab.call import Call
from trailkeep.lab.delivery.elements import error_message, request_parameters, response_elements
from trailkeep.lab.delivery.identity import stranger, user_identity
from trailkeep.lab.delivery.names import event_name, event_region, event_source, is_data, reads_only
from trailkeep.lab.refusal import Reply
from trailkeep.lab.world import World

VERSION = "1.11"
_NAMES = uuid.UUID("7a11cee9-0000-4000-8000-000000000000")
_CIPHER = "TLS_AES_128_GCM_SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One CloudTrail event; `record` is its JSON, the rest is what it is found and selected by.

    `time` is in seconds since the epoch, `account` the recipient, `resources` the ARNs it names.
    """

    id: str
    time: float
    account: str
    region: str
    source: str
    name: str
    username: str
    key: str
    read_only: bool
    data: bool
    resources: tuple[tuple[str, str], ...]
    record: bytes


def events_of(call: Call, reply: Reply, error: str | None, world: World) -> tuple[Event, ...]:
    """What CloudTrail writes of a call that ended: nothing where AWS was not really asked (NotInLab)."""
    if error == "NotInLab" or not call.account:
        return ()
    identity = user_identity(call, world)
    other = _reached(call, error, world)
    accounts = (call.account,) if other is None else (call.account, other)
    shared = str(uuid.uuid5(_NAMES, f"shared/{call.seq}")) if other is not None else None
    moment = world.clock.now()
    facts = _facts(call, reply, error, world, moment)
    return tuple(
        _event(call, facts, identity if account == call.account else stranger(identity), account, shared, moment)
        for account in accounts
    )


def delayed(event: Event) -> Event:
    """The event, marked as CloudTrail marks one that came late (CloudTrail User Guide, record contents: addendum)."""
    return replace(event, record=orjson.dumps({**orjson.loads(event.record), "addendum": {"reason": "DELIVERY_DELAY"}}))


def _reached(call: Call, error: str | None, world: World) -> str | None:
    """The other account in which the same call is an event too."""
    if call.service == "sts" and call.action == "AssumeRole" and error is None:
        owner = str(call.params.get("RoleArn", "")).split(":")[4:5]
        return owner[0] if owner and owner[0] != call.account else None
    bucket = world.bucket(call.bucket) if call.bucket else None
    return bucket.account_id if bucket is not None and bucket.account_id != call.account else None


def _facts(call: Call, reply: Reply, error: str | None, world: World, moment: float) -> dict[str, Any]:
    data = is_data(call)
    refused: dict[str, Any] = {}
    if error is not None:
        refused = {"errorCode": error.removesuffix("Exception") if error == "AccessDeniedException" else error}
        refused["errorMessage"] = error_message(reply)
    unsaid = error is not None and call.service == "sts"
    resources = _resources(call, world)
    agent = call.headers.get("user-agent", "")
    return {
        "eventTime": datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": event_source(call.service),
        "eventName": event_name(call),
        "awsRegion": event_region(call, world),
        "sourceIPAddress": "127.0.0.1",
        "userAgent": f"[{agent}]" if call.service == "s3" else agent,
        **refused,
        "requestParameters": None if unsaid else request_parameters(call),
        "responseElements": response_elements(call, reply) if _answered(call, error) else None,
        "requestID": call.request_id,
        "readOnly": reads_only(call),
        **({"resources": resources} if resources else {}),
        "eventType": "AwsApiCall",
        "managementEvent": not data,
        "eventCategory": "Data" if data else "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": _CIPHER,
            "clientProvidedHostHeader": call.headers.get("host", ""),
        },
    }


def _answered(call: Call, error: str | None) -> bool:
    return error is None and (not reads_only(call) or call.action == "AssumeRole")


def _resources(call: Call, world: World) -> list[dict[str, str]]:
    if call.service == "s3" and call.bucket:
        bucket = world.bucket(call.bucket)
        owner = bucket.account_id if bucket is not None else call.account
        arn = f"arn:aws:s3:::{call.bucket}"
        whole = {"accountId": owner, "type": "AWS::S3::Bucket", "ARN": arn}
        key = call.uri.get("Key")
        return [{"type": "AWS::S3::Object", "ARN": f"{arn}/{key}"}, whole] if key else [whole]
    role = call.params.get("RoleArn")
    if call.service == "sts" and isinstance(role, str) and role.count(":") >= 5:
        return [{"accountId": role.split(":")[4], "type": "AWS::IAM::Role", "ARN": role}]
    key_id = call.params.get("KeyId")
    if call.service == "kms" and isinstance(key_id, str) and not key_id.startswith("alias/"):
        arn = key_id if key_id.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key_id}"
        return [{"accountId": arn.split(":")[4], "type": "AWS::KMS::Key", "ARN": arn}]
    return []


def _dumped(record: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(record, default=str)
    except TypeError:  # half a surrogate pair, or a number past 64 bits: clients may send them
        return json.dumps(record, default=str).encode()


def _event(
    call: Call, facts: dict[str, Any], identity: dict[str, Any], account: str, shared: str | None, moment: float
) -> Event:
    number = str(uuid.uuid5(_NAMES, f"{account}/{call.seq}"))
    told = account == call.account
    record = {
        "eventVersion": VERSION,
        "userIdentity": identity,
        **facts,
        "eventID": number,
        "recipientAccountId": account,
        **({"sharedEventID": shared} if shared else {}),
    }
    return Event(
        id=number,
        time=moment,
        account=account,
        region=str(facts["awsRegion"]),
        source=str(facts["eventSource"]),
        name=str(facts["eventName"]),
        username=call.principal.rpartition("/")[2] if told else "",
        key=str(identity.get("accessKeyId", "")),
        read_only=bool(facts["readOnly"]),
        data=not facts["managementEvent"],
        resources=tuple((one["type"], one["ARN"]) for one in facts.get("resources", ())),
        record=_dumped(record),
    )
