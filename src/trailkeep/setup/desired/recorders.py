"""AWS Config as it should be (recipe 2.3): a running recorder and a channel in every account and Region."""

from collections.abc import Mapping
from dataclasses import replace

from trailkeep.model.ids import AccountId, Region
from trailkeep.model.recorder import DAILY, HOURLY, Channel, Recorder, RecordingGroup
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.setup.desired.state import DesiredCell
from trailkeep.setup.places import Cells, Places
from trailkeep.setup.spec import Spec

SERVICE_ROLE = "AWSServiceRoleForConfig"
DEFAULT_NAME = "default"


def desired_cells(
    spec: Spec, snapshot: Snapshot, places: Places, cells: Cells
) -> Mapping[AccountId, Mapping[Region, DesiredCell]]:
    """What each readable cell should hold; cells whose recorder belongs to somebody else are left out."""
    foreign = {(f.account, f.name) for f in snapshot.foreign if f.kind == "recorder"}
    return {
        account: {
            region: _cell(spec, snapshot, places, account, region, iam_region(places, regions))
            for region in regions
            if (seen := snapshot.cell(account, region)) is not None
            and snapshot.unread(account, region, "config") is None
            and not (seen.recorder and (account, seen.recorder.name) in foreign)
        }
        for account, regions in sorted(cells.items())
        if snapshot.blind(account) is None
    }


def iam_region(places: Places, regions: tuple[Region, ...]) -> Region | None:
    """The one Region of an account that records the global IAM types: the home Region where it counts.

    Source: https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html
    """
    return places.home if places.home in regions else next(iter(regions), None)


def _cell(
    spec: Spec, snapshot: Snapshot, places: Places, account: AccountId, region: Region, iam: Region | None
) -> DesiredCell:
    seen = snapshot.cell(account, region) or Cell()
    recorder = Recorder(
        # a recorder cannot be renamed and there can be only one, so an existing name is adopted
        name=seen.recorder.name if seen.recorder else DEFAULT_NAME,
        role=f"arn:{places.partition}:iam::{account}:role/aws-service-role/config.amazonaws.com/{SERVICE_ROLE}",
        group=RecordingGroup(strategy="all", types=(), global_types=region == iam),
        frequency=spec.recorder.frequency,
        is_recording=True,
        status="",
        error="",
    )
    channel = Channel(
        name=seen.channel.name if seen.channel else DEFAULT_NAME,
        bucket=places.config_bucket,
        prefix="",
        kms_key=places.key_arn,
        topic=seen.channel.topic if seen.channel else "",
        frequency=_snapshots(spec, places, account, region),
        history="",
        snapshot="",
        error="",
    )
    return DesiredCell(recorder=recorder, channel=channel)


def _snapshots(spec: Spec, places: Places, account: AccountId, region: Region) -> str:
    """How often snapshots come: daily, and hourly where the detector of stopped trails runs.

    A periodic rule runs as often as the less frequent of its own frequency and this one
    (botocore model config ConfigSnapshotDeliveryProperties).
    """
    detects = spec.monitoring is not None and spec.monitoring.config_rules
    return HOURLY if detects and (account, region) == (places.management, places.home) else DAILY


def same_recorder(a: Recorder | None, b: Recorder) -> bool:
    """Whether two recorders are configured alike, whatever they are doing right now."""
    return a is not None and _still(a) == _still(b)


def same_channel(a: Channel | None, b: Channel) -> bool:
    """Whether two channels are configured alike, whatever they delivered last."""
    return a is not None and replace(a, history="", snapshot="", error="") == replace(
        b, history="", snapshot="", error=""
    )


def _still(recorder: Recorder) -> Recorder:
    return replace(recorder, is_recording=False, status="", error="")
