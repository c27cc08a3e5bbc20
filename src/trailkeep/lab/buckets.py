"""Who may do what with a bucket: the bucket policy, and the account boundary when no policy says otherwise."""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from trailkeep.lab import permits
from trailkeep.lab.call import Call
from trailkeep.lab.world import World

# moto evaluates bucket policies for objects without Principal and Condition; the gate has decided before moto is asked.
FakeBucket.get_permission = lambda _self, _action, _resource: PermissionResult.NEUTRAL


def permitted(call: Call, world: World) -> bool:
    """Whether the bucket's policy and the account boundary let a call through; absent buckets are moto's to refuse."""
    bucket = world.bucket(call.bucket)
    if bucket is None or call.action == "CreateBucket":
        return True
    decision = permits.decide(bucket.policy, request_of(call, world, owner=bucket.account_id))
    if decision == "deny":
        return False
    return call.account == bucket.account_id or decision == "allow" or call.action in POLICY_CALLS


POLICY_CALLS = frozenset({"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"})
"""From another account these are refused as MethodNotAllowed (Amazon S3 API Reference), not as AccessDenied."""


def request_of(call: Call, world: World, *, owner: str) -> permits.Request:
    """A call as a resource policy sees it. The lab speaks plain HTTP and counts as TLS, like AWS's endpoints."""
    identity = principal_arn(call, world)
    context = {
        "aws:securetransport": ("true",),
        "s3:tlsversion": ("1.3",),
        "aws:principalarn": (identity,),
        "aws:principalaccount": (call.account,),
        "aws:principalisawsservice": ("false",),
        "aws:resourceaccount": (owner,),
        "aws:sourceip": ("127.0.0.1",),
    }
    if world.account(call.account) is not None:
        context["aws:principalorgid"] = (world.organization_id,)
    for name in ("x-amz-acl", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"):
        if name in call.headers:
            context[f"s3:{name}"] = (call.headers[name],)
    return permits.Request(
        action=call.permission,
        resource=call.resource,
        arns=(call.principal, identity),
        account=call.account,
        context=context,
    )


def principal_arn(call: Call, world: World) -> str:
    """`aws:PrincipalArn`: the role behind an assumed-role session, otherwise the principal itself."""
    parts = call.principal.split("/")
    if ":assumed-role/" not in call.principal:
        return call.principal
    role: Any = world.iam(call.account).roles
    found = next((r.arn for r in role.values() if r.name == parts[1]), None)
    return found or f"arn:aws:iam::{call.account}:role/{parts[1]}"


def service_request(
    world: World, *, service: str, action: str, resource: str, source_arn: str, source_account: str, put: bool
) -> permits.Request:
    """A delivery by an AWS service on behalf of a resource, as the bucket's policy sees it."""
    context = {
        "aws:securetransport": ("true",),
        "s3:tlsversion": ("1.3",),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (service,),
        "aws:sourcearn": (source_arn,),
        "aws:sourceaccount": (source_account,),
    }
    if world.account(source_account) is not None:
        context["aws:sourceorgid"] = (world.organization_id,)
    if put:
        context["s3:x-amz-acl"] = ("bucket-owner-full-control",)
    return permits.Request(action=action, resource=resource, service=service, context=context)
