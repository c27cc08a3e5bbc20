"""Which chains of digests there should be: by what the organization is, or by what the archive itself shows."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from trailkeep.model.ids import DEFAULT_REGIONS, Region
from trailkeep.verify.keys import Base, Chain

if TYPE_CHECKING:
    from trailkeep.model.snapshot import Snapshot

Writer = tuple[str, str]
"""A trail, by its name and home Region."""


def by_organization(snapshot: "Snapshot", bucket: str) -> Iterator[tuple[Chain, datetime | None]]:
    """Every chain that the trails writing to a bucket keep, and from when on: one an account and Region.

    A trail with log file validation writes a digest an hour for each account and Region it covers, idle ones included
    (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html).
    """
    for trail in snapshot.trails:
        if trail.bucket != bucket or not trail.validates_files:
            continue
        organization = snapshot.organization.id if trail.is_organization else ""
        for account in snapshot.active():
            regions: Iterable[Region] = account.regions or tuple(snapshot.cells.get(account.id, ()))
            base = Base(prefix=trail.prefix.strip("/"), organization=organization, account=account.id)
            for region in regions:
                if trail.records(account.id, region):
                    chain = Chain(base=base, region=region, trail=trail.name, home_region=trail.home_region)
                    yield chain, account.joined


def writers(snapshot: "Snapshot", bucket: str) -> Callable[[Base], frozenset[Writer] | None]:
    """Who writes below a base: trails that exist, running or not, for active accounts; None where that was not seen."""
    active = {account.id for account in snapshot.active()}
    blind = {u.account for u in snapshot.unreachable}
    found: dict[Base, set[Writer]] = {}
    for trail in snapshot.trails:
        if trail.bucket == bucket:
            organization = snapshot.organization.id if trail.is_organization else ""
            for account in active if trail.is_organization else active & {trail.owner}:
                base = Base(prefix=trail.prefix.strip("/"), organization=organization, account=account)
                found.setdefault(base, set()).add((trail.name, trail.home_region))

    def known(base: Base) -> frozenset[Writer] | None:
        is_seen = not blind & {snapshot.organization.management, base.account}
        return frozenset(found.get(base, ())) if is_seen else None

    return known


def by_symmetry(seen: Iterable[Chain]) -> Iterator[Chain]:
    """The chains that others of the same organization trail imply, where no snapshot says more.

    A multi-Region trail that writes for one account in a Region enabled by default writes for every account there.
    """
    trails: dict[tuple[str, str, str, str], set[Chain]] = {}
    for chain in seen:
        if chain.base.organization:
            name = (chain.base.prefix, chain.base.organization, chain.trail, chain.home_region)
            trails.setdefault(name, set()).add(chain)
    for chains in trails.values():
        regions = {c.region for c in chains if Region.pattern.fullmatch(c.region)} & set(DEFAULT_REGIONS)
        some = next(iter(chains))
        for base in {c.base for c in chains}:
            for region in regions:
                yield Chain(base=base, region=region, trail=some.trail, home_region=some.home_region)
