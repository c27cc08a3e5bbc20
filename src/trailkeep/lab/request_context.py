"""The condition keys that AWS adds to a request (IAM User Guide, global and service condition context keys)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trailkeep.lab.s3_xml import text_of
from trailkeep.lab.tree import path_of

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.caller import Caller
    from trailkeep.lab.world import World

Context = dict[str, tuple[str, ...]]

_QUERY = {"prefix": "prefix", "delimiter": "delimiter", "max-keys": "max-keys", "versionId": "versionid"}
_OF_PARAMS = {
    "kms": {"PendingWindowInDays": "kms:scheduledeletionpendingwindowindays", "KeySpec": "kms:keyspec"},
    "iam": {
        "PolicyArn": "iam:policyarn",
        "PermissionsBoundary": "iam:permissionsboundary",
        "AWSServiceName": "iam:awsservicename",
    },
    "sts": {"ExternalId": "sts:externalid", "RoleSessionName": "sts:rolesessionname"},
    "organizations": {"PolicyType": "organizations:policytype", "ServicePrincipal": "organizations:serviceprincipal"},
}
_TAG_KEY = re.compile(r"Tags\.member\.(\d+)\.Key")


def context_of(call: Call, world: World) -> Context:
    """Everything a call says, keys in lower case; what is said about its resource is added by `about_resource`.

    The lab speaks plain HTTP and counts as TLS, like AWS's endpoints; every caller is on this machine.
    """
    clock = world.clock
    context: Context = {
        "aws:securetransport": ("true",),
        "s3:tlsversion": ("1.3",),
        "aws:sourceip": ("127.0.0.1",),
        "aws:viaawsservice": ("false",),
        "aws:requestedregion": (call.region,),
        "aws:currenttime": (clock.stamp(),),
        "aws:epochtime": (str(int(clock.now())),),
    }
    if "user-agent" in call.headers:
        context["aws:useragent"] = (call.headers["user-agent"],)
    context |= about_principal(call.caller, world)
    context |= dict(_s3(call) if call.service == "s3" else _members(call))
    tags = dict(_tags(call))
    if tags:
        context["aws:tagkeys"] = tuple(tags)
        context |= {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}
    return context


def about_principal(caller: Caller, world: World) -> Context:
    """Who asks."""
    context: Context = {"aws:principalisawsservice": ("false",), "aws:principaltype": (_kind(caller),)}
    if not caller.account:
        return context
    context["aws:principalarn"] = (caller.identity,)
    context["aws:principalaccount"] = (caller.account,)
    context["kms:calleraccount"] = (caller.account,)
    if ":user/" in caller.arn:
        context["aws:username"] = (caller.arn.rpartition("/")[2],)
    if caller.mfa is not None:
        context["aws:multifactorauthpresent"] = (str(caller.mfa).lower(),)
    account = world.account(caller.account)
    if account is not None:
        context["aws:principalorgid"] = (world.organization_id,)
        context["aws:principalorgpaths"] = (_units_of(world, account),)
    return context


def about_resource(owner: str, world: World) -> Context:
    """Whose resource it is."""
    if not owner:
        return {}
    account = world.account(owner)
    context: Context = {"aws:resourceaccount": (owner,), "s3:resourceaccount": (owner,)}
    if account is not None:
        context |= {
            "aws:resourceorgid": (world.organization_id,),
            "aws:resourceorgpaths": (_units_of(world, account),),
        }
    return context


def service_context(world: World, service: str, source_arn: str, source_account: str) -> Context:
    """A call by an AWS service on behalf of a resource."""
    context: Context = {
        "aws:securetransport": ("true",),
        "s3:tlsversion": ("1.3",),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (service,),
        "aws:principalservicenameslist": (service,),
        "aws:sourcearn": (source_arn,),
        "aws:sourceaccount": (source_account,),
        "aws:currenttime": (world.clock.stamp(),),
        "aws:epochtime": (str(int(world.clock.now())),),
    }
    account = world.account(source_account)
    if account is not None:
        context["aws:sourceorgid"] = (world.organization_id,)
        context["aws:sourceorgpaths"] = (_units_of(world, account),)
    return context


def _kind(caller: Caller) -> str:
    if not caller.account:
        return "Anonymous"
    if caller.is_root:
        return "Account"
    return "AssumedRole" if ":assumed-role/" in caller.arn else "User"


def _units_of(world: World, account: Any) -> str:
    return path_of(world, account).removesuffix(f"{account.id}/")


def _s3(call: Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in call.headers.items():
        if name.startswith("x-amz-"):
            yield f"s3:{name}", (value,)
            if name.startswith("x-amz-object-lock-"):
                yield f"s3:{name.removeprefix('x-amz-')}", (value,)
    for name, key in _QUERY.items():
        if name in call.uri:
            yield f"s3:{key}", (call.uri[name],)
    yield "s3:authtype", ("REST-HEADER" if "authorization" in call.headers else "REST-QUERY-STRING",)
    if call.action == "PutObjectRetention":
        for tag, key in (("Mode", "object-lock-mode"), ("RetainUntilDate", "object-lock-retain-until-date")):
            asked = text_of(call.body, tag)
            if asked:
                yield f"s3:{key}", (asked,)


def _members(call: Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    for member, key in _OF_PARAMS.get(call.service, {}).items():
        if call.params.get(member):
            yield key, (str(call.params[member]),)
    if call.service == "kms":
        pairs = call.params.get("EncryptionContext") or {}
        if isinstance(pairs, dict) and pairs:
            yield "kms:encryptioncontextkeys", tuple(map(str, pairs))
            yield from ((f"kms:encryptioncontext:{str(k).lower()}", (str(v),)) for k, v in pairs.items())


def _tags(call: Call) -> Iterator[tuple[str, str]]:
    for name, value in call.params.items():
        found = _TAG_KEY.fullmatch(name)
        if found:
            yield str(value), str(call.params.get(f"Tags.member.{found[1]}.Value", ""))
    for name in ("Tags", "TagsList"):
        listed = call.params.get(name)
        for tag in listed if isinstance(listed, list) else ():
            if isinstance(tag, dict):
                key = tag.get("Key") or tag.get("TagKey")
                value = tag.get("Value") or tag.get("TagValue")
                yield str(key), str(value or "")
