"""AWS Config in one account and Region: two calls where nothing is set up, four where it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.recorder import Channel, Recorder, RecordingGroup, Strategy

Told = Mapping[str, Any]

_STRATEGIES: Mapping[str, Strategy] = {
    "ALL_SUPPORTED_RESOURCE_TYPES": "all",
    "INCLUSION_BY_RESOURCE_TYPES": "include",
    "EXCLUSION_BY_RESOURCE_TYPES": "exclude",
}
_NOT_YET = frozenset({"", "not_applicable", "notapplicable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What Config says of one account and Region."""

    recorder: Recorder | None
    channel: Channel | None
    service_recorders: tuple[str, ...]


def read_config(cloud: Cloud, account: AccountId, region: Region) -> Config:
    """Recorder and channel with their status; the rest is asked for only where a status exists. Raises AwsError."""

    def ask(operation: str, key: str) -> Sequence[Told]:
        found: Sequence[Told] = cloud.call(account, region, "config", operation).get(key) or ()
        return found

    statuses = ask("describe_configuration_recorder_status", "ConfigurationRecordersStatus")
    deliveries = ask("describe_delivery_channel_status", "DeliveryChannelsStatus")
    recorders = ask("describe_configuration_recorders", "ConfigurationRecorders") if statuses else ()
    channels = ask("describe_delivery_channels", "DeliveryChannels") if deliveries else ()
    by_name = {s.get("name"): s for s in statuses}
    own = [r for r in recorders if not r.get("servicePrincipal") and not r.get("connectorArn")]
    linked = [r for r in (*recorders, *statuses) if r.get("servicePrincipal")]
    delivery_by_name = {d.get("name"): d for d in deliveries}
    return Config(
        recorder=next((_recorder(r, by_name.get(r.get("name"), {})) for r in own), None),
        channel=next((_channel(c, delivery_by_name.get(c.get("name"), {})) for c in channels), None),
        service_recorders=tuple(sorted({str(r.get("name", "")) for r in linked})),
    )


def _recorder(told: Told, status: Told) -> Recorder:
    daily = told.get("recordingMode", {}).get("recordingFrequency") == "DAILY"
    return Recorder(
        name=told.get("name", ""),
        role=told.get("roleARN") or "",
        group=_group(told.get("recordingGroup") or {}),
        frequency="daily" if daily else "continuous",
        is_recording=bool(status.get("recording")),
        status=str(status.get("lastStatus") or "").lower(),
        error=_error(status),
    )


def _group(told: Told) -> RecordingGroup:
    """Old recorders have no strategy: `allSupported` decides (botocore model config RecordingGroup)."""
    unsaid: Strategy = "all" if told.get("allSupported") else "include"
    strategy = _STRATEGIES.get(told.get("recordingStrategy", {}).get("useOnly", ""), unsaid)
    excluded = told.get("exclusionByResourceTypes", {}).get("resourceTypes") or ()
    types = {"all": (), "include": told.get("resourceTypes") or (), "exclude": excluded}[strategy]
    return RecordingGroup(
        strategy=strategy, types=tuple(sorted(types)), global_types=bool(told.get("includeGlobalResourceTypes"))
    )


def _channel(told: Told, status: Told) -> Channel:
    history = status.get("configHistoryDeliveryInfo") or {}
    snapshot = status.get("configSnapshotDeliveryInfo") or {}
    stream = status.get("configStreamDeliveryInfo") or {}
    return Channel(
        name=told.get("name", ""),
        bucket=told.get("s3BucketName") or "",
        prefix=told.get("s3KeyPrefix") or "",
        kms_key=told.get("s3KmsKeyArn") or "",
        topic=told.get("snsTopicARN") or "",
        frequency=(told.get("configSnapshotDeliveryProperties") or {}).get("deliveryFrequency") or "",
        history=_delivery(history),
        snapshot=_delivery(snapshot),
        error=next((e for e in map(_error, (history, snapshot, stream)) if e), ""),
    )


def _delivery(told: Told) -> str:
    status = str(told.get("lastStatus") or "").lower()
    return "" if status in _NOT_YET else status


def _error(told: Told) -> str:
    """Code and message, as far as the last attempt failed."""
    return ": ".join(t for t in (told.get("lastErrorCode"), told.get("lastErrorMessage")) if t)
