"""Desired alarms against those in force: roles, then bus and topic, then the rules that send."""

from collections.abc import Iterator
from dataclasses import replace

from trailkeep.model.change import Change, PutBus, PutEventRule, PutRole, PutTopic, SetSubscription
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import EventRule, Monitoring, Topic
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.desired.alarms import DesiredAlarms
from trailkeep.setup.spec import Spec

Tags = tuple[tuple[str, str], ...]


def reconcile_roles(
    spec: Spec, wanted: tuple[Role, ...], alarms: DesiredAlarms, snapshot: Snapshot
) -> Iterator[Change]:
    """Roles of services, made or put right; one whose trust is another's is put right too, it is ours by name."""
    known = {(r.account, r.name): r for r in snapshot.roles}
    senders = {(r.account, r.name) for r in alarms.roles}
    for role in wanted:
        if snapshot.unread(role.account, "", "roles") is not None:
            continue
        before = known.get((role.account, role.name))
        if before is None or not _does(before, role):
            yield PutRole(
                account=role.account,
                region="",
                reason=reasons.ALARM_ROLE if (role.account, role.name) in senders else reasons.AGGREGATOR_ROLE,
                before=before,
                after=role,
                path=spec.created.iam_path,
                boundary=spec.created.permissions_boundary or "",
                tags=() if before else _tags(spec),
            )


def reconcile_alarms(spec: Spec, desired: DesiredAlarms, snapshot: Snapshot) -> Iterator[Change]:
    """What is missing, differs, or was switched off."""
    seen = snapshot.monitoring or Monitoring()
    yield from _bus(spec, desired, seen)
    yield from _topic(spec, desired, seen)
    for account, regions in desired.cells.items():
        for region, rules in regions.items():
            cell = snapshot.cell(account, region)
            known = {r.name: r for r in cell.alarms} if cell else {}
            for rule in rules:
                yield from _rule(spec, desired, seen, (account, region), known.get(rule.name), rule)


def _bus(spec: Spec, desired: DesiredAlarms, seen: Monitoring) -> Iterator[Change]:
    bus = desired.bus
    if bus is None:
        return
    before = next((b for b in seen.buses if b.key == bus.key), None)
    if before is None or before.policy != bus.policy:
        after = replace(bus, rules=before.rules if before else ())
        yield PutBus(account=bus.account, region=bus.region, reason=reasons.ALARM_BUS, before=before, after=after)
    known = {r.name: r for r in before.rules} if before else {}
    for rule in bus.rules:
        yield from _rule(spec, desired, seen, (bus.account, bus.region), known.get(rule.name), rule)


def _topic(spec: Spec, desired: DesiredAlarms, seen: Monitoring) -> Iterator[Change]:
    topic = desired.topic
    if topic is None:
        return
    before = next((t for t in seen.topics if t.arn == topic.arn), None)
    if before is None or before.policy != topic.policy:
        after = replace(topic, subscriptions=before.subscriptions if before else ())
        yield PutTopic(
            account=topic.account,
            region=topic.region,
            reason=reasons.ALARM_TOPIC,
            before=before,
            after=after,
            tags=() if before else _tags(spec),
        )
    yield from _subscriptions(topic, before)


def _subscriptions(topic: Topic, before: Topic | None) -> Iterator[Change]:
    """Listeners that nobody wrote down stay: they may be somebody's."""
    told = {(s.protocol, s.endpoint) for s in before.subscriptions} if before else set()
    for listener in topic.subscriptions:
        if (listener.protocol, listener.endpoint) not in told:
            yield SetSubscription(
                account=topic.account,
                region=topic.region,
                reason=reasons.ALARM_TOPIC,
                topic=topic.arn,
                protocol=listener.protocol,
                endpoint=listener.endpoint,
                before=False,
                after=True,
            )


def _rule(
    spec: Spec,
    desired: DesiredAlarms,
    seen: Monitoring,
    at: tuple[AccountId, Region],
    before: EventRule | None,
    rule: EventRule,
) -> Iterator[Change]:
    if before != rule:
        texts = (seen.patterns.get(before.pattern, "") if before else "", desired.texts[rule.pattern])
        yield PutEventRule(
            account=at[0],
            region=at[1],
            reason=reasons.ALARM,
            before=before,
            after=rule,
            texts=texts,
            tags=() if before else _tags(spec),
        )


def _does(role: Role, wanted: Role) -> bool:
    return role.trust == wanted.trust and role.inline == wanted.inline and wanted.policies <= role.policies


def _tags(spec: Spec) -> Tags:
    return tuple(sorted(spec.tags.items()))
