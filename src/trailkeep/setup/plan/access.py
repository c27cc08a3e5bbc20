"""Desired access against what is: trusted access, delegated administrators, policy types, roles."""

from collections.abc import Iterator

from trailkeep.model.change import (
    Change,
    CreateRole,
    CreateServiceLinkedRole,
    EnablePolicyType,
    SetDelegate,
    SetTrustedAccess,
)
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.desired.recorders import SERVICE_ROLE
from trailkeep.setup.desired.state import Desired
from trailkeep.setup.spec import Spec


def reconcile_access(spec: Spec, desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """What the organization must switch on; a delegate is registered after its service has trusted access.

    Source: botocore model organizations RegisterDelegatedAdministrator (SERVICE_ACCESS_NOT_ENABLED).
    """
    organization, management = snapshot.organization, snapshot.organization.management
    for service in sorted(set(desired.trusted_access) - organization.trusted_access):
        yield SetTrustedAccess(
            account=management, region="", reason=reasons.TRUSTED_ACCESS, service=service, before=False, after=True
        )
    for delegation in desired.delegations:
        if delegation not in organization.delegations:
            yield SetDelegate(
                account=management, region="", reason=reasons.DELEGATE, delegation=delegation, before=False, after=True
            )
    for type_ in desired.policy_types:
        if organization.policy_types.get(type_) != "ENABLED":
            yield EnablePolicyType(account=management, region="", reason=reasons.POLICY_TYPE, type=type_)
    for account in desired.config_roles:
        yield CreateServiceLinkedRole(
            account=account,
            region="",
            reason=reasons.SERVICE_ROLE,
            service="config.amazonaws.com",
            role=SERVICE_ROLE,
        )
    yield from _break_glass(spec, desired, snapshot)


def _break_glass(spec: Spec, desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    """Made, or finished: killed between its two calls, it stands there with our trust and without its policy."""
    role = desired.break_glass
    known = next((r for r in snapshot.roles if r.account == role.account and r.name == role.name), None)
    half_made = known is not None and known.trust == role.trust and not role.policies <= known.policies
    if (known is None or half_made) and snapshot.unread(role.account, "", "roles") is None:
        yield CreateRole(
            account=role.account,
            region="",
            reason=reasons.BREAK_GLASS,
            role=role,
            path=spec.created.iam_path,
            boundary=spec.created.permissions_boundary or "",
            tags=tuple(sorted(spec.tags.items())),
        )
