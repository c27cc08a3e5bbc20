"""Changes to Security Hub CSPM, in the order in which central configuration wants them (recipe 4.2).

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/start-central-configuration.html
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from trailkeep.model.change.form import Stage
from trailkeep.model.change.rules import Swap, present, put, watching
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import FindingAggregator, Hub, HubPolicy, HubTarget
from trailkeep.model.organization import Delegation
from trailkeep.model.snapshot import Snapshot

PRINCIPAL = "securityhub.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubChange(Swap):
    """One step of central configuration; a later one stands on the earlier ones, whoever's credentials make it."""

    @property
    def lane(self) -> str:
        """One lane for all of it."""
        return "security hub"

    def with_hub(self, snapshot: Snapshot, **fields: object) -> Snapshot:
        """The snapshot with the hub's `fields` replaced."""
        seen = snapshot.monitoring.hub if snapshot.monitoring else None
        hub = seen or Hub(region=Region(self.region))  # the first step of all is made in the home Region
        return watching(snapshot, hub=replace(hub, **fields))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHubAdministrator(HubChange):
    """The account that administers Security Hub; its trusted access is on by then.

    Source: botocore model securityhub EnableOrganizationAdminAccount.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    administrator: AccountId
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"Security Hub administrator {self.administrator}"

    @property
    def shown(self) -> tuple[str, str]:
        return _on(self.before), _on(self.after)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        mine = frozenset({Delegation(account=self.administrator, service=PRINCIPAL)})
        delegations = o.delegations | mine if self.after else o.delegations - mine
        told = replace(snapshot, organization=replace(o, delegations=delegations))
        return self.with_hub(told, administrator=self.administrator if self.after else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHub(HubChange):
    """Whether Security Hub CSPM is on in the administrator's home Region, without the standards it would choose.

    Or in a Region of the management account, which only that account can do, and without which a policy cannot be
    applied to the root (https://docs.aws.amazon.com/securityhub/latest/userguide/configuration-policy-status.html).
    Source: botocore model securityhub EnableSecurityHub (EnableDefaultStandards).
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return "Security Hub CSPM"

    @property
    def shown(self) -> tuple[str, str]:
        return _on(self.before), _on(self.after)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        if self.account != snapshot.organization.management:
            return self.with_hub(snapshot, enabled=self.after)
        seen = snapshot.monitoring.hub if snapshot.monitoring else None
        others = {r for r in (seen.management if seen else ()) if r != self.region}
        mine = {Region(self.region)} if self.after else set()
        return self.with_hub(snapshot, management=tuple(sorted(others | mine)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PutFindingAggregator(HubChange):
    """Findings of every Region come to the home Region.

    Source: botocore model securityhub CreateFindingAggregator.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    before: FindingAggregator | None
    after: FindingAggregator | None

    @property
    def resource(self) -> str:
        return "finding aggregator"

    @property
    def shown(self) -> tuple[str, str]:
        return _aggregator(self.before), _aggregator(self.after)

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset({self.after.arn}) if self.after and self.before is None else frozenset()

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        return self.with_hub(snapshot, aggregator=self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCentralConfiguration(HubChange):
    """Whether policies of the administrator configure every account (CENTRAL), or each account itself (LOCAL).

    Source: botocore model securityhub UpdateOrganizationConfiguration.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return "Security Hub organization configuration"

    @property
    def shown(self) -> tuple[str, str]:
        return ("central" if self.before else "local"), ("central" if self.after else "local")

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        mode = "CENTRAL" if self.after else "LOCAL"
        return self.with_hub(snapshot, configuration=mode, status="ENABLED" if self.after else "", message="")


@dataclass(frozen=True, slots=True, kw_only=True)
class PutHubPolicy(HubChange):
    """Which standards are on and which controls are off, wherever the policy is applied.

    Source: botocore model securityhub CreateConfigurationPolicy.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    before: HubPolicy | None
    after: HubPolicy | None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def item(self) -> HubPolicy:
        """The policy that is written or goes."""
        return present(self.before, self.after)

    @property
    def resource(self) -> str:
        return f"Security Hub policy {self.item.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return _policy(self.before), _policy(self.after)

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset({self.after.id}) if self.after and self.before is None else frozenset()

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring.hub if snapshot.monitoring else None
        policies = seen.policies if seen else ()
        return self.with_hub(snapshot, policies=put(policies, self.before, self.after, lambda p: p.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyHubPolicy(HubChange):
    """Whether a policy is applied to a root, unit or account; all below inherit it.

    Source: botocore model securityhub StartConfigurationPolicyAssociation.
    """

    stage: ClassVar[Stage] = Stage.MONITORING

    policy: str
    name: str
    target: str
    path: str
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"Security Hub policy {self.name} on {self.path}"

    @property
    def shown(self) -> tuple[str, str]:
        return _on(self.before), _on(self.after)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        seen = snapshot.monitoring.hub if snapshot.monitoring else None
        here = (HubTarget(target=self.target, status="SUCCESS"),) if self.after else ()
        policies = tuple(
            replace(p, targets=(*(t for t in p.targets if t.target != self.target), *here))
            if p.id == self.policy
            else p
            for p in (seen.policies if seen else ())
        )
        return self.with_hub(snapshot, policies=policies)


def _on(on: bool) -> str:
    return "on" if on else "off"


def _aggregator(found: FindingAggregator | None) -> str:
    if found is None:
        return ""
    return {"ALL_REGIONS": "all Regions", "NO_REGIONS": "no other Region"}.get(found.mode, ", ".join(found.regions))


def _policy(policy: HubPolicy | None) -> str:
    if policy is None:
        return ""
    standards = ", ".join("/".join(s.split("/")[1:]) for s in policy.standards) or "no standard"
    off = f"; off: {', '.join(policy.disabled_controls)}" if policy.disabled_controls else ""
    return f"{standards}{off}"
