"""Desired: what the organization's logging should be, as values of the same types a Snapshot holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trailkeep.model.archive import Bucket, Key
from trailkeep.model.identity import GuardPolicy, Role
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import Delegation, Policy
from trailkeep.model.plan import Note
from trailkeep.model.recorder import Channel, Recorder
from trailkeep.model.trail import Trail
from trailkeep.setup.desired.alarms import DesiredAlarms
from trailkeep.setup.desired.hub import DesiredHub
from trailkeep.setup.desired.rules import DesiredRules
from trailkeep.setup.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """An SCP or RCP and where it belongs; the first target is the canary, if there is one."""

    policy: Policy
    description: str
    targets: tuple[str, ...]
    canary: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredCell:
    """Config in one account and Region."""

    recorder: Recorder
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredMonitoring:
    """What should watch the logging; empty parts where the specification asks for nothing."""

    roles: tuple[Role, ...] = ()
    rules: DesiredRules = field(default_factory=DesiredRules)
    hub: DesiredHub = field(default_factory=DesiredHub)
    alarms: DesiredAlarms = field(default_factory=DesiredAlarms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """Everything steps 1 to 4 of the recipe ask for, in this organization."""

    places: Places
    trusted_access: tuple[str, ...]
    delegations: tuple[Delegation, ...]
    policy_types: tuple[str, ...]
    config_roles: tuple[AccountId, ...]
    """Accounts that need the service-linked role of AWS Config."""
    break_glass: Role
    key: Key | None
    key_narrow: str
    """The key's policy once retired trails are gone."""
    buckets: tuple[Bucket, ...]
    trail_policy_narrow: str
    """The trail bucket's policy once retired trails are gone."""
    trails: tuple[Trail, ...]
    retired: tuple[Trail, ...]
    cells: Mapping[AccountId, Mapping[Region, DesiredCell]]
    guard: GuardPolicy
    guardrails: tuple[Guardrail, ...]
    monitoring: DesiredMonitoring
    notes: tuple[Note, ...]
