"""IAM: service-linked roles, which an account has only once, and AWS's own managed policies, which every one has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.models import AWSManagedPolicy

from trailkeep.lab import simulate
from trailkeep.lab.call import Call
from trailkeep.lab.managed_policies import aws_managed
from trailkeep.lab.refusal import Refusal, not_in_lab
from trailkeep.lab.world import World


def create_service_linked_role(call: Call, world: World) -> None:
    """Refuse the second one for the same service; moto makes the first."""
    service = str(call.params.get("AWSServiceName", ""))
    path = f"/aws-service-role/{service}/"
    taken = next((role.name for role in world.iam(call.account).roles.values() if role.path == path), None)
    if taken is not None and not call.params.get("CustomSuffix"):
        raise Refusal(
            "InvalidInput",
            f"Service role name {taken} has been taken in this account, please try a different suffix.",
        )


def attach_policy(call: Call, world: World) -> None:
    """Put the AWS-managed policy that is asked for into the account; all of moto's would take 0.2 s an account."""
    arn = str(call.params.get("PolicyArn", ""))
    policies = world.iam(call.account).managed_policies
    if ":iam::aws:policy/" not in arn or arn in policies:
        return
    name = arn.rsplit("/", 1)[-1]
    known = aws_managed().get(name)
    if known is not None:
        policy = AWSManagedPolicy.from_data(name, call.account, "us-east-1", known)
        policies[policy.arn] = policy


def create_user(call: Call, _: World) -> None:
    """Refuse a user with a permissions boundary, which moto would forget; moto makes the others."""
    if call.params.get("PermissionsBoundary"):
        raise not_in_lab(call, "a user with a permissions boundary; a role may have one")


ANSWERS: Mapping[str, Any] = {
    "AttachGroupPolicy": attach_policy,
    "AttachRolePolicy": attach_policy,
    "AttachUserPolicy": attach_policy,
    "CreateUser": create_user,
    "CreateServiceLinkedRole": create_service_linked_role,
    **simulate.ANSWERS,
}
