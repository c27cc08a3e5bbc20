"""AWS Config's recorders and delivery channels (botocore model config/2014-11-12), where moto does too little."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.caller import Caller
from trailkeep.lab.decision import Ask, decide, service_may
from trailkeep.lab.keys import find_key, service_may_encrypt
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.request_context import about_principal
from trailkeep.lab.trail_delivery import FULL_CONTROL, bucket_ask
from trailkeep.lab.world import World

SERVICE = "config.amazonaws.com"
SETTLES_AFTER = 0.3
"""Seconds until a started recorder's status goes from pending to success."""


def put_recorder(call: Call, world: World) -> dict[str, Any]:
    """PutConfigurationRecorder: the role must exist; the recording mode is kept."""
    asked = dict(call.params.get("ConfigurationRecorder") or {})
    role = str(asked.get("roleARN", ""))
    if not any(r.arn == role for r in world.iam(call.account).roles.values()):
        raise Refusal(
            "InvalidRoleException", f"You have provided a null or empty role, or one that does not exist: {role}"
        )
    backend = _backend(call, world)
    asked.setdefault("name", "default")
    before = backend.recorders.get(asked["name"])
    backend.put_configuration_recorder(asked)
    recorder = backend.recorders[asked["name"]]
    kept = getattr(before, "recording_mode", None) or {"recordingFrequency": "CONTINUOUS"}
    recorder.recording_mode = asked.get("recordingMode") or kept
    return {}


def describe_recorders(call: Call, world: World) -> dict[str, Any]:
    """DescribeConfigurationRecorders."""
    wanted = call.params.get("ConfigurationRecorderNames")
    found = _backend(call, world).describe_configuration_recorders(wanted)
    return {"ConfigurationRecorders": [_recorder(call, recorder) for recorder in found]}


def list_recorders(call: Call, world: World) -> dict[str, Any]:
    """ListConfigurationRecorders, 20 a page."""
    names = list(_backend(call, world).recorders)
    summaries = [{"arn": _arn(call, name), "name": name, "recordingScope": "PAID"} for name in names]
    return page(call, "ConfigurationRecorderSummaries", summaries, size=20)


def describe_recorder_status(call: Call, world: World) -> dict[str, Any]:
    """DescribeConfigurationRecorderStatus: pending right after the start, then success, or failure to deliver."""
    backend = _backend(call, world)
    found = backend.describe_configuration_recorder_status(call.params.get("ConfigurationRecorderNames"))
    return {"ConfigurationRecordersStatus": [_status(call, world, status) for status in found]}


def start_recorder(call: Call, world: World) -> dict[str, Any]:
    """StartConfigurationRecorder; starting one that records changes nothing."""
    backend, name = _backend(call, world), str(call.params.get("ConfigurationRecorderName", ""))
    recorder = backend.recorders.get(name)
    if recorder is None or not recorder.status.recording:
        backend.start_configuration_recorder(name)
        backend.recorders[name].status._started = world.clock.now()
    return {}


def put_channel(call: Call, world: World) -> dict[str, Any]:
    """PutDeliveryChannel: checks that the bucket is there and lets Config write."""
    asked = dict(call.params.get("DeliveryChannel") or {})
    asked.setdefault("name", "default")
    backend = _backend(call, world)
    before = dict(backend.delivery_channels)
    backend.put_delivery_channel(asked)
    try:
        _check_bucket(call, world, asked)
    except Refusal:
        backend.delivery_channels = before
        raise
    return {}


def describe_channel_status(call: Call, world: World) -> dict[str, Any]:
    """DescribeDeliveryChannelStatus: nothing was delivered yet; a failure shows as soon as the bucket refuses."""
    backend = _backend(call, world)
    channels = backend.describe_delivery_channels(call.params.get("DeliveryChannelNames"))
    recording = any(recorder.status.recording for recorder in backend.recorders.values())
    return {"DeliveryChannelsStatus": [_channel_status(call, world, channel, recording) for channel in channels]}


def _backend(call: Call, world: World) -> Any:
    return world.backend("config", call.account, call.region)


def _arn(call: Call, name: str) -> str:
    return f"arn:aws:config:{call.region}:{call.account}:configuration-recorder/{name}/{call.account[:8]}"


def _recorder(call: Call, recorder: dict[str, Any]) -> dict[str, Any]:
    recorder.setdefault("recordingMode", {"recordingFrequency": "CONTINUOUS"})
    return {**recorder, "arn": _arn(call, recorder["name"]), "recordingScope": "PAID"}


def _status(call: Call, world: World, status: dict[str, Any]) -> dict[str, Any]:
    backend = _backend(call, world)
    answer = {**status, "arn": _arn(call, status["name"])}
    if not status["recording"]:
        return answer
    started = getattr(backend.recorders[status["name"]].status, "_started", 0.0)
    channel = next((c.to_dict() for c in backend.delivery_channels.values()), None)
    error = _delivery_error(call, world, channel) if channel else None
    if error:
        return {**answer, "lastStatus": "FAILURE", "lastErrorCode": error, "lastErrorMessage": _REASONS[error]}
    return {**answer, "lastStatus": "PENDING" if world.clock.now() - started < SETTLES_AFTER else "SUCCESS"}


_REASONS = {"AccessDenied": "Access Denied", "NoSuchBucket": "The specified bucket does not exist"}


def _channel_status(call: Call, world: World, channel: dict[str, Any], recording: bool) -> dict[str, Any]:
    error = _delivery_error(call, world, channel) if recording else None
    failed = {"lastStatus": "FAILURE", "lastErrorCode": error, "lastErrorMessage": _REASONS[error]} if error else {}
    snapshots = "configSnapshotDeliveryProperties" in channel
    return {
        "name": channel["name"],
        "configHistoryDeliveryInfo": failed,
        "configSnapshotDeliveryInfo": failed if snapshots else {"lastStatus": "NOT_APPLICABLE"},
        "configStreamDeliveryInfo": {} if channel.get("snsTopicARN") else {"lastStatus": "NOT_APPLICABLE"},
    }


def _check_bucket(call: Call, world: World, channel: dict[str, Any]) -> None:
    name = str(channel["s3BucketName"])
    bucket = world.bucket(name)
    if bucket is None:
        raise Refusal("NoSuchBucketException", f"Cannot find a S3 bucket with the name: {name}.")
    prefix, key_arn = channel.get("s3KeyPrefix"), channel.get("s3KmsKeyArn")
    locked = bucket.object_lock_enabled and bool(bucket.default_lock_mode)
    key = find_key(world, key_arn, account=bucket.account_id, region=bucket.region_name) if key_arn else None
    source = f"arn:aws:config:{call.region}:{call.account}:*"
    encrypts = not key_arn or (
        key is not None
        and key.enabled
        and service_may_encrypt(
            world, key, service=SERVICE, source_arn=source, source_account=call.account, decrypt=True, describe=False
        )
    )
    if locked or not encrypts or not _may_deliver(call, world, bucket, prefix):
        raise Refusal(
            "InsufficientDeliveryPolicyException",
            f"Insufficient delivery policy to s3 bucket: {name}, unable to write to bucket, provided s3 key prefix is "
            f"'{prefix or 'null'}', provided kms key is '{key_arn or 'null'}'.",
        )


def _delivery_error(call: Call, world: World, channel: dict[str, Any]) -> str | None:
    bucket = world.bucket(channel["s3BucketName"])
    if bucket is None:
        return "NoSuchBucket"
    return None if _may_deliver(call, world, bucket, channel.get("s3KeyPrefix")) else "AccessDenied"


def _may_deliver(call: Call, world: World, bucket: Any, prefix: str | None) -> bool:
    """As Config does: with the recorder's own role, and where that fails as the service principal.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """
    start = f"{prefix}/" if prefix else ""
    arn = f"arn:aws:s3:::{bucket.name}"
    path = f"{arn}/{start}AWSLogs/{call.account}/Config/ConfigWritabilityCheckFile"
    asks = (bucket_ask(bucket, "s3:GetBucketAcl", arn), bucket_ask(bucket, "s3:PutObject", path, FULL_CONTROL))
    source = f"arn:aws:config:{call.region}:{call.account}:*"
    as_service = all(service_may(world, SERVICE, ask, source_arn=source, source_account=call.account) for ask in asks)
    return as_service or _own_role(call, world, asks)


def _own_role(call: Call, world: World, asks: tuple[Ask, ...]) -> bool:
    """Whether a role of the account's own, that a recorder uses, may write; service-linked ones cannot."""
    for recorder in _backend(call, world).recorders.values():
        role = str(recorder.role_arn)
        session = f"arn:aws:sts::{call.account}:assumed-role/{role.rpartition('/')[2]}/AWSConfig-BucketConfigCheck"
        caller = Caller(account=call.account, arn=session, role=role, mfa=False)
        context = {"aws:securetransport": ("true",), **about_principal(caller, world)}
        if "/aws-service-role/" not in role and all(decide(world, caller, ask, context).is_allowed for ask in asks):
            return True
    return False


ANSWERS: Mapping[str, Any] = {
    "PutConfigurationRecorder": put_recorder,
    "DescribeConfigurationRecorders": describe_recorders,
    "ListConfigurationRecorders": list_recorders,
    "DescribeConfigurationRecorderStatus": describe_recorder_status,
    "StartConfigurationRecorder": start_recorder,
    "PutDeliveryChannel": put_channel,
    "DescribeDeliveryChannelStatus": describe_channel_status,
}
