"""Changes to AWS Config's rules, packs and aggregators (recipe 4.1).

Rules judge as soon as they are made, so they are made once everything they judge stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeVar

from trailkeep.model.change.form import Change, Stage
from trailkeep.model.monitoring import AccountRule, Aggregator, Monitoring, OrganizationRule, Pack, digest
from trailkeep.model.snapshot import Snapshot

T = TypeVar("T")


def watching(snapshot: Snapshot, **fields: Any) -> Snapshot:  # noqa: ANN401 whatever the part holds
    """The snapshot with parts of what watches replaced."""
    return replace(snapshot, monitoring=replace(snapshot.monitoring or Monitoring(), **fields))


def put(things: tuple[Any, ...], before: Any, after: Any, key: Callable[[Any], Any]) -> tuple[Any, ...]:  # noqa: ANN401
    """The family with one member written anew, added or gone."""
    gone = key(after if before is None else before)
    rest = [t for t in things if key(t) != gone]
    return tuple(sorted([*rest, *([] if after is None else [after])], key=lambda t: str(key(t))))


def present(before: T | None, after: T | None) -> T:
    """The thing that is written, or the one that goes: a change of nothing into nothing is made nowhere."""
    found = before if after is None else after
    assert found is not None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(Change):
    """A change with a `before` and an `after`, undone by making it the other way round."""

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)  # type: ignore[call-arg, attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringChange(Swap):
    """Something that watches: none of it stands on another, unless it says so."""

    @property
    def chain(self) -> str:
        return self.resource


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOrganizationRule(MonitoringChange):
    """A managed rule in every account of the organization, in one Region.

    Source: botocore model config PutOrganizationConfigRule.
    """

    stage: ClassVar[Stage] = Stage.DETECTION

    before: OrganizationRule | None
    after: OrganizationRule | None

    @property
    def item(self) -> OrganizationRule:
        """The rule that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"organization Config rule {self.item.rule.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return _organization_rule(self.before), _organization_rule(self.after)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        rules = put(seen.rules, self.before, self.after, lambda r: (r.owner, r.region, r.rule.name))
        return watching(snapshot, rules=rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRule(MonitoringChange):
    """A managed rule in one account: an organization rule cannot be for one account alone.

    Source: botocore model config PutConfigRule.
    """

    stage: ClassVar[Stage] = Stage.DETECTION

    before: AccountRule | None
    after: AccountRule | None

    @property
    def item(self) -> AccountRule:
        """The rule that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"Config rule {self.item.rule.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return str(self.before.rule if self.before else ""), str(self.after.rule if self.after else "")

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        rules = put(seen.account_rules, self.before, self.after, lambda r: (r.account, r.region, r.rule.name))
        return watching(snapshot, account_rules=rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPack(MonitoringChange):
    """A conformance pack in every account of the organization, in one Region; `template` is its CloudFormation.

    Source: botocore model config PutOrganizationConformancePack.
    """

    stage: ClassVar[Stage] = Stage.DETECTION

    before: Pack | None
    after: Pack | None
    template: str

    @property
    def item(self) -> Pack:
        """The pack that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"conformance pack {self.item.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return _pack(self.before), _pack(self.after)

    def undo(self) -> Self | None:
        return None if self.before else replace(self, before=self.after, after=None)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        after = replace(self.after, content=digest(self.template)) if self.after else None
        packs = put(seen.packs, self.before, after, lambda p: (p.owner, p.region, p.name))
        return watching(snapshot, packs=packs)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAggregator(MonitoringChange):
    """The organization's compliance and configuration, seen from one place.

    Source: botocore model config PutConfigurationAggregator.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    before: Aggregator | None
    after: Aggregator | None

    @property
    def item(self) -> Aggregator:
        """The aggregator that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"configuration aggregator {self.item.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return _aggregator(self.before), _aggregator(self.after)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        found = put(seen.aggregators, self.before, self.after, lambda a: (a.owner, a.region, a.name))
        return watching(snapshot, aggregators=found)


def _organization_rule(rule: OrganizationRule | None) -> str:
    if rule is None:
        return ""
    return f"{rule.rule}, all accounts{f' but {len(rule.excluded)}' if rule.excluded else ''}"


def _pack(pack: Pack | None) -> str:
    if pack is None:
        return ""
    return f"content {pack.content[:8]}, all accounts{f' but {len(pack.excluded)}' if pack.excluded else ''}"


def _aggregator(found: Aggregator | None) -> str:
    if found is None:
        return ""
    return f"{'all Regions' if found.all_regions else 'some Regions'}, as {found.role.rsplit('/', 1)[-1] or 'nobody'}"
