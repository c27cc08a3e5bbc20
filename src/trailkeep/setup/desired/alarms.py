"""The alarms on tampering as they should be: a rule in each account and Region, one bus, one topic.

An event rule reaches a topic of another account only in its own Region, so every rule sends to the bus first
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from trailkeep.model.change.alarm import DEFAULT_BUS
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId, Region, leader
from trailkeep.model.monitoring import ALARMS, EventBus, EventRule, EventTarget, Subscription, Topic, digest
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.documents import alarm_patterns as patterns
from trailkeep.setup.documents.alarm_policies import EVENTS, bus_policy, sender_policy, service_trust, topic_policy
from trailkeep.setup.documents.scp import ROLE_CHANGES
from trailkeep.setup.places import Cells, Places
from trailkeep.setup.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredAlarms:
    """Every part of the alarms; `texts` are the patterns by their digest."""

    roles: tuple[Role, ...] = ()
    bus: EventBus | None = None
    topic: Topic | None = None
    cells: Mapping[AccountId, Mapping[Region, tuple[EventRule, ...]]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def desired_alarms(spec: Spec, snapshot: Snapshot, places: Places, cells: Cells) -> DesiredAlarms:
    """The alarms of every cell that could be read."""
    part = spec.monitoring.alarms if spec.monitoring else None
    if part is None:
        return DesiredAlarms()
    texts: dict[str, str] = {}
    at = _At(spec, places, texts)
    accounts = [a for a in sorted(cells) if cells[a] and snapshot.blind(a) is None]
    return DesiredAlarms(
        roles=tuple(at.sender(a) for a in accounts),
        bus=at.bus(),
        topic=at.topic(part.notify),
        cells={
            account: {
                region: tuple(at.rules(account, region))
                for region in cells[account]
                if snapshot.cell(account, region) is not None and snapshot.unread(account, region, ALARMS) is None
            }
            for account in accounts
        },
        texts=texts,
    )


class _At:
    """The names and ARNs of one specification's alarms, and the rules they make."""

    def __init__(self, spec: Spec, places: Places, texts: dict[str, str]) -> None:
        self._places, self._texts, self._path = places, texts, spec.created.iam_path
        self.prefix = prefix = spec.created.name_prefix
        here = f"{places.home}:{places.security}"
        self.bus_arn = f"arn:{places.partition}:events:{here}:event-bus/{prefix}"
        self.topic_arn = f"arn:{places.partition}:sns:{here}:{prefix}-tampering"
        self._rule_arn = f"arn:{places.partition}:events:{here}:rule/{prefix}"
        self._leader = leader(places.partition)
        guarded = [r.rpartition("/")[2] for r in places.exempt]
        self._everywhere = self._pattern(patterns.logging_pattern())
        self._roles = self._pattern(patterns.role_pattern(ROLE_CHANGES, [*guarded, sender_name(spec)]))
        self._sender = sender_name(spec)

    def sender(self, account: AccountId) -> Role:
        """The role as which an account's rules send."""
        return Role(
            account=account,
            name=self._sender,
            arn=f"arn:{self._places.partition}:iam::{account}:role{self._path}{self._sender}",
            trust=service_trust(EVENTS),
            policies=frozenset(),
            inline=(("send", sender_policy(self.bus_arn)),),
        )

    def rules(self, account: AccountId, region: Region) -> Iterator[EventRule]:
        """What one account listens for in one Region, by the places where events appear."""
        places, first, home = self._places, region == self._leader, region == self._places.home
        yield self._rule("logging", self._everywhere, account)
        if home:
            yield self._rule("compliance", self._pattern(patterns.compliance_pattern(self.prefix)), account)
        if first:
            yield self._rule("roles", self._roles, account)
            yield self._rule("root", self._pattern(patterns.root_pattern()), account)
        if first and account == places.management:
            yield self._rule("organization", self._pattern(patterns.organization_pattern()), account)
        if home and account == places.log_archive:
            yield self._rule("archive", self._pattern(patterns.bucket_pattern(places)), account)
            yield self._rule("public", self._pattern(patterns.public_pattern()), account)
        if home and account == places.security:
            yield self._rule("plumbing", self._pattern(patterns.plumbing_pattern()), account)
            if places.key_arn:
                yield self._rule("key", self._pattern(patterns.key_pattern(places)), account)

    def bus(self) -> EventBus:
        """The bus, with the two rules that tell people."""
        return EventBus(
            account=self._places.security,
            region=self._places.home,
            name=self.prefix,
            policy=bus_policy(self._places, self.bus_arn),
            rules=(
                self._telling("compliance", patterns.COMPLIANCE_MESSAGE, patterns.COMPLIANCE),
                self._telling("tampering", patterns.CALL_MESSAGE, patterns.API, patterns.SIGN_IN),
            ),
        )

    def topic(self, listeners: tuple[str, ...]) -> Topic:
        """The topic and whom it tells."""
        rules = tuple(f"{self._rule_arn}/{self.prefix}-tell-{kind}" for kind in ("compliance", "tampering"))
        told = (Subscription(protocol=protocol_of(to), endpoint=to, confirmed=False) for to in listeners)
        return Topic(
            arn=self.topic_arn,
            account=self._places.security,
            region=self._places.home,
            policy=topic_policy(self.topic_arn, rules, self._places.security),
            subscriptions=tuple(sorted(told, key=lambda s: s.endpoint)),
        )

    def _rule(self, name: str, pattern: str, account: AccountId) -> EventRule:
        role = f"arn:{self._places.partition}:iam::{account}:role{self._path}{self._sender}"
        target = EventTarget(id="bus", arn=self.bus_arn, role=role)
        name = f"{self.prefix}-{name}"
        return EventRule(name=name, bus=DEFAULT_BUS, pattern=pattern, state="ENABLED", targets=(target,))

    def _telling(self, name: str, message: str, *kinds: str) -> EventRule:
        target = EventTarget(id="topic", arn=self.topic_arn, template=message)
        pattern = self._pattern(patterns.arriving_pattern(*kinds))
        name = f"{self.prefix}-tell-{name}"
        return EventRule(name=name, bus=self.prefix, pattern=pattern, state="ENABLED", targets=(target,))

    def _pattern(self, text: str) -> str:
        name = digest(text)
        self._texts[name] = text
        return name


def sender_name(spec: Spec) -> str:
    """Name of the role that sends alarms, in every account."""
    return f"{spec.created.name_prefix}-alarms"


def protocol_of(listener: str) -> str:
    """SNS's name for how somebody is told."""
    if listener.startswith("https://"):
        return "https"
    return listener.split(":")[2] if listener.startswith("arn:") and "@" not in listener else "email"
