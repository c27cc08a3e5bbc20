"""One account in one Region: an organization trail's status there, and Config."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import NOT_OFFERED, REGION_OFF, blind
from trailkeep.aws.read.recorders import Config, read_config
from trailkeep.aws.read.trails import read_status
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import ALARMS, EventRule
from trailkeep.model.snapshot import Cell, Unreachable
from trailkeep.model.trail import Trail, TrailStatus

Alarms = Callable[[AccountId, Region], tuple[EventRule, ...]]
"""Reads our event rules of one account and Region. Raises AwsError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A cell, or why there is none; parts that could not be read are named beside the cell."""

    account: AccountId
    region: Region
    cell: Cell | None = None
    unreachable: tuple[Unreachable, ...] = ()


def read_cell(
    cloud: Cloud, account: AccountId, region: Region, trails: Sequence[Trail], alarms: Alarms | None = None
) -> Seen:
    """Three calls where Config is idle, five where it is set up; `trails` are the organization's.

    `alarms` reads our event rules: one call more, and one for each rule. Refused everything, the Region as a whole is
    unreachable; refused one part, that part is.
    """
    try:
        config: Config | AwsError = read_config(cloud, account, region)
    except AwsError as error:
        if error.code in REGION_OFF:
            return Seen(account=account, region=region, unreachable=(blind(error, account, region),))
        config = error
    heard = [t for t in trails if t.is_multi_region or t.home_region == region]
    statuses, refused = _statuses(cloud, account, region, heard)
    if isinstance(config, AwsError) and (refused or (not heard and config.code not in NOT_OFFERED)):
        return Seen(account=account, region=region, unreachable=(blind(config, account, region),))
    lost = [blind(refused, account, region, what="trails")] if refused else []
    cell = Cell(trails=statuses)
    if isinstance(config, AwsError):
        lost.append(_without_config(config, account, region))
    else:
        cell = replace(
            cell, recorder=config.recorder, channel=config.channel, service_recorders=config.service_recorders
        )
    if alarms:
        try:
            cell = replace(cell, alarms=alarms(account, region))
        except AwsError as error:
            lost.append(blind(error, account, region, what=ALARMS))
    return Seen(account=account, region=region, cell=cell, unreachable=tuple(lost))


def _statuses(
    cloud: Cloud, account: AccountId, region: Region, heard: Sequence[Trail]
) -> tuple[tuple[TrailStatus, ...], AwsError | None]:
    """The trails' status there, until one is refused."""
    statuses: list[TrailStatus] = []
    for trail in heard:
        try:
            status = read_status(cloud, account, region, trail.arn)
        except AwsError as error:
            return tuple(statuses), error
        if status:
            statuses.append(status)
    return tuple(statuses), None


def _without_config(error: AwsError, account: AccountId, region: Region) -> Unreachable:
    if error.code not in NOT_OFFERED:
        return blind(error, account, region, what="config")
    hint = "leave this Region out of `organization.regions`, or exclude it with a reason"
    return Unreachable(account=account, region=region, what="config", reason="not offered", hint=hint)
