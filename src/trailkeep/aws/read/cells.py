"""One account in one Region: an organization trail's status there, and Config."""

from collections.abc import Sequence
from dataclasses import dataclass

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import NOT_OFFERED, REGION_OFF, blind
from trailkeep.aws.read.recorders import Config, read_config
from trailkeep.aws.read.trails import read_status
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Cell, Unreachable
from trailkeep.model.trail import Trail, TrailStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A cell, or why there is none; parts that could not be read are named beside the cell."""

    account: AccountId
    region: Region
    cell: Cell | None = None
    unreachable: tuple[Unreachable, ...] = ()


def read_cell(cloud: Cloud, account: AccountId, region: Region, trails: Sequence[Trail]) -> Seen:
    """Three calls where Config is idle, five where it is set up; `trails` are the organization's.

    Refused everything, the Region as a whole is unreachable; refused one part, that part is.
    """
    try:
        config: Config | AwsError = read_config(cloud, account, region)
    except AwsError as error:
        if error.code in REGION_OFF:
            return Seen(account=account, region=region, unreachable=(blind(error, account, region),))
        config = error
    statuses: list[TrailStatus] = []
    refused: AwsError | None = None
    heard = [t for t in trails if t.is_multi_region or t.home_region == region]
    for trail in heard:
        try:
            status = read_status(cloud, account, region, trail.arn)
        except AwsError as error:
            refused = error
            break
        if status:
            statuses.append(status)
    if isinstance(config, AwsError) and (refused or (not heard and config.code not in NOT_OFFERED)):
        return Seen(account=account, region=region, unreachable=(blind(config, account, region),))
    lost = [blind(refused, account, region, what="trails")] if refused else []
    if isinstance(config, AwsError):
        lost.append(_without_config(config, account, region))
        return Seen(account=account, region=region, cell=Cell(trails=tuple(statuses)), unreachable=tuple(lost))
    cell = Cell(
        recorder=config.recorder,
        channel=config.channel,
        trails=tuple(statuses),
        service_recorders=config.service_recorders,
    )
    return Seen(account=account, region=region, cell=cell, unreachable=tuple(lost))


def _without_config(error: AwsError, account: AccountId, region: Region) -> Unreachable:
    if error.code not in NOT_OFFERED:
        return blind(error, account, region, what="config")
    hint = "leave this Region out of `organization.regions`, or exclude it with a reason"
    return Unreachable(account=account, region=region, what="config", reason="not offered", hint=hint)
