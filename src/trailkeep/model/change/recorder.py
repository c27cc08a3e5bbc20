"""Changes to AWS Config in one account and Region (recipe 2.3)."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from trailkeep.model.change.form import Change, Stage
from trailkeep.model.ids import Region
from trailkeep.model.recorder import Channel, Recorder
from trailkeep.model.snapshot import Cell, Snapshot

KEPT = "guardrails let nobody delete it; stopping the recorder is what undoes it"


def _with(snapshot: Snapshot, change: Change, **fields: object) -> Snapshot:
    mine = snapshot.cells.get(change.account, {})
    region = Region(change.region)
    cell = replace(mine.get(region, Cell()), **fields)  # type: ignore[arg-type]
    return replace(snapshot, cells={**snapshot.cells, change.account: {**mine, region: cell}})


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRecorder(Change):
    """Create or update the recorder; whether it records is a change of its own.

    Source: botocore model config PutConfigurationRecorder. A name cannot be changed, so an existing one is kept.
    """

    stage: ClassVar[Stage] = Stage.RECORDER
    irreversible: ClassVar[str] = KEPT

    before: Recorder | None
    after: Recorder

    @property
    def resource(self) -> str:
        return f"recorder {self.after.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return _recorder(self.before), _recorder(self.after)

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before) if self.before else None

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        running = self.before.is_recording if self.before else False
        return _with(snapshot, self, recorder=replace(self.after, is_recording=running))


@dataclass(frozen=True, slots=True, kw_only=True)
class PutChannel(Change):
    """Create or update the delivery channel; Config tries to write to the bucket before it says yes.

    Source: botocore model config PutDeliveryChannel.
    """

    stage: ClassVar[Stage] = Stage.RECORDER
    irreversible: ClassVar[str] = KEPT

    before: Channel | None
    after: Channel

    @property
    def resource(self) -> str:
        return f"delivery channel {self.after.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return _channel(self.before), _channel(self.after)

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before) if self.before else None

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        return _with(snapshot, self, channel=self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecording(Change):
    """Whether the recorder runs. Source: botocore model config StartConfigurationRecorder."""

    stage: ClassVar[Stage] = Stage.RECORDER

    name: str
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"recorder {self.name} recording"

    @property
    def shown(self) -> tuple[str, str]:
        return ("on" if self.before else "off"), ("on" if self.after else "off")

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        cell = snapshot.cell(self.account, Region(self.region))
        if cell is None or cell.recorder is None:
            return snapshot
        return _with(snapshot, self, recorder=replace(cell.recorder, is_recording=self.after))


def _recorder(recorder: Recorder | None) -> str:
    if recorder is None:
        return ""
    group = recorder.group
    what = {
        "all": "all types" + (" and IAM" if group.global_types else ""),
        "include": f"only {len(group.types)} types",
        "exclude": f"all but {len(group.types)} types",
    }[group.strategy]
    return f"{what}, {recorder.frequency}, as {recorder.role.rsplit('/', 1)[-1]}"


def _channel(channel: Channel | None) -> str:
    if channel is None:
        return ""
    prefix = f"/{channel.prefix}" if channel.prefix else ""
    key = ", KMS" if channel.kms_key else ""
    return f"to {channel.bucket}{prefix}, snapshots {channel.frequency or 'never'}{key}"
