"""The whole reading: organization, then accounts, then cells, then the archive."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.account import Visit, visit
from trailkeep.aws.read.alarms import Patterns, read_event_rules
from trailkeep.aws.read.archive import Archive, read_archive
from trailkeep.aws.read.blind import blind
from trailkeep.aws.read.cells import Alarms, Seen, read_cell
from trailkeep.aws.read.foreign import foreign, read_landing_zones
from trailkeep.aws.read.monitoring import read_monitoring
from trailkeep.aws.read.organization import read_organization
from trailkeep.aws.read.scope import Progress, Scope, Unwatched
from trailkeep.aws.read.volumes import read_holding, read_volume
from trailkeep.aws.sweep import sweep
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region, leader
from trailkeep.model.monitoring import EventRule, Monitoring
from trailkeep.model.organization import Account, Organization
from trailkeep.model.snapshot import Cell, Snapshot, Unreachable, Volume
from trailkeep.model.trail import Trail, TrailStatus

Item = TypeVar("Item")
Result = TypeVar("Result")
CellAt = tuple[AccountId, Region]


def read_snapshot(cloud: Cloud, scope: Scope, *, taken: datetime, progress: Progress | None = None) -> Snapshot:
    """The organization's logging at `taken`; what cannot be read is in `unreachable`.

    Raises AwsError only when the organization itself cannot be read.
    """
    watch = progress or Unwatched()
    organization = _one(watch, "organization", lambda: read_organization(cloud))
    left_out = scope.excluded(organization) if scope.excluded else frozenset()
    visits = _visits(cloud, organization, scope, left_out, watch)
    organization = _with_regions(organization, visits)
    own = [pair for v in visits for pair in v.own.trails]
    trails = tuple(trail for trail, _ in own)
    places = _places(scope, left_out, visits)
    patterns: Patterns = {}
    alarms = partial(_alarms, cloud, scope.name_prefix, patterns) if scope.watching else None
    seen = _cells(cloud, places, [t for t in trails if t.is_organization], alarms, watch)
    cells = _with_own(_by_account(visits, seen), own)
    entered = frozenset(v.account.id for v in visits if v.entered)
    archive = _one(
        watch,
        "archive",
        lambda: read_archive(cloud, organization, scope, entered, trails=trails, delivered_to=_targets(trails, seen)),
    )
    volumes = _volumes(cloud, scope, visits, taken, watch) if scope.sample_volumes else ()
    zones = read_landing_zones(cloud, scope.home_region or leader(organization.partition))
    snapshot = _snapshot(
        cloud,
        organization,
        taken=taken,
        visits=visits,
        seen=seen,
        archive=archive,
        volumes=volumes,
        trails=trails,
        cells=cells,
    )
    monitoring, unseen = _watching(cloud, organization, scope, entered, seen, patterns, watch)
    held = (read_holding(cloud, b, taken) for b in archive.buckets) if scope.sample_volumes else ()
    holdings = tuple(holding for holding in held if holding)
    return replace(
        snapshot,
        foreign=foreign(snapshot, zones),
        holdings=holdings,
        monitoring=monitoring,
        unreachable=tuple(sorted((*snapshot.unreachable, *unseen), key=lambda u: (u.account, u.region, u.what))),
    )


def _watching(
    cloud: Cloud,
    organization: Organization,
    scope: Scope,
    entered: frozenset[AccountId],
    seen: Sequence[Seen],
    patterns: Patterns,
    watch: Progress,
) -> tuple[Monitoring | None, tuple[Unreachable, ...]]:
    if not scope.watching:
        return None, ()
    regions = sorted({s.region for s in seen if s.cell})
    return _one(watch, "monitoring", lambda: read_monitoring(cloud, organization, scope, entered, regions, patterns))


def _snapshot(
    cloud: Cloud,
    organization: Organization,
    *,
    taken: datetime,
    visits: Sequence[Visit],
    seen: Sequence[Seen],
    archive: Archive,
    volumes: tuple[Volume, ...],
    trails: tuple[Trail, ...],
    cells: dict[AccountId, dict[Region, Cell]],
) -> Snapshot:
    parts = ((v.unreachable for v in visits), (s.unreachable for s in seen), (archive.unreachable,))
    unreachable = [u for part in parts for found in part for u in found]
    return Snapshot(
        taken=taken,
        caller=cloud.caller.arn,
        organization=organization,
        cells=cells,
        trails=tuple(sorted(trails, key=lambda t: (t.owner, t.name, t.home_region))),
        buckets=archive.buckets,
        keys=archive.keys,
        roles=tuple(role for v in visits for role in v.roles),
        service_linked_roles={v.account.id: v.service_linked for v in visits if v.service_linked is not None},
        guards=archive.guards,
        foreign=(),
        volumes=volumes,
        unreachable=tuple(sorted(unreachable, key=lambda u: (u.account, u.region, u.what))),
    )


def _one(watch: Progress, what: str, read: Callable[[], Result]) -> Result:
    watch.start(what, 1)
    result = read()
    watch.step(what)
    watch.end(what)
    return result


def _many(
    cloud: Cloud, watch: Progress, what: str, items: Sequence[Item], read: Callable[[Item], Result]
) -> list[Result | AwsError]:
    watch.start(what, len(items))
    results = sweep(cloud, items, read, partial(watch.step, what))
    watch.end(what)
    return results


def _visits(
    cloud: Cloud,
    organization: Organization,
    scope: Scope,
    left_out: frozenset[tuple[AccountId, Region | None]],
    watch: Progress,
) -> list[Visit]:
    accounts = [a for _, a in sorted(organization.accounts.items()) if a.is_active and (a.id, None) not in left_out]
    found = _many(cloud, watch, "accounts", accounts, partial(visit, cloud, organization, scope))
    return [_visited(account, result) for account, result in zip(accounts, found, strict=True)]


def _visited(account: Account, result: Visit | AwsError) -> Visit:
    if isinstance(result, AwsError):
        return Visit(account=account, unreachable=(blind(result, account.id),))
    return result


def _with_regions(organization: Organization, visits: Iterable[Visit]) -> Organization:
    read = {v.account.id: replace(v.account, regions=v.regions) for v in visits}
    return replace(organization, accounts={**organization.accounts, **read})


def _places(
    scope: Scope, left_out: frozenset[tuple[AccountId, Region | None]], visits: Iterable[Visit]
) -> list[CellAt]:
    """Cells of accounts that were entered, Region by Region, so that no account is asked everything at once."""
    found = [
        (v.account.id, region)
        for v in visits
        if v.entered
        for region in v.regions or ()
        if (v.account.id, region) not in left_out and (scope.regions is None or region in scope.regions)
    ]
    return sorted(found, key=lambda at: (at[1], at[0]))


def _alarms(cloud: Cloud, prefix: str, patterns: Patterns, account: AccountId, region: Region) -> tuple[EventRule, ...]:
    return read_event_rules(cloud, account, region, prefix, patterns)


def _cells(
    cloud: Cloud, places: Sequence[CellAt], trails: Sequence[Trail], alarms: Alarms | None, watch: Progress
) -> list[Seen]:
    found = _many(cloud, watch, "cells", places, lambda at: read_cell(cloud, at[0], at[1], trails, alarms))
    return [_seen(at, result) for at, result in zip(places, found, strict=True)]


def _seen(at: CellAt, result: Seen | AwsError) -> Seen:
    if isinstance(result, AwsError):
        return Seen(account=at[0], region=at[1], unreachable=(blind(result, *at),))
    return result


def _by_account(visits: Iterable[Visit], seen: Iterable[Seen]) -> dict[AccountId, dict[Region, Cell]]:
    cells: dict[AccountId, dict[Region, Cell]] = {v.account.id: {} for v in visits if v.entered}
    for one in seen:
        if one.cell:
            cells[one.account][one.region] = one.cell
    return cells


def _with_own(
    cells: dict[AccountId, dict[Region, Cell]], own: Iterable[tuple[Trail, TrailStatus | None]]
) -> dict[AccountId, dict[Region, Cell]]:
    """Add the status of accounts' own trails in their home Region; organization trails are in every cell already."""
    for trail, status in own:
        cell = cells.get(trail.owner, {}).get(trail.home_region)
        if cell and status and not trail.is_organization:
            cells[trail.owner][trail.home_region] = replace(cell, trails=(*cell.trails, status))
    return cells


def _targets(trails: Iterable[Trail], seen: Iterable[Seen]) -> set[str]:
    """Names of the buckets that organization trails and delivery channels write to."""
    channels = {s.cell.channel.bucket for s in seen if s.cell and s.cell.channel}
    return channels | {t.bucket for t in trails if t.is_organization}


def _volumes(
    cloud: Cloud, scope: Scope, visits: Sequence[Visit], taken: datetime, watch: Progress
) -> tuple[Volume, ...]:
    def sample(v: Visit) -> Volume | None:
        first = leader(cloud.caller.partition)  # global services' events are here
        regions = [r for r in (scope.home_region, first) if r and r in (v.regions or ())]
        return read_volume(cloud, v.account.id, regions, taken)

    found = _many(cloud, watch, "volumes", [v for v in visits if v.entered], sample)
    return tuple(v for v in found if isinstance(v, Volume))
