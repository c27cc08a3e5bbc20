"""Desired trails against those observed, and the trails that were named to go."""

from collections.abc import Iterator
from dataclasses import replace

from trailkeep.model.change import Change, PutTrail, SetLogging, SetSelectors
from trailkeep.model.ids import AccountId
from trailkeep.model.plan import Duplicate, Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import ALL_MANAGEMENT_EVENTS, Trail
from trailkeep.setup import reasons
from trailkeep.setup.desired.state import Desired
from trailkeep.setup.spec import Spec

COPY_PRICE = 2.0 / 100_000
"""US dollars per event of every copy after the first (https://aws.amazon.com/cloudtrail/pricing/)."""


def reconcile_trails(spec: Spec, desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """Create or update, then select, then start: a trail is whole before it runs."""
    tags = tuple(sorted(spec.tags.items()))
    for trail in desired.trails:
        reason = reasons.ORGANIZATION_TRAIL if trail.is_organization else reasons.MEMBER_TRAIL
        seen = snapshot.trail(trail.owner, trail.name)
        if seen is not None and seen.home_region != trail.home_region:
            continue  # said by `homeless`
        if seen is None or _still(seen) != _still(trail):
            yield PutTrail(
                account=trail.owner,
                region=trail.home_region,
                reason=reason,
                before=seen,
                after=trail,
                tags=() if seen else tags,
                deletable=trail.owner == snapshot.organization.management,
            )
        before = seen.selectors if seen else ALL_MANAGEMENT_EVENTS
        if trail.selectors is not None and before != trail.selectors:
            yield SetSelectors(
                account=trail.owner,
                region=trail.home_region,
                reason=reasons.SELECTORS,
                arn=trail.arn,
                name=trail.name,
                before=before,
                after=trail.selectors,
            )
        if seen is None or not seen.is_logging:
            yield SetLogging(
                account=trail.owner,
                region=trail.home_region,
                reason=reasons.LOGGING,
                arn=trail.arn,
                name=trail.name,
                before=False,
                after=True,
            )


def reconcile_retired(desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """Stop what was named, and delete it where no guardrail of ours forbids even us to."""
    for trail in desired.retired:
        if trail.is_logging:
            yield SetLogging(
                account=trail.owner,
                region=trail.home_region,
                reason=reasons.RETIRE,
                arn=trail.arn,
                name=trail.name,
                before=True,
                after=False,
            )
        if trail.owner == snapshot.organization.management or not _is_guarded(trail, desired, snapshot):
            yield PutTrail(
                account=trail.owner, region=trail.home_region, reason=reasons.RETIRE, before=trail, after=None
            )


def _is_guarded(trail: Trail, desired: Desired, snapshot: Snapshot) -> bool:
    chain = snapshot.organization.chain(trail.owner)
    return any(target in chain for rail in desired.guardrails for target in rail.targets)


def homeless(desired: Desired, snapshot: Snapshot) -> Iterator[Note]:
    """Trails that exist under the wanted name in another home Region, which AWS cannot change."""
    for trail in desired.trails:
        seen = snapshot.trail(trail.owner, trail.name)
        if seen is not None and seen.home_region != trail.home_region:
            yield Note(
                kind="refused",
                subject=f"trail {trail.name} ({trail.owner})",
                text=f"it lives in {seen.home_region}, the specification wants {trail.home_region}",
                hint=f"write `organization.home_region: {seen.home_region}`, or another `trail.name`",
            )


def duplicates(desired: Desired, snapshot: Snapshot) -> tuple[Duplicate, ...]:
    """Running trails whose management events a wanted (or foreign organization) trail records as well."""
    wanted = {t.arn for t in desired.trails}
    first = [t for t in snapshot.trails if t.is_organization and t.arn not in wanted] if not wanted else []
    first_arns = wanted | {t.arn for t in first[:1]}
    volumes = {v.account: v.events_per_month for v in snapshot.volumes}
    gone = {t.arn for t in desired.retired}
    owners = {(f.account, f.name): f.owner for f in snapshot.foreign if f.kind == "trail"}
    return tuple(
        Duplicate(trail=t, monthly_cost=_cost(t, snapshot, volumes), managed_by=owners.get((t.owner, t.name), ""))
        for t in snapshot.trails
        if t.arn not in first_arns | gone
        and t.is_logging
        and t.selectors
        and t.selectors.management != "none"
        and first_arns
    )


def _cost(trail: Trail, snapshot: Snapshot, volumes: dict[AccountId, int]) -> float | None:
    heard = [a.id for a in snapshot.active()] if trail.is_organization else [trail.owner]
    if any(a not in volumes for a in heard):
        return None
    return round(sum(volumes[a] for a in heard) * COPY_PRICE, 2)


def _still(trail: Trail) -> Trail:
    return replace(trail, selectors=None, is_logging=None)
