"""What AWS Config remembers of rules, organization rules and packs, and aggregators, in every account and Region."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from trailkeep.lab.world import World

Cell = tuple[str, str]
"""An account and a Region."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSpec:
    """What a managed rule is asked to be. `scope` is the API's Scope, `frequency` its MaximumExecutionFrequency."""

    name: str
    identifier: str
    description: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    frequency: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a rule said of a resource: since when (`ordered`), recorded and invoked, seconds since the epoch."""

    compliance: str
    annotation: str
    ordered: float
    recorded: float
    invoked: float


@dataclass(slots=True, kw_only=True)
class Rule:
    """One rule in an account and Region; `created_by` the service that made it, `outcomes` by resource type and id."""

    spec: RuleSpec
    account: str
    region: str
    id: str
    created: float
    created_by: str = ""
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    evaluated: float | None = None
    started: float | None = None

    @property
    def arn(self) -> str:
        """The rule's ARN, which says when a service made it."""
        owner = f"aws-service-rule/{self.created_by}/" if self.created_by else ""
        return f"arn:aws:config:{self.region}:{self.account}:config-rule/{owner}{self.id}"


@dataclass(slots=True, kw_only=True)
class Deployed:
    """How an organization rule or pack fares in one account; `joined` is when the account came later than it."""

    status: str
    updated: float
    code: str = ""
    message: str = ""
    joined: float | None = None


@dataclass(slots=True, kw_only=True)
class Deployment:
    """An organization rule or conformance pack of its owner in one Region; `asked` is shown as it was put."""

    owner: str
    region: str
    name: str
    arn: str
    suffix: str
    created_by: str
    specs: tuple[RuleSpec, ...]
    asked: Mapping[str, Any]
    excluded: frozenset[str]
    updated: float
    verb: str = "CREATE"
    accounts: dict[str, Deployed] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Of all accounts together: what failed in one has failed."""
        failed = any(one.status.endswith("FAILED") for one in self.accounts.values())
        return f"{self.verb}_{'FAILED' if failed else 'SUCCESSFUL'}"


@dataclass(slots=True, kw_only=True)
class Aggregator:
    """A configuration aggregator; `asked` is what was put, in the API's words."""

    name: str
    arn: str
    account: str
    region: str
    asked: Mapping[str, Any]
    created: float
    updated: float


class Rulebook:
    """Everything that AWS Config knows beside recorders and channels."""

    def __init__(self, seed: int) -> None:
        self.rules: dict[Cell, dict[str, Rule]] = defaultdict(dict)
        self.organization_rules: dict[Cell, dict[str, Deployment]] = defaultdict(dict)
        self.packs: dict[Cell, dict[str, Deployment]] = defaultdict(dict)
        self.aggregators: dict[Cell, dict[str, Aggregator]] = defaultdict(dict)
        self.tags: dict[str, dict[str, str]] = {}
        self._seed = seed
        self._drawn = 0

    def draw(self, length: int) -> str:
        """Letters and digits for an id, never the same twice in a run, always the same in the next."""
        self._drawn += 1
        digest = hashlib.sha256(f"{self._seed}/{self._drawn}".encode()).digest()
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:length])

    def deployments(self) -> Iterator[Deployment]:
        """All organization rules and packs of all owners and Regions."""
        for kind in (self.organization_rules, self.packs):
            for found in tuple(kind.values()):
                yield from tuple(found.values())


_RULEBOOKS: WeakKeyDictionary[World, Rulebook] = WeakKeyDictionary()


def rulebook_of(world: World) -> Rulebook:
    """The rulebook of an embedded organization; it stands beside the world, as the delivery ledger does."""
    found = _RULEBOOKS.get(world)
    if found is None:
        found = _RULEBOOKS[world] = Rulebook(world.faults._seed)
    return found
