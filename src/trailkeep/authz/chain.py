"""From an organization: the SCPs and RCPs at every level above an account, and what no policy says."""

from functools import lru_cache
from typing import Literal

from trailkeep.authz.policy import Policy, parse, unreadable
from trailkeep.authz.principal import Principal, service_linked
from trailkeep.authz.request import Facts, Level
from trailkeep.errors import PolicyError
from trailkeep.model import organization as model
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Organization, PolicyType

FULL_RCP = "p-RCPFullAWSAccess"
"""The policy AWS attaches everywhere, which cannot be taken off: implied, so it is left out."""


def levels(organization: Organization, account: str, policy_type: PolicyType) -> tuple[Level, ...]:
    """The levels from the root to `account`; () where no such policy applies.

    None applies to an account outside of the organization, or while the type is not enabled on the root. A policy
    that cannot be read may allow anything and denies nothing for sure.
    """
    if account not in organization.accounts or organization.policy_types.get(policy_type) != "ENABLED":
        return ()
    attached = [p for p in organization.policies if p.type == policy_type and p.id != FULL_RCP]
    return tuple(
        Level(target=target, policies=tuple(compiled(p) for p in attached if target in p.targets))
        for target in organization.chain(AccountId(account))
    )


@lru_cache(maxsize=4096)
def compiled(policy: model.Policy) -> Policy:
    """An SCP or RCP, compiled once however many accounts it is attached to."""
    kind: Literal["scp", "rcp"] = "scp" if policy.type == "SERVICE_CONTROL_POLICY" else "rcp"
    name = f"{policy.name} ({policy.id})"
    try:
        return parse(policy.content, name=name, kind=kind)
    except PolicyError as error:
        return unreadable(name, kind, error.message)


def facts(organization: Organization, principal: Principal, resource_account: str, principal_arn: str = "") -> Facts:
    """What no policy says about a principal of the organization and a resource in it."""
    return Facts(
        is_root=principal.kind == "root",
        management_account=principal.account == organization.management,
        service_linked_role=service_linked(principal, principal_arn),
        resource_in_management_account=resource_account == organization.management,
    )
