"""What watches the logging: Config rules, packs and aggregators, Security Hub, and the alarms on tampering."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from trailkeep.model.ids import AccountId, Region

RULES, HUB, ALARMS = "rules", "security hub", "alarms"
"""How a snapshot names the parts of monitoring that could not be read: of the watching account's home Region, and
ALARMS of any account and Region."""

PACK_CONTENT = "TrailkeepContent"
"""The parameter of a conformance pack that carries a digest of its template, which AWS Config never gives back."""

Parameters = tuple[tuple[str, str], ...]
"""Names and values, sorted by name; Config takes every value as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRule:
    """A managed rule of AWS Config as it is asked for.

    `frequency` is MaximumExecutionFrequency, "" for rules that run when a resource changes; `resource` narrows it to
    one resource of `types`.
    """

    name: str
    identifier: str
    parameters: Parameters = ()
    types: tuple[str, ...] = ()
    resource: str = ""
    frequency: str = ""

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.parameters)
        return f"{self.identifier}{f' ({said})' if said else ''}{f', {self.frequency}' if self.frequency else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeployed:
    """An account in which an organization rule or pack does not stand, in AWS Config's words."""

    account: AccountId
    status: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRule:
    """A rule that AWS Config keeps in every account of the organization, in one Region.

    `status` and `undeployed` are None and empty where they were not asked (botocore model config
    OrganizationConfigRuleStatus).
    """

    owner: AccountId
    region: Region
    rule: ConfigRule
    excluded: frozenset[AccountId] = frozenset()
    status: str = ""
    undeployed: tuple[Undeployed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRule:
    """A rule of one account and Region."""

    account: AccountId
    region: Region
    rule: ConfigRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A conformance pack of the organization.

    AWS does not give the template back, so `content` (a digest of it) travels as an input parameter of the pack.
    """

    owner: AccountId
    region: Region
    name: str
    content: str
    excluded: frozenset[AccountId] = frozenset()
    status: str = ""
    undeployed: tuple[Undeployed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregator:
    """A configuration aggregator over the organization; `role` is "" for one over accounts that were listed."""

    owner: AccountId
    region: Region
    name: str
    role: str
    all_regions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAggregator:
    """Which Regions send their findings to the home Region (botocore model securityhub CreateFindingAggregator)."""

    arn: str
    mode: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubTarget:
    """A root, unit or account that a configuration policy was applied to; `status` in Security Hub's words."""

    target: str
    status: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPolicy:
    """A configuration policy of Security Hub CSPM: standards (ARNs) that are on, controls that are off."""

    id: str
    name: str
    description: str
    enabled: bool
    standards: tuple[str, ...]
    disabled_controls: tuple[str, ...]
    targets: tuple[HubTarget, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Security Hub as its administrator sees it in the home Region.

    `configuration` is CENTRAL or LOCAL, `status` PENDING, ENABLED, FAILED, or DISABLED where policies of Organizations
    govern instead; `offered` are the ARNs of all standards; `unified` is the new Security Hub, beside CSPM.
    `management` are the Regions in which the management account has switched it on: nobody can do that for it.
    """

    region: Region
    administrator: AccountId | None = None
    enabled: bool = False
    aggregator: FindingAggregator | None = None
    configuration: str = "LOCAL"
    status: str = ""
    message: str = ""
    policies: tuple[HubPolicy, ...] = ()
    offered: tuple[str, ...] = ()
    unified: bool = False
    management: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTarget:
    """Where an event rule sends; `template` is the input template, "" for the event as it is."""

    id: str
    arn: str
    role: str = ""
    template: str = ""


RuleState = Literal["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """A rule of EventBridge on one bus; `pattern` is a digest, so that thousands of alike rules stay small."""

    name: str
    bus: str
    pattern: str
    state: str
    targets: tuple[EventTarget, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBus:
    """A custom event bus, its policy as canonical JSON, and our rules on it."""

    account: AccountId
    region: Region
    name: str
    policy: str
    rules: tuple[EventRule, ...] = ()

    @property
    def key(self) -> tuple[AccountId, Region, str]:
        """What tells it from others."""
        return self.account, self.region, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who a topic tells; an address that has not confirmed hears nothing."""

    protocol: str
    endpoint: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """An SNS topic, its policy as canonical JSON."""

    arn: str
    account: AccountId
    region: Region
    policy: str
    subscriptions: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """Everything that watches, but the event rules of accounts, which are in their cells."""

    rules: tuple[OrganizationRule, ...] = ()
    account_rules: tuple[AccountRule, ...] = ()
    packs: tuple[Pack, ...] = ()
    aggregators: tuple[Aggregator, ...] = ()
    hub: Hub | None = None
    buses: tuple[EventBus, ...] = ()
    topics: tuple[Topic, ...] = ()
    patterns: Mapping[str, str] = field(default_factory=dict)
    """Event patterns by their digest."""


def digest(text: str) -> str:
    """A short name of a text: the first 24 hexadecimal digits of its SHA-256."""
    return sha256(text.encode()).hexdigest()[:24]
