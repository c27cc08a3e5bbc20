"""May this happen? One question put to `authz`, with the policies in force here at this moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import Policy
from trailkeep.authz.principal import Principal, read_principal, service_linked
from trailkeep.authz.request import Decision, Facts, Policies, Request
from trailkeep.lab.policies_in_force import RCP, SCP, compiled, levels, of_principal
from trailkeep.lab.request_context import Context, about_resource, service_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trailkeep.lab.caller import Caller
    from trailkeep.lab.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One permission a call needs: the IAM action, on which resource, of which account.

    `owner` is the account whose word counts beside the caller's: of the bucket, key or role. For services without
    resource policies it is the caller's own. `policy` is the resource's policy and `named` what it is called.
    """

    action: str
    resource: str
    owner: str
    policy: Any = None
    named: str = ""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def decide(world: World, caller: Caller, ask: Ask, context: Context) -> Decision:
    """AWS's decision on what a principal of some account, or nobody, asks."""
    who = _principal(caller.arn, caller.role)
    identity, boundary = of_principal(world, caller)
    policies = Policies(
        identity=identity,
        session=_session(caller.session_policies) if caller.session_policies else None,
        boundary=boundary,
        resource=compiled(ask.policy, ask.named, "resource") if ask.policy else None,
        scp=levels(world, caller.account, SCP),
        rcp=levels(world, ask.owner, RCP),
    )
    request = Request(
        principal=who,
        action=ask.action,
        resource=ask.resource,
        resource_account=ask.owner,
        context={**context, **about_resource(ask.owner, world), **ask.context},
    )
    facts = Facts(
        is_root=caller.is_root,
        management_account=caller.account == world.management,
        service_linked_role=service_linked(who, caller.role),
        resource_in_management_account=ask.owner == world.management,
    )
    return evaluate(request, policies, facts)


def service_may(world: World, service: str, ask: Ask, *, source_arn: str, source_account: str) -> bool:
    """Whether an AWS service may, on behalf of a resource (`source_arn`): its owner's policies and RCPs decide."""
    request = Request(
        principal=Principal(kind="service", id=service),
        action=ask.action,
        resource=ask.resource,
        resource_account=ask.owner,
        context={
            **service_context(world, service, source_arn, source_account),
            **about_resource(ask.owner, world),
            **ask.context,
        },
    )
    policies = Policies(
        resource=compiled(ask.policy, ask.named, "resource") if ask.policy else None,
        rcp=levels(world, ask.owner, RCP),
    )
    facts = Facts(resource_in_management_account=ask.owner == world.management)
    return evaluate(request, policies, facts).is_allowed


@lru_cache(maxsize=4096)
def _principal(arn: str, role: str) -> Principal:
    return read_principal(arn, role)


@lru_cache(maxsize=1024)
def _session(documents: tuple[str, ...]) -> Policy:
    """All session policies as one: what any of them allows (IAM User Guide, session policies)."""
    policies = [compiled(text, "session policy", "session") for text in documents]
    return Policy(name="session policy", kind="session", statements=tuple(s for p in policies for s in p.statements))
