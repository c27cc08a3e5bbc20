"""Changes to AWS Config in one account and Region: recorder, delivery channel, recording."""

from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask, once
from trailkeep.errors import AwsError
from trailkeep.model.change import PutChannel, PutRecorder, SetRecording
from trailkeep.model.recorder import Recorder, RecordingGroup

RecorderChange = PutRecorder | PutChannel | SetRecording

_SETTLING = 60.0
"""Seconds for a role or bucket policy made a moment ago to be seen by Config."""

_GONE = frozenset({"NoSuchConfigurationRecorderException"})
_FREQUENCY = {"continuous": "CONTINUOUS", "daily": "DAILY"}


def perform(cloud: Cloud, change: RecorderChange) -> None:
    """Make one change to Config. Raises AwsError."""
    match change:
        case PutRecorder():
            _put_recorder(cloud, change)
        case PutChannel():
            _put_channel(cloud, change)
        case SetRecording(after=True):
            once(cloud, change, "config", "start_configuration_recorder", ConfigurationRecorderName=change.name)
        case SetRecording():
            once(
                cloud,
                change,
                "config",
                "stop_configuration_recorder",
                so_already=_GONE,
                ConfigurationRecorderName=change.name,
            )
        case _:
            assert_never(change)


def _put_recorder(cloud: Cloud, change: PutRecorder) -> None:
    recorder = change.after
    mode: dict[str, Any] = {"recordingFrequency": _FREQUENCY[recorder.frequency]}
    overrides = _overrides(cloud, change) if change.before else []
    if overrides:
        mode["recordingModeOverrides"] = overrides
    once(
        cloud,
        change,
        "config",
        "put_configuration_recorder",
        settling=_SETTLING,
        ConfigurationRecorder={
            "name": recorder.name,
            "roleARN": recorder.role,
            "recordingGroup": recording_group(recorder.group),
            "recordingMode": mode,
        },
    )


def recording_group(group: RecordingGroup) -> dict[str, Any]:
    """Each strategy in the one form Config accepts for it (botocore model config RecordingGroup)."""
    match group.strategy:
        case "all":
            return {
                "allSupported": True,
                "includeGlobalResourceTypes": group.global_types,
                "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
            }
        case "include":
            return {
                "allSupported": False,
                "includeGlobalResourceTypes": False,
                "resourceTypes": list(group.types),
                "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"},
            }
        case "exclude":
            return {
                "allSupported": False,
                "includeGlobalResourceTypes": False,
                "exclusionByResourceTypes": {"resourceTypes": list(group.types)},
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
            }
        case _:
            assert_never(group.strategy)


def _overrides(cloud: Cloud, change: PutRecorder) -> list[dict[str, Any]]:
    """Another frequency that somebody set for a few types stays, for those that are still recorded.

    PutConfigurationRecorder replaces the whole recording mode.
    """
    try:
        found = ask(
            cloud, change, "config", "describe_configuration_recorders", ConfigurationRecorderNames=[change.after.name]
        )["ConfigurationRecorders"]
    except AwsError as error:
        if error.code in _GONE:
            return []
        raise
    told = found[0].get("recordingMode", {}).get("recordingModeOverrides", []) if found else []
    kept = [{**o, "resourceTypes": [t for t in o["resourceTypes"] if _records(change.after, t)]} for o in told]
    return [o for o in kept if o["resourceTypes"]]


def _records(recorder: Recorder, resource_type: str) -> bool:
    match recorder.group.strategy:
        case "all":
            return True
        case "include":
            return resource_type in recorder.group.types
        case "exclude":
            return resource_type not in recorder.group.types
        case _:
            assert_never(recorder.group.strategy)


def _put_channel(cloud: Cloud, change: PutChannel) -> None:
    channel = change.after
    told: dict[str, Any] = {"name": channel.name, "s3BucketName": channel.bucket}
    optional = {"s3KeyPrefix": channel.prefix, "s3KmsKeyArn": channel.kms_key, "snsTopicARN": channel.topic}
    told.update({name: value for name, value in optional.items() if value})
    if channel.frequency:
        told["configSnapshotDeliveryProperties"] = {"deliveryFrequency": channel.frequency}
    once(cloud, change, "config", "put_delivery_channel", settling=_SETTLING, DeliveryChannel=told)
