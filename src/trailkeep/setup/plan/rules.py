"""Desired Config rules, pack and aggregator against those in force."""

from collections.abc import Iterator

from trailkeep.model.change import Change, PutAggregator, PutOrganizationRule, PutPack, PutRule, Reason
from trailkeep.model.monitoring import AccountRule, Monitoring, OrganizationRule
from trailkeep.model.recorder import HOURLY
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.desired.rules import DesiredRules


def reconcile_rules(desired: DesiredRules, snapshot: Snapshot) -> Iterator[Change]:
    """What is missing or differs is written; rules that nobody asks for are left alone, whoever made them."""
    seen = snapshot.monitoring or Monitoring()
    known = {(r.owner, r.region, r.rule.name): r for r in seen.rules}
    for rule in desired.organization:
        before = known.get((rule.owner, rule.region, rule.rule.name))
        if before is None or _organization_wish(before) != _organization_wish(rule):
            yield PutOrganizationRule(
                account=rule.owner, region=rule.region, reason=reasons.ORGANIZATION_RULE, before=before, after=rule
            )
    own = {(r.account, r.region, r.rule.name): r for r in seen.account_rules}
    for wish in desired.account:
        mine = own.get((wish.account, wish.region, wish.rule.name))
        if mine != wish:
            yield PutRule(account=wish.account, region=wish.region, reason=_why(wish), before=mine, after=wish)
    yield from _pack(desired, seen)
    if (aggregator := desired.aggregator) is not None:
        found = next((a for a in seen.aggregators if a.name == aggregator.name and a.owner == aggregator.owner), None)
        if found != aggregator:
            yield PutAggregator(
                account=aggregator.owner,
                region=aggregator.region,
                reason=reasons.AGGREGATOR,
                before=found,
                after=aggregator,
            )


def _pack(desired: DesiredRules, seen: Monitoring) -> Iterator[Change]:
    pack = desired.pack
    if pack is None:
        return
    before = next((p for p in seen.packs if (p.owner, p.region, p.name) == (pack.owner, pack.region, pack.name)), None)
    if before is None or (before.content, before.excluded) != (pack.content, pack.excluded):
        yield PutPack(
            account=pack.owner,
            region=pack.region,
            reason=reasons.PACK,
            before=before,
            after=pack,
            template=desired.template,
        )


def _organization_wish(rule: OrganizationRule) -> tuple[object, ...]:
    """What is asked for, whatever became of it in single accounts."""
    return rule.rule, rule.excluded


def _why(wish: AccountRule) -> Reason:
    return reasons.DETECTOR if wish.rule.frequency == HOURLY else reasons.ARCHIVE_RULE
