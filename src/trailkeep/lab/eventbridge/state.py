"""The event buses of an embedded organization, their rules, and the deliveries that failed."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from trailkeep.lab.world import World

DEFAULT = "default"
KEPT = 10_000
"""Failed deliveries that are remembered; the oldest are forgotten first."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """One rule of an event bus; `targets` by id, each as PutTargets said it."""

    name: str
    arn: str
    pattern: str
    state: str = "ENABLED"
    description: str | None = None
    role: str | None = None
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Bus:
    """One event bus; times in seconds since the epoch, `policy` a policy document or None."""

    account: str
    region: str
    name: str
    created: float
    changed: float
    policy: dict[str, Any] | None = None
    description: str | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """`arn:aws:events:eu-west-1:111111111111:event-bus/default`."""
        return f"arn:aws:events:{self.region}:{self.account}:event-bus/{self.name}"

    def rule_arn(self, name: str) -> str:
        """The ARN of a rule; those of the default bus do not name it."""
        within = "" if self.name == DEFAULT else f"{self.name}/"
        return f"arn:aws:events:{self.region}:{self.account}:rule/{within}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A delivery that EventBridge gave up: `time` in seconds since the epoch, the rule's and the target's ARN, why."""

    time: float
    rule: str
    target: str
    source: str
    name: str
    because: str

    def to_json(self) -> dict[str, Any]:
        """As the control API carries it."""
        return asdict(self)


class Buses:
    """All event buses by account, Region and name; every account and Region has a default one."""

    def __init__(self) -> None:
        self._buses: dict[tuple[str, str], dict[str, Bus]] = {}
        self.failures: deque[Failure] = deque(maxlen=KEPT)

    def of(self, account: str, region: str, now: float) -> dict[str, Bus]:
        """The buses of an account and Region, by name."""
        found = self._buses.get((account, region))
        if found is None:
            default = Bus(account=account, region=region, name=DEFAULT, created=now, changed=now)
            found = self._buses[account, region] = {DEFAULT: default}
        return found

    def find(self, arn: str) -> Bus | None:
        """The bus with an ARN that somebody has touched, or None."""
        parts = arn.split(":", 5)
        if len(parts) != 6 or not parts[5].startswith("event-bus/"):
            return None
        return self._buses.get((parts[4], parts[3]), {}).get(parts[5].removeprefix("event-bus/"))

    def is_heard(self, account: str, region: str) -> bool:
        """Whether the default bus of an account and Region has a rule at all."""
        buses = self._buses.get((account, region))
        return buses is not None and bool(buses[DEFAULT].rules)


_BUSES: WeakKeyDictionary[World, Buses] = WeakKeyDictionary()


def buses_of(world: World) -> Buses:
    """The buses of an embedded organization; `world.lock` guards them."""
    found = _BUSES.get(world)
    if found is None:
        found = _BUSES[world] = Buses()
    return found
