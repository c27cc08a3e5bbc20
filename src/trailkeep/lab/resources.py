"""Which resource a call is about, and whose it is (Service Authorization Reference, by service)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trailkeep.lab.config_resources import config_resource_arn
from trailkeep.lab.keys import find_key
from trailkeep.lab.sns_topics import find_topic
from trailkeep.lab.trails import may_run_organization_trails, visible_trails

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trailkeep.lab.call import Call
    from trailkeep.lab.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An ARN, `*` where the action has none or it is not known; its owner; its policy, and what that is called."""

    arn: str
    owner: str
    policy: Any = None
    named: str = ""


def resource_of(call: Call, world: World) -> Resource:
    """The resource of a call. Services without resource policies are asked in the caller's account alone."""
    find = _FINDERS.get(call.service)
    return find(call, world) if find is not None else Resource(arn="*", owner=call.account)


def bucket_resource(world: World, name: str, arn: str, otherwise: str) -> Resource:
    """A bucket or what is in it; `otherwise` owns a bucket that is not there (yet)."""
    bucket = world.bucket(name)
    if bucket is None:
        return Resource(arn=arn, owner=otherwise)
    return Resource(arn=arn, owner=bucket.account_id, policy=bucket.policy, named=f"policy of bucket {name}")


def key_resource(key: Any) -> Resource:
    """A KMS key."""
    return Resource(arn=key.arn, owner=key.arn.split(":")[4], policy=key.policy, named=f"policy of key {key.id}")


def _s3(call: Call, world: World) -> Resource:
    if not call.bucket or call.service == "s3control":
        return Resource(arn="*", owner=call.account)
    if call.action == "CreateBucket":  # who has the name already is S3's to tell, and no question of permission
        return Resource(arn=call.resource, owner=call.account)
    return bucket_resource(world, call.bucket, call.resource, call.account)


def _kms(call: Call, world: World) -> Resource:
    name = str(call.params.get("KeyId") or call.params.get("TargetKeyId") or "")
    key = find_key(world, name, account=call.account, region=call.region) if name else None
    if key is not None:
        return key_resource(key)
    arn = name if name.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{name}" if name else "*"
    return Resource(arn="*" if ":key/" in arn else arn, owner=call.account)


def _cloudtrail(call: Call, world: World) -> Resource:
    named = (call.params.get(key) for key in ("TrailName", "Name", "ResourceId", "ResourceArn"))
    name = next((str(value) for value in named if value), "")
    if not name or name.startswith("arn:"):
        return Resource(arn=name or "*", owner=call.account)
    central = may_run_organization_trails(world, call.account)
    for trail in visible_trails(world, call.account, call.region):
        if trail.trail_name == name and (trail.account_id == call.account or (central and trail.is_org_trail)):
            return Resource(arn=trail.arn, owner=call.account)
    return Resource(arn=f"arn:aws:cloudtrail:{call.region}:{call.account}:trail/{name}", owner=call.account)


def _iam(call: Call, world: World) -> Resource:
    iam, start = world.iam(call.account), f"arn:aws:iam::{call.account}:"
    path = str(call.params.get("Path") or "/")
    role, user = str(call.params.get("RoleName", "")), str(call.params.get("UserName", ""))
    if call.action == "SimulatePrincipalPolicy":
        return Resource(arn=str(call.params.get("PolicySourceArn", "*")), owner=call.account)
    if role:
        known = next((r.arn for r in iam.roles.values() if r.name == role), None)
        return Resource(arn=known or f"{start}role{path}{role}", owner=call.account)
    if user:
        known = iam.users[user].arn if user in iam.users else None
        return Resource(arn=known or f"{start}user{path}{user}", owner=call.account)
    if call.action == "CreateServiceLinkedRole":
        service = str(call.params.get("AWSServiceName", ""))
        return Resource(arn=f"{start}role/aws-service-role/{service}/*", owner=call.account)
    name = call.params.get("PolicyName")
    arn = call.params.get("PolicyArn") or (f"{start}policy{path}{name}" if name else "*")
    return Resource(arn=str(arn), owner=call.account)


def _sts(call: Call, world: World) -> Resource:
    arn = str(call.params.get("RoleArn", ""))
    if not call.action.startswith("AssumeRole") or arn.count(":") < 5:
        return Resource(arn="*", owner=call.account)
    owner = arn.split(":")[4]
    role = next((r for r in world.iam(owner).roles.values() if r.arn == arn), None) if owner.isdigit() else None
    if role is None:
        return Resource(arn=arn, owner=owner)
    return Resource(arn=arn, owner=owner, policy=role.assume_role_policy_document, named=f"trust policy of {role.name}")


def _sns(call: Call, world: World) -> Resource:
    name = str(call.params.get("TopicArn") or call.params.get("TargetArn") or call.params.get("ResourceArn") or "")
    topic = find_topic(world, name) if name else None
    if topic is None:
        made = f"arn:aws:sns:{call.region}:{call.account}:{call.params['Name']}" if call.params.get("Name") else "*"
        return Resource(arn=name or made, owner=call.account)
    return Resource(arn=topic.arn, owner=topic.account_id, policy=topic.policy, named=f"policy of topic {topic.name}")


def _config(call: Call, world: World) -> Resource:
    return Resource(arn=config_resource_arn(call, world), owner=call.account)


def _organizations(call: Call, world: World) -> Resource:
    organization = world.organization
    wanted = call.params.get("PolicyId") or call.params.get("TargetId") or call.params.get("AccountId")
    for one in (*organization.policies, *organization.ou, *organization.accounts):
        if wanted and one.id == wanted:
            return Resource(arn=str(one.arn), owner=call.account)
    return Resource(arn="*", owner=call.account)


def _named(template: str, *members: str) -> Callable[[Call, World], Resource]:
    """A finder for services whose calls name their resource in a member, as an ARN or as a bare name."""

    def find(call: Call, _: World) -> Resource:
        name = next((str(call.params[m]) for m in members if isinstance(call.params.get(m), str)), "")
        arn = name if name.startswith("arn:") or not name else _filled(call, template, name)
        return Resource(arn=arn or "*", owner=call.account)

    return find


def _filled(call: Call, template: str, name: str) -> str:
    bare = name.rpartition("/")[2] if name.startswith("http") else name.removeprefix("/")
    return f"arn:aws:{call.service}:{call.region}:{call.account}:{template}{bare}"


_FINDERS: Mapping[str, Callable[[Call, World], Resource]] = {
    "s3": _s3,
    "s3control": _s3,
    "kms": _kms,
    "cloudtrail": _cloudtrail,
    "iam": _iam,
    "sts": _sts,
    "organizations": _organizations,
    "ssm": _named("parameter/", "Name"),
    "sns": _sns,
    "sqs": _named("", "QueueUrl", "QueueName"),
    "logs": _named("log-group:", "logGroupName"),
    "config": _config,
}
