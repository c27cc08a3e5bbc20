"""Which trails log, which accounts and Regions they reach, and where their files go."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

from trailkeep.lab.delivery.events import Event
from trailkeep.lab.delivery.ledger import Cell, Ledger, Line
from trailkeep.lab.delivery.selectors import selected
from trailkeep.lab.delivery.trail_files import Place
from trailkeep.lab.keys import find_key, service_may_encrypt
from trailkeep.lab.trail_delivery import delivery_error
from trailkeep.lab.trails import SERVICE, own_trails
from trailkeep.lab.world import World
from trailkeep.verify.keys import Base, Chain


def logging_trails(world: World) -> Iterator[Any]:
    """Moto's records of all trails of the organization's accounts that log."""
    for account in world.members():
        yield from (trail for trail in own_trails(world, account.id) if trail.status.is_logging)


def open_lines(world: World, ledger: Ledger, moment: float) -> None:
    """Begin a line for every trail that logs and has none: since it was started, or now where that was told before."""
    for trail in logging_trails(world):
        if trail.arn not in ledger.lines:
            started = getattr(trail.status, "started_at", None) or moment
            since = started if started > (ledger.last_run or 0) else moment
            ledger.lines[trail.arn] = Line(trail=trail, since=since, organization=trail.is_org_trail)


def is_over(world: World, line: Line) -> bool:
    """Whether a line's trail has stopped, is gone, or delivers in another layout now."""
    trail = line.trail
    return is_gone(world, line) or not trail.status.is_logging or trail.is_org_trail != line.organization


def is_gone(world: World, line: Line) -> bool:
    """Whether a line's trail was deleted."""
    trail = line.trail
    there = world.backend("cloudtrail", trail.account_id, trail.region_name).trails.get(trail.trail_name)
    return there is not trail


def reach(world: World, line: Line) -> Iterator[Cell]:
    """The accounts and Regions a line records: open accounts, Regions they have enabled."""
    trail = line.trail
    for account in world.members():
        if account.state != "ACTIVE" or not (line.organization or account.id == trail.account_id):
            continue
        for region in world.regions.enabled(account.id):
            if trail.is_multi_region or region == trail.region_name:
                yield account.id, region


def hears(world: World, line: Line, event: Event) -> bool:
    """Whether a line's trail records an event."""
    trail = line.trail
    in_scope = event.account == trail.account_id or (line.organization and world.account(event.account) is not None)
    in_reach = trail.is_multi_region or event.region == trail.region_name
    return in_scope and in_reach and selected(trail, event)


def place_of(world: World, line: Line, cell: Cell) -> Place:
    """Where the files of an account and Region go."""
    trail = line.trail
    base = Base(
        prefix=trail.s3_key_prefix or "",
        organization=world.organization_id if line.organization else "",
        account=cell[0],
    )
    chain = Chain(base=base, region=cell[1], trail=trail.trail_name, home_region=trail.region_name)
    return Place(bucket=trail.bucket_name, chain=chain)


def obstacle(world: World, line: Line, cell: Cell) -> str | None:
    """The S3 error that a delivery would meet now: from the bucket, its policy, or the key; None when there is none."""
    trail = copy(line.trail)
    trail.is_org_trail = line.organization  # what is left of the old layout goes where the chain began
    error = delivery_error(world, trail, *cell)
    if error or not line.trail.kms_key_id:
        return error
    bucket = world.bucket(line.trail.bucket_name)
    key = find_key(world, line.trail.kms_key_id, account=line.trail.account_id, region=bucket.region_name)  # type: ignore[union-attr]
    if key is None:
        return "KMS.NotFoundException"
    if not key.enabled:
        return "KMS.DisabledException"
    may = service_may_encrypt(
        world, key, service=SERVICE, source_arn=line.trail.arn, source_account=line.trail.account_id,
        decrypt=False, describe=False,
    )  # fmt: skip
    return None if may else "AccessDenied"
