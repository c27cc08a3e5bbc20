"""The policies in force at this moment, compiled: of the organization, of principals, and of resources."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trailkeep.authz.policy import Kind, Policy, parse, unreadable
from trailkeep.authz.request import Level
from trailkeep.errors import PolicyError
from trailkeep.lab.managed_policies import aws_managed

if TYPE_CHECKING:
    from trailkeep.lab.caller import Caller
    from trailkeep.lab.world import World

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_KINDS: dict[str, Kind] = {SCP: "scp", RCP: "rcp"}
_FULL_RCP = "p-RCPFullAWSAccess"


def compiled(document: Any, name: str, kind: Kind) -> Policy:
    """A policy document, compiled once for each text; what is no policy settles nothing."""
    if isinstance(document, dict):
        document = json.dumps(document)
    elif isinstance(document, bytes):
        document = document.decode("utf-8", "replace")
    return _compiled(str(document), name, kind)


@lru_cache(maxsize=8192)
def _compiled(text: str, name: str, kind: Kind) -> Policy:
    try:
        return parse(text, name=name, kind=kind)
    except PolicyError as error:
        return unreadable(name, kind, error.message)


def levels(world: World, account_id: str, policy_type: str) -> tuple[Level, ...]:
    """The SCPs or RCPs from the root to an account; () where none applies: another organization, or type not on."""
    account = world.account(account_id)
    if account is None or not _is_on(world, policy_type):
        return ()
    return tuple(
        Level(
            target=str(target.id),
            policies=tuple(
                compiled(p.content, f"{p.name} ({p.id})", _KINDS[policy_type])
                for p in target.attached_policies
                if p.type == policy_type and p.id != _FULL_RCP
            ),
        )
        for target in _chain(world, account)
    )


def of_principal(world: World, caller: Caller) -> tuple[tuple[Policy, ...], tuple[Policy, ...] | None]:
    """A caller's identity policies (inline, managed, of its groups), and its permissions boundary if it has one."""
    holder = principal(world, caller.identity)
    if holder is None:
        return (), None
    iam = world.iam(caller.account)
    groups = [] if caller.role else [group for group in iam.groups.values() if holder in group.users]
    identity = tuple(policy for one in (holder, *groups) for policy in _held(one))
    boundary = getattr(holder, "permissions_boundary_arn", None)
    return identity, (_boundary(iam, boundary),) if boundary else None


def principal(world: World, arn: str) -> Any | None:
    """Moto's record of a role or user, or None."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "iam":
        return None
    iam, name = world.iam(parts[4]), arn.rpartition("/")[2]
    if parts[5].startswith("user/"):
        found = iam.users.get(name)
        return found if found is not None and found.arn == arn else None
    return next((role for role in iam.roles.values() if role.arn == arn), None)


def _held(holder: Any) -> Iterator[Policy]:
    for name, document in dict(holder.policies).items():
        yield compiled(document, f"{holder.name}/{name}", "identity")
    for policy in tuple(holder.managed_policies.values()):
        yield compiled(_default(policy), str(policy.arn), "identity")


def _boundary(iam: Any, arn: str) -> Policy:
    if arn in iam.managed_policies:
        return compiled(_default(iam.managed_policies[arn]), arn, "boundary")
    known = aws_managed().get(arn.rpartition("/")[2]) if ":iam::aws:" in arn else None
    if known is None:  # a boundary that is gone allows nothing (IAM User Guide, deleting policies in use as boundary)
        return Policy(name=arn, kind="boundary", statements=())
    return compiled(known["Document"], arn, "boundary")


def _default(policy: Any) -> Any:
    return next(version.document for version in policy.versions if version.is_default)


def _is_on(world: World, policy_type: str) -> bool:
    root = next(u for u in world.organization.ou if u.id == world.organization.org.root_id)
    return any(t["Type"] == policy_type and t["Status"] == "ENABLED" for t in root.policy_types)


def _chain(world: World, account: Any) -> list[Any]:
    units = {unit.id: unit for unit in world.organization.ou}
    steps, parent = [account], account.parent_id
    while parent:
        steps.append(units[parent])
        parent = units[parent].parent_id
    return steps[::-1]
