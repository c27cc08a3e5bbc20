"""Desired guardrails against those in force: written, then attached, the canary first."""

from collections.abc import Iterator
from dataclasses import replace

from trailkeep.model.change import AttachGuard, AttachPolicy, Change, PutGuard, PutPolicy, Reason
from trailkeep.model.plan import Note
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup import reasons
from trailkeep.setup.desired.guardrails import RCP, objections
from trailkeep.setup.desired.state import Desired, Guardrail
from trailkeep.setup.spec import Spec


def reconcile_guardrails(spec: Spec, desired: Desired, snapshot: Snapshot) -> tuple[list[Change], list[Note]]:
    """The changes, and the attachments that were refused or stay unverified. FullAWSAccess is never touched."""
    changes: list[Change] = list(_guard(spec, desired, snapshot))
    notes: list[Note] = []
    for rail in desired.guardrails:
        seen = next((p for p in snapshot.organization.policies if p.id == rail.policy.id), None)
        attached = seen.targets if seen else frozenset()
        attach: list[Change] = []
        for target in rail.targets:
            found = list(objections(rail, target, spec, snapshot, desired.places))
            if target in attached:
                found = [n for n in found if n.kind == "open"]
            notes += found
            if target not in attached and not any(n.kind == "refused" for n in found):
                attach.append(_attach(rail, target, snapshot, _reason(rail, desired)))
        if seen is None and not attach:
            continue  # a policy that may be attached nowhere is not written either
        if seen is None or seen.content != rail.policy.content:
            changes.append(
                PutPolicy(
                    account=snapshot.organization.management,
                    region="",
                    reason=_reason(rail, desired),
                    before=seen,
                    after=rail.policy,
                    description=rail.description,
                    tags=() if seen else tuple(sorted(spec.tags.items())),
                )
            )
        changes += attach
    return changes, notes


def _attach(rail: Guardrail, target: str, snapshot: Snapshot, reason: Reason) -> AttachPolicy:
    organization = snapshot.organization
    return AttachPolicy(
        account=organization.management,
        region="",
        reason=reason,
        policy=rail.policy.id,
        name=rail.policy.name,
        type=rail.policy.type,
        target=target,
        path=organization.path(target),
        before=False,
        after=True,
        canary=target == rail.canary,
    )


def _reason(rail: Guardrail, desired: Desired) -> Reason:
    if rail.policy.type == RCP:
        return reasons.ARCHIVE_RCP
    return reasons.ARCHIVE_SCP if desired.places.log_archive in rail.targets else reasons.MEMBER_SCP


def _guard(spec: Spec, desired: Desired, snapshot: Snapshot) -> Iterator[Change]:
    guard = desired.guard
    if snapshot.blind(guard.account):
        return
    seen = next((g for g in snapshot.guards if g.account == guard.account and g.name == guard.name), None)
    if seen is None or seen.content != guard.content:
        yield PutGuard(
            account=guard.account,
            region="",
            reason=reasons.GUARD,
            before=seen,
            after=replace(seen, content=guard.content) if seen else replace(guard, roles=frozenset()),
            path=spec.created.iam_path,
            tags=() if seen else tuple(sorted(spec.tags.items())),
        )
    for role in sorted(guard.roles - (seen.roles if seen else frozenset())):
        yield AttachGuard(
            account=guard.account,
            region="",
            reason=reasons.GUARD,
            arn=seen.arn if seen else guard.arn,
            name=guard.name,
            principal=role,
            before=False,
            after=True,
        )
