"""Changes to guardrails (recipe 3.1, 3.3): SCPs, RCPs, and the archive account's deny policy."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from trailkeep.model.change.form import Change, Stage
from trailkeep.model.change.organization import OrganizationChange
from trailkeep.model.identity import GuardPolicy
from trailkeep.model.organization import Policy
from trailkeep.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPolicy(OrganizationChange):
    """Create, update or delete an SCP or RCP; attachments are changes of their own.

    Source: botocore model organizations CreatePolicy, UpdatePolicy, DeletePolicy.
    """

    stage: ClassVar[Stage] = Stage.GUARDRAIL

    before: Policy | None
    after: Policy | None
    description: str
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def policy(self) -> Policy:
        """The policy in question."""
        policy = self.after or self.before
        if policy is None:
            raise ValueError("a policy change without a policy")
        return policy

    @property
    def resource(self) -> str:
        return f"{short(self.policy.type)} {self.policy.name}"

    @property
    def chain(self) -> str:
        return self.resource

    @property
    def shown(self) -> tuple[str, str]:
        return (self.before.content if self.before else ""), (self.after.content if self.after else "")

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset({self.policy.id})

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        rest = tuple(p for p in o.policies if p.id != self.policy.id)
        targets = next((p.targets for p in o.policies if p.id == self.policy.id), frozenset())
        new = (replace(self.after, targets=targets),) if self.after else ()
        return replace(snapshot, organization=replace(o, policies=(*rest, *new)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachPolicy(OrganizationChange):
    """A policy on a root, unit or account, or off it. Source: botocore model organizations AttachPolicy."""

    stage: ClassVar[Stage] = Stage.GUARDRAIL

    policy: str
    name: str
    type: str
    target: str
    path: str
    before: bool
    after: bool
    canary: bool = False
    """Whether this is the target on which the guardrail is tried first."""

    @property
    def resource(self) -> str:
        return f"{short(self.type)} {self.name} on {self.path}"

    @property
    def chain(self) -> str:
        return f"{short(self.type)} {self.name}"  # after a canary that failed, no further target gets it

    @property
    def shown(self) -> tuple[str, str]:
        word = "attached (canary)" if self.canary else "attached"
        return (word if self.before else ""), (word if self.after else "")

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        o = snapshot.organization
        policies = tuple(
            replace(p, targets=p.targets | {self.target} if self.after else p.targets - {self.target})
            if p.id == self.policy
            else p
            for p in o.policies
        )
        return replace(snapshot, organization=replace(o, policies=policies))


@dataclass(frozen=True, slots=True, kw_only=True)
class PutGuard(Change):
    """Create, update or delete the IAM policy that denies deletion inside the archive account."""

    stage: ClassVar[Stage] = Stage.GUARDRAIL

    before: GuardPolicy | None
    after: GuardPolicy | None
    path: str
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def guard(self) -> GuardPolicy:
        """The policy in question."""
        guard = self.after or self.before
        if guard is None:
            raise ValueError("a guard change without a guard")
        return guard

    @property
    def resource(self) -> str:
        return f"IAM policy {self.guard.name}"

    @property
    def shown(self) -> tuple[str, str]:
        return (self.before.content if self.before else ""), (self.after.content if self.after else "")

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        rest = tuple(g for g in snapshot.guards if g.arn != self.guard.arn)
        old = next((g for g in snapshot.guards if g.arn == self.guard.arn), None)
        if self.after is None:
            return replace(snapshot, guards=rest)
        kept = replace(old, content=self.after.content) if old else self.after
        return replace(snapshot, guards=(*rest, kept))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachGuard(Change):
    """The deny policy on a role of the archive account, or off it. Source: botocore model iam AttachRolePolicy."""

    stage: ClassVar[Stage] = Stage.GUARDRAIL

    arn: str
    name: str
    kind: Literal["role"] = "role"
    principal: str
    before: bool
    after: bool

    @property
    def resource(self) -> str:
        return f"IAM policy {self.name} on {self.kind} {self.principal}"

    @property
    def shown(self) -> tuple[str, str]:
        return ("attached" if self.before else ""), ("attached" if self.after else "")

    def undo(self) -> Self | None:
        return replace(self, before=self.after, after=self.before)

    def apply_to(self, snapshot: Snapshot) -> Snapshot:
        guards = tuple(
            replace(g, roles=g.roles | {self.principal} if self.after else g.roles - {self.principal})
            if g.arn == self.arn
            else g
            for g in snapshot.guards
        )
        return replace(snapshot, guards=guards)


def short(policy_type: str) -> str:
    """SCP or RCP, as everybody says."""
    return {"SERVICE_CONTROL_POLICY": "SCP", "RESOURCE_CONTROL_POLICY": "RCP"}.get(policy_type, policy_type)
