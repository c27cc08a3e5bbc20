"""What Security Hub knows of an organization: hubs by account and Region, its administrator, central configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from trailkeep.lab.world import World

Cell = tuple[str, str]
"""An account and a Region."""
SETTLES = 2.0
"""Seconds of the lab's clock until what is asked of Security Hub in the background is done."""


@dataclass(slots=True, kw_only=True)
class Finding:
    """One finding as GetFindings shows it, and what customers have set of it by BatchUpdateFindings."""

    shown: dict[str, Any]
    set_by_customer: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Hub:
    """Security Hub CSPM in one account and Region, since when (seconds since the epoch).

    `standards` are ARNs, each with when it was enabled; `findings` are found by product ARN and id.
    """

    since: float
    generator: str = "SECURITY_CONTROL"
    standards: dict[str, float] = field(default_factory=dict)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Aggregator:
    """A finding aggregator; `region` is the home Region, `regions` what was listed."""

    arn: str
    account: str
    region: str
    mode: str
    regions: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class ConfigurationPolicy:
    """A configuration policy; `document` is its `ConfigurationPolicy` member, times in seconds since the epoch."""

    id: str
    arn: str
    name: str
    description: str
    document: dict[str, Any]
    created: float
    updated: float

    @property
    def settings(self) -> dict[str, Any]:
        """What it says of Security Hub CSPM."""
        return dict(self.document.get("SecurityHub") or {})


@dataclass(slots=True, kw_only=True)
class Central:
    """Central configuration, asked for at `since`; `associations` are the applied ones by target: policy, and when."""

    since: float
    policies: dict[str, ConfigurationPolicy] = field(default_factory=dict)
    associations: dict[str, tuple[str, float]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class SecurityHub:
    """Everything; `designated` are the Regions in which `administrator` was designated."""

    hubs: dict[Cell, Hub] = field(default_factory=dict)
    hubs_v2: dict[Cell, tuple[str, float]] = field(default_factory=dict)
    aggregators: dict[str, Aggregator] = field(default_factory=dict)
    administrator: str | None = None
    designated: set[str] = field(default_factory=set)
    local: dict[str, tuple[bool, str]] = field(default_factory=dict)
    central: Central | None = None
    numbers: int = 0


_STATES: WeakKeyDictionary[World, SecurityHub] = WeakKeyDictionary()


def state_of(world: World) -> SecurityHub:
    """Security Hub of an embedded organization; `world.lock` guards it."""
    found = _STATES.get(world)
    if found is None:
        found = _STATES[world] = SecurityHub()
    return found
