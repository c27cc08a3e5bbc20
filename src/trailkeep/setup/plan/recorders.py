"""Desired recorders and channels against those observed, cell by cell."""

from collections.abc import Iterator
from typing import Any

from trailkeep.model.change import Change, PutChannel, PutRecorder, SetRecording
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.desired.recorders import same_channel, same_recorder
from trailkeep.setup.desired.state import Desired, DesiredCell


def reconcile_recorders(desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """Recorder, then channel, then start: AWS Config takes them in no other order.

    Source: botocore model config (NoAvailableConfigurationRecorderException, NoAvailableDeliveryChannelException).
    """
    for account, regions in desired.cells.items():
        for region, wish in regions.items():
            seen = snapshot.cell(account, region) or Cell()
            yield from _cell(wish, seen, {"account": account, "region": region})


def _cell(wish: DesiredCell, seen: Cell, at: dict[str, Any]) -> Iterator[Change]:
    if not same_recorder(seen.recorder, wish.recorder):
        yield PutRecorder(**at, reason=reasons.RECORDER, before=seen.recorder, after=wish.recorder)
    if not same_channel(seen.channel, wish.channel):
        yield PutChannel(**at, reason=reasons.CHANNEL, before=seen.channel, after=wish.channel)
    if seen.recorder is None or not seen.recorder.is_recording:
        yield SetRecording(**at, reason=reasons.RECORDING, name=wish.recorder.name, before=False, after=True)
