"""Organization policies: their size and grammar, what they are attached to, and which types are switched on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
LARGEST = {SCP: 10_240, RCP: 5_120}
"""Characters of a policy document, white space included (AWS Organizations User Guide, quotas, since 2026-05)."""
SLOTS = {SCP: 10, RCP: 5}
"""Policies attached directly to one root, OU or account (same page)."""
FULL = {SCP: "p-FullAWSAccess", RCP: "p-RCPFullAWSAccess"}


def create_policy(call: Call, world: World) -> None:
    """Refuse what AWS refuses; moto makes the others."""
    if world.organization.org.feature_set != "ALL":
        raise Refusal(
            "PolicyTypeNotAvailableForOrganizationException", "Your organization has not all features enabled."
        )
    _check(str(call.params.get("Content", "")), str(call.params.get("Type", "")))


def update_policy(call: Call, world: World) -> None:
    """The same for new content; AWS's own policies cannot be changed."""
    policy = _policy(call, world)
    if policy.aws_managed:
        raise Refusal("InvalidInputException", "You can't update an AWS managed policy.", Reason="IMMUTABLE_POLICY")
    if "Content" in call.params:
        _check(str(call.params["Content"]), policy.type)


def list_policies(call: Call, world: World) -> dict[str, Any]:
    """ListPolicies of a type, 20 a page."""
    found = [_summary(p) for p in world.organization.policies if p.type == call.params.get("Filter")]
    return page(call, "Policies", found, size=20)


def list_policies_for_target(call: Call, world: World) -> dict[str, Any]:
    """ListPoliciesForTarget, 20 a page."""
    target = _target(call, world)
    found = [_summary(p) for p in target.attached_policies if p.type == call.params.get("Filter")]
    return page(call, "Policies", found, size=20)


def list_targets(call: Call, world: World) -> dict[str, Any]:
    """ListTargetsForPolicy, 20 a page."""
    targets = [
        {"TargetId": t.id, "Arn": t.arn, "Name": t.name, "Type": t.type} for t in _policy(call, world).attachments
    ]
    return page(call, "Targets", targets, size=20)


def attach_policy(call: Call, world: World) -> dict[str, Any]:
    """AttachPolicy."""
    policy, target = _policy(call, world), _target(call, world)
    if not _is_on(world, policy.type):
        raise Refusal("PolicyTypeNotEnabledException", "This operation can be performed only for enabled policy types.")
    if policy in target.attached_policies:
        raise Refusal("DuplicatePolicyAttachmentException", "A policy is already attached to the specified target.")
    if len(_attached(target, policy.type)) >= SLOTS.get(policy.type, 10):
        raise Refusal(
            "ConstraintViolationException",
            "You have attached the maximum number of policies of this type to the target.",
            Reason="MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
        )
    _attach(policy, target)
    return {}


def detach_policy(call: Call, world: World) -> dict[str, Any]:
    """DetachPolicy; every entity keeps at least one SCP, and RCPFullAWSAccess cannot be detached."""
    policy, target = _policy(call, world), _target(call, world)
    if policy not in target.attached_policies:
        raise Refusal("PolicyNotAttachedException", "The policy isn't attached to the specified target.")
    last = policy.type == SCP and len(_attached(target, SCP)) == 1
    if last or policy.id == FULL[RCP]:
        raise Refusal(
            "ConstraintViolationException",
            "You cannot remove the last policy attached to the specified target.",
            Reason="MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
        )
    target.attached_policies.remove(policy)
    policy.attachments.remove(target)
    return {}


def enable_policy_type(call: Call, world: World) -> dict[str, Any]:
    """EnablePolicyType: attaches the type's full-access policy everywhere."""
    kind = str(call.params.get("PolicyType", ""))
    root = world.organization.enable_policy_type(RootId=call.params.get("RootId"), PolicyType=kind)
    full = next((p for p in world.organization.policies if p.id == FULL.get(kind)), None)
    for target in _targets(world):
        if full is not None and full not in target.attached_policies:
            _attach(full, target)
    return dict(root)


def disable_policy_type(call: Call, world: World) -> dict[str, Any]:
    """DisablePolicyType: detaches every policy of the type everywhere, for good."""
    kind = str(call.params.get("PolicyType", ""))
    root = world.organization.disable_policy_type(RootId=call.params.get("RootId"), PolicyType=kind)
    for target in _targets(world):
        target.attached_policies = [p for p in target.attached_policies if p.type != kind]
    for policy in world.organization.policies:
        if policy.type == kind:
            policy.attachments = []
    return dict(root)


def _is_on(world: World, kind: str) -> bool:
    root = world.organization.list_roots()["Roots"][0]
    return any(t["Type"] == kind and t["Status"] == "ENABLED" for t in root["PolicyTypes"])


def _attach(policy: Any, target: Any) -> None:
    target.attached_policies.append(policy)
    policy.attachments.append(target)


def _attached(target: Any, kind: str) -> list[Any]:
    return [p for p in target.attached_policies if p.type == kind]


def _targets(world: World) -> Iterator[Any]:
    yield from world.organization.ou
    yield from world.members()


def _policy(call: Call, world: World) -> Any:
    wanted = call.params.get("PolicyId")
    policy = next((p for p in world.organization.policies if p.id == wanted), None)
    if policy is None:
        raise Refusal("PolicyNotFoundException", "We can't find a policy with the PolicyId that you specified.")
    return policy


def _target(call: Call, world: World) -> Any:
    wanted = call.params.get("TargetId")
    target = next((t for t in _targets(world) if t.id == wanted), None)
    if target is None:
        raise Refusal("TargetNotFoundException", "You specified a target that doesn't exist.")
    return target


def _summary(policy: Any) -> dict[str, Any]:
    return dict(policy.describe()["Policy"]["PolicySummary"])


def _check(content: str, kind: str) -> None:
    limit = LARGEST.get(kind)
    if limit is not None and len(content) > limit:
        raise Refusal(
            "ConstraintViolationException",
            f"You exceeded the maximum policy size of {limit} characters.",
            Reason="POLICY_CONTENT_LIMIT_EXCEEDED",
        )
    try:
        document = json.loads(content)
    except ValueError:
        raise malformed() from None
    if kind in LARGEST and not _is_policy(document, kind):
        raise malformed()


def malformed() -> Refusal:
    """The refusal of a document that is no policy."""
    return Refusal("MalformedPolicyDocumentException", "The provided policy document does not meet the requirements.")


def _is_policy(document: Any, kind: str) -> bool:
    if not isinstance(document, dict) or document.get("Version") not in {"2012-10-17", "2008-10-17"}:
        return False
    statements = document.get("Statement")
    listed = statements if isinstance(statements, list) else [statements]
    return bool(listed) and all(isinstance(s, dict) and _is_statement(s, kind) for s in listed)


def _is_statement(statement: dict[str, Any], kind: str) -> bool:
    resources = statement.get("Resource", statement.get("NotResource"))
    named = resources if isinstance(resources, list) else [resources]
    wants_principal = kind == RCP
    return (
        statement.get("Effect") in ({"Deny"} if wants_principal else {"Allow", "Deny"})
        and ("Action" in statement) != ("NotAction" in statement)
        and (statement.get("Principal") == "*") is wants_principal
        and bool(named)
        and all(isinstance(r, str) and (r == "*" or (r.count(":") >= 5 and r.split(":", 5)[5] != "")) for r in named)
    )


ANSWERS: Mapping[str, Any] = {
    "CreatePolicy": create_policy,
    "UpdatePolicy": update_policy,
    "ListPolicies": list_policies,
    "ListPoliciesForTarget": list_policies_for_target,
    "ListTargetsForPolicy": list_targets,
    "AttachPolicy": attach_policy,
    "DetachPolicy": detach_policy,
    "EnablePolicyType": enable_policy_type,
    "DisablePolicyType": disable_policy_type,
}
