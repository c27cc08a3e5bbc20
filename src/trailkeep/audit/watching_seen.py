"""Without a specification: what watches somewhere should watch everywhere, each part that anything is seen of."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from trailkeep.audit.watching import HubWish, Watching
from trailkeep.model.change.alarm import DEFAULT_BUS
from trailkeep.model.ids import AccountId, Region, leader
from trailkeep.model.monitoring import EventBus, EventRule, EventTarget, Monitoring, OrganizationRule, Topic, digest
from trailkeep.model.organization import Organization
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.desired.alarms import DesiredAlarms
from trailkeep.setup.desired.hub import CONTRADICTING
from trailkeep.setup.documents import alarm_patterns as patterns
from trailkeep.setup.places import Cells

Place = tuple[AccountId, Region]
_LOGGING, _ROOT = digest(patterns.logging_pattern()), digest(patterns.root_pattern())


def gathered(snapshot: Snapshot, cells: Cells, archive: AccountId | None, *, mfa: bool) -> Watching | None:
    """What is seen, taken as it was meant; None where nothing is seen.

    `archive` is the account of the archive where that is known; `mfa` says how it is protected.
    """
    found = snapshot.monitoring
    if found is None:
        return None
    bus = _bus(snapshot, found)
    place = next(_places(found, bus), None)
    if place is None:
        return None
    hub = found.hub
    return Watching(
        security=place[0],
        home=place[1],
        rules=tuple(_everywhere(found, cells)) or None,
        pack=next(iter(found.packs), None),
        aggregator=any(a.role for a in found.aggregators),
        hub=_hub(mfa=mfa) if hub and hub.administrator else None,
        alarms=_alarms(snapshot, bus, cells, archive) if bus else None,
        sender=f"{bus.name}-alarms" if bus else "",
    )


def _hub(*, mfa: bool) -> HubWish:
    return HubWish(standards=(), off=(CONTRADICTING["mfa" if mfa else "lock"],), central=False)


def _places(found: Monitoring, bus: EventBus | None) -> Iterator[Place]:
    """Where the account that watches is, the surest first."""
    if bus:
        yield bus.account, bus.region
    if found.hub and found.hub.administrator:
        yield found.hub.administrator, found.hub.region
    yield from ((p.owner, p.region) for p in found.packs)
    yield from ((a.owner, a.region) for a in found.aggregators if a.role)
    yield from ((r.owner, r.region) for r in found.rules)


def _everywhere(found: Monitoring, cells: Cells) -> Iterator[OrganizationRule]:
    """Each rule as most Regions have it, for every Region; whom it leaves out there is as somebody meant it."""
    regions = sorted({r for mine in cells.values() for r in mine})
    there = {(r.region, r.rule.name): r for r in found.rules}
    for name in sorted({r.rule.name for r in found.rules}):
        alike = Counter(r.rule for r in found.rules if r.rule.name == name)
        rule, owner = alike.most_common(1)[0][0], next(r.owner for r in found.rules if r.rule.name == name)
        for region in regions:
            known = there.get((region, name))
            excluded = known.excluded if known else frozenset()
            yield OrganizationRule(owner=owner, region=region, rule=rule, excluded=excluded)


def _bus(snapshot: Snapshot, found: Monitoring) -> EventBus | None:
    """The bus, or, where it is gone, the one that most event rules of accounts still send to."""
    if found.buses:
        return found.buses[0]
    sent = (t.arn for regions in snapshot.cells.values() for c in regions.values() for r in c.alarms for t in r.targets)
    for arn, _ in Counter(sent).most_common(1):
        parts = arn.split(":")
        if len(parts) == 6 and parts[5].startswith("event-bus/"):
            name = parts[5].removeprefix("event-bus/")
            return EventBus(account=AccountId(parts[4]), region=Region(parts[3]), name=name, policy="")
    return None


def _alarms(snapshot: Snapshot, bus: EventBus, cells: Cells, archive: AccountId | None) -> DesiredAlarms:
    """In every cell the rules that belong there, and those that are there, on and sending to the bus."""
    organization = snapshot.organization
    partition, here = organization.partition, f"{bus.region}:{bus.account}"
    topic = f"arn:{partition}:sns:{here}:{bus.name}-tampering"
    target = EventTarget(id="bus", arn=f"arn:{partition}:events:{here}:event-bus/{bus.name}")

    def listening(account: AccountId, region: Region) -> Iterator[EventRule]:
        cell = snapshot.cell(account, region)
        mine = {r.name: r for r in cell.alarms} if cell else {}
        ours = dict(_belonging(organization, bus, (account, region), archive))
        for name, says in sorted({**dict.fromkeys(mine, ""), **ours}.items()):
            sent = replace(target, role=_role(partition, account, f"{bus.name}-alarms", mine.get(name)))
            yield EventRule(name=name, bus=DEFAULT_BUS, pattern=says, state="ENABLED", targets=(sent,))

    return DesiredAlarms(
        bus=replace(bus, rules=tuple(_telling(bus.name, topic))),
        topic=Topic(arn=topic, account=bus.account, region=bus.region, policy=""),
        cells={a: {r: tuple(listening(a, r)) for r in regions} for a, regions in cells.items()},
    )


def _belonging(
    organization: Organization, bus: EventBus, cell: Place, archive: AccountId | None
) -> Iterator[tuple[str, str]]:
    """Names of rules by the places where events appear, with the digest of their pattern, "" where any will do."""
    first, home = cell[1] == leader(organization.partition), cell[1] == bus.region
    yield f"{bus.name}-logging", _LOGGING
    if home:
        yield f"{bus.name}-compliance", digest(patterns.compliance_pattern(bus.name))
    if first:
        yield f"{bus.name}-roles", ""
        yield f"{bus.name}-root", _ROOT
    if first and cell[0] == organization.management:
        yield f"{bus.name}-organization", digest(patterns.organization_pattern())
    if home and cell[0] == archive:
        yield f"{bus.name}-archive", ""
        yield f"{bus.name}-public", digest(patterns.public_pattern())
    if home and cell[0] == bus.account:
        yield f"{bus.name}-plumbing", digest(patterns.plumbing_pattern())


def _role(partition: str, account: AccountId, name: str, rule: EventRule | None) -> str:
    """The account's own sender, on whatever IAM path a rule has it."""
    start = f"arn:{partition}:iam::{account}:role/"
    used = (t.role for t in rule.targets if t.role.startswith(start)) if rule else iter(())
    return next((arn for arn in used if arn.rpartition("/")[2] == name), f"{start}{name}")


def _telling(prefix: str, topic: str) -> Iterator[EventRule]:
    told = (
        ("compliance", patterns.COMPLIANCE_MESSAGE, (patterns.COMPLIANCE,)),
        ("tampering", patterns.CALL_MESSAGE, (patterns.API, patterns.SIGN_IN)),
    )
    for kind, message, kinds in told:
        yield EventRule(
            name=f"{prefix}-tell-{kind}",
            bus=prefix,
            pattern=digest(patterns.arriving_pattern(*kinds)),
            state="ENABLED",
            targets=(EventTarget(id="topic", arn=topic, template=message),),
        )
