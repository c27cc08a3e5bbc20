"""Whether what was set up can deliver: what CloudTrail and Config themselves say, cell by cell."""

from collections.abc import Iterator
from dataclasses import dataclass

from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Cell, Snapshot
from trailkeep.model.trail import Trail
from trailkeep.setup.places import expected_cells
from trailkeep.setup.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that keeps logs of an account and Region from arriving."""

    account: AccountId
    region: Region
    text: str


def troubles(spec: Spec, snapshot: Snapshot) -> tuple[Trouble, ...]:
    """What is wrong right now, by the services' own status; a first delivery that is still to come is not trouble.

    Sources: botocore models cloudtrail GetTrailStatus, config DescribeDeliveryChannelStatus and
    DescribeConfigurationRecorderStatus.
    """
    listening = snapshot.listening()
    return tuple(
        Trouble(account=account, region=region, text=text)
        for account, regions in expected_cells(spec, snapshot).items()
        for region in regions
        if (cell := snapshot.cell(account, region)) is not None
        for text in _cell(cell, account, region, listening.get(account, ()))
    )


def _cell(cell: Cell, account: AccountId, region: Region, trails: tuple[Trail, ...]) -> Iterator[str]:
    if not any(t.records(account, region) for t in trails):
        yield "no running trail hears it"
    for t in trails:
        if t.is_organization and t.is_logging and not any(s.arn == t.arn for s in cell.trails):
            yield f"the organization trail {t.name} is not there (a new account or Region can take hours)"
    for status in cell.trails:
        if status.delivery_error or status.digest_error:
            yield f"CloudTrail cannot deliver: {status.delivery_error or status.digest_error}"
    if cell.recorder is None or not cell.recorder.is_recording:
        yield "AWS Config does not record"
    elif cell.recorder.status == "failure":
        yield f"AWS Config cannot record: {cell.recorder.error}"
    if cell.channel is None:
        yield "AWS Config has nowhere to deliver"
    elif "failure" in {cell.channel.history, cell.channel.snapshot}:
        yield f"AWS Config cannot deliver: {cell.channel.error}"
