"""Changes to the alarms on tampering: the bus and topic they come together on, and the rules that send (recipe 4.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from trailkeep.model.change.form import Stage
from trailkeep.model.change.rules import Swap, present, put, watching
from trailkeep.model.document import as_list, statements
from trailkeep.model.identity import Role
from trailkeep.model.ids import Region
from trailkeep.model.monitoring import EventBus, EventRule, Monitoring, Subscription, Topic, digest
from trailkeep.model.snapshot import Cell, Snapshot

DEFAULT_BUS = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRole(Swap):
    """A role for a service, with what it may do inside it; one that stands with another's trust is never taken over."""

    stage: ClassVar[Stage] = Stage.ACCESS

    before: Role | None
    after: Role | None
    path: str
    boundary: str
    tags: tuple[tuple[str, str], ...]

    @property
    def item(self) -> Role:
        """The role that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"role {self.item.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return _role(self.before), _role(self.after)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        mine = (self.item.account, self.item.name)
        others = (r for r in snapshot.roles if (r.account, r.name) != mine)
        return replace(snapshot, roles=(*others, *([self.after] if self.after else [])))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChange(Swap):
    """What alarms come together on; made before anything sends to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBus(AlarmChange):
    """An event bus and who may put events on it.

    Source: botocore model events CreateEventBus, PutPermission.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    before: EventBus | None
    after: EventBus | None

    @property
    def item(self) -> EventBus:
        """The bus that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"event bus {self.item.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return (self.before.policy if self.before else ""), (self.after.policy if self.after else "")

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        return watching(snapshot, buses=put(seen.buses, self.before, self.after, lambda b: b.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class PutTopic(AlarmChange):
    """A topic and who may publish to it; its subscriptions are changes of their own.

    Source: botocore model sns CreateTopic, SetTopicAttributes.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    before: Topic | None
    after: Topic | None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def item(self) -> Topic:
        """The topic that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"topic {self.item.arn.rpartition(':')[2]}"

    @property
    def shown(self) -> tuple[str, str]:
        return (self.before.policy if self.before else ""), (self.after.policy if self.after else "")

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        return watching(snapshot, topics=put(seen.topics, self.before, self.after, lambda t: t.arn))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSubscription(AlarmChange):
    """Whether a topic tells somebody; whoever it is must confirm it.

    Source: botocore model sns Subscribe.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    topic: str
    protocol: str
    endpoint: str
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"subscription of {self.endpoint} to {self.topic.rpartition(':')[2]}"

    @property
    def shown(self) -> tuple[str, str]:
        return (self.protocol if self.before else ""), (self.protocol if self.after else "")

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        return watching(snapshot, topics=tuple(self._told(t) if t.arn == self.topic else t for t in seen.topics))

    def _told(self, topic: Topic) -> Topic:
        others = [s for s in topic.subscriptions if (s.protocol, s.endpoint) != (self.protocol, self.endpoint)]
        mine = Subscription(protocol=self.protocol, endpoint=self.endpoint, confirmed=self.protocol == "sqs")
        return replace(topic, subscriptions=(*others, *([mine] if self.after else [])))


@dataclass(frozen=True, slots=True, kw_only=True)
class PutEventRule(Swap):
    """A rule that sends events on; `texts` are its pattern before and after, "" where there is none.

    Source: botocore model events PutRule, PutTargets.
    """

    stage: ClassVar[Stage] = Stage.DETECTION

    before: EventRule | None
    after: EventRule | None
    texts: tuple[str, str]
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def item(self) -> EventRule:
        """The rule that is written or goes."""
        return present(self.before, self.after)

    @property
    def chain(self) -> str:
        return f"{self.lane}/{self.item.name}"

    @property
    def resource(self) -> str:
        where = "" if self.item.bus == DEFAULT_BUS else f" on bus {self.item.bus}"
        return f"event rule {self.item.name}{where}"

    @property
    def shown(self) -> tuple[str, str]:
        return _event_rule(self.before), _event_rule(self.after)

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before, texts=(self.texts[1], self.texts[0]))

    @property
    def _made(self) -> EventRule | None:
        """The rule as it will be read: AWS chooses some of what stands in a pattern, and its digest with it."""
        return replace(self.after, pattern=digest(self.texts[1])) if self.after and self.texts[1] else self.after

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        if self.item.bus != DEFAULT_BUS:
            return self._on_bus(snapshot)
        region = Region(self.region)
        mine = snapshot.cells.get(self.account, {})
        cell = mine.get(region, Cell())
        cell = replace(cell, alarms=put(cell.alarms, self.before, self._made, lambda r: r.name))
        return replace(snapshot, cells={**snapshot.cells, self.account: {**mine, region: cell}})

    def _on_bus(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring or Monitoring()
        key = (self.account, self.region, self.item.bus)
        buses = tuple(
            replace(b, rules=put(b.rules, self.before, self._made, lambda r: r.name)) if b.key == key else b
            for b in seen.buses
        )
        return watching(snapshot, buses=buses)


def _role(role: Role | None) -> str:
    if role is None:
        return ""
    trusted = sorted({str(p) for s in statements(role.trust) for p in as_list(_service(s))})
    attached = [arn.rpartition("/")[2] for arn in sorted(role.policies)]
    may = [*(name for name, _ in role.inline), *attached]
    return f"for {', '.join(trusted) or 'nobody'}: {', '.join(may) or 'nothing'}"


def _service(statement: Mapping[str, Any]) -> Any:  # noqa: ANN401 whatever stands there
    principal = statement.get("Principal")
    return principal.get("Service", principal) if isinstance(principal, dict) else principal


def _event_rule(rule: EventRule | None) -> str:
    if rule is None:
        return ""
    to = ", ".join(t.arn.rpartition(":")[2] for t in rule.targets) or "nowhere"
    state = {"ENABLED": "on", "DISABLED": "off"}.get(rule.state, "on, with reads")
    return f"{state}, pattern {rule.pattern[:8]}, to {to}"
