"""Which permissions a call needs: mostly one, and for some calls more (the services' own API references)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from trailkeep.lab.decision import Ask
from trailkeep.lab.eventbridge.resources import asks_of_events
from trailkeep.lab.keys import find_key
from trailkeep.lab.resources import Resource, bucket_resource, key_resource, resource_of
from trailkeep.lab.sns_topics import find_topic

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.world import World


def asks_of(call: Call, world: World) -> Iterator[Ask]:
    """Every permission a call needs, the one it is named after first."""
    if call.service == "s3" and call.action == "DeleteObjects":
        return  # decided object by object: S3 answers with what was deleted and what was not
    if call.service == "events":
        yield from asks_of_events(call, world)
        return
    about = resource_of(call, world)
    if call.service == "kms" and call.action in {"CreateAlias", "DeleteAlias", "UpdateAlias"}:
        yield from _alias(call, about)
        return
    if call.service == "sns":
        yield from _sns(call, world, about)
        return
    if call.service == "sts" and call.params.get("TokenCode"):
        yield _ask(call.permission, about, **{"aws:multifactorauthpresent": ("true",)})
    else:
        yield _ask(call.permission, about)
    if call.service == "s3" and call.bucket:
        yield from _more_of_s3(call, world, about)
    for role, service in _roles_passed(call):
        yield from _pass_role(call, role, service)
    if call.service == "sts" and "SourceIdentity" in call.params:
        yield _ask("sts:SetSourceIdentity", about)


def _sns(call: Call, world: World, about: Resource) -> Iterator[Ask]:
    """Amazon SNS Developer Guide: the default policy is about aws:SourceOwner; an encrypted topic takes its key too."""
    yield _ask(call.permission, about, **{"aws:sourceowner": (call.account,)})
    topic = find_topic(world, about.arn) if call.action == "Publish" else None
    name = str(topic.kms_master_key_id or "") if topic is not None else ""
    key = find_key(world, name, account=about.owner, region=call.region) if name else None
    if key is not None:
        via = {"kms:viaservice": (f"sns.{call.region}.amazonaws.com",)}
        yield _ask("kms:GenerateDataKey", key_resource(key), **via)
        yield _ask("kms:Decrypt", key_resource(key), **via)


def deletions(call: Call, world: World, key: str, version: str | None) -> Iterator[Ask]:
    """What deleting one object of a DeleteObjects call needs."""
    arn = f"arn:aws:s3:::{call.bucket}/{key}"
    about = bucket_resource(world, call.bucket, arn, call.account)
    yield _ask("s3:DeleteObjectVersion" if version else "s3:DeleteObject", about)
    if version and _bypasses(call):
        yield _ask("s3:BypassGovernanceRetention", about)


def _ask(action: str, about: Resource, **context: tuple[str, ...]) -> Ask:
    return Ask(
        action=action, resource=about.arn, owner=about.owner, policy=about.policy, named=about.named, context=context
    )


def _alias(call: Call, about: Resource) -> Iterator[Ask]:
    """An alias is no key, and changing one needs permission on both (AWS KMS Developer Guide, access to aliases)."""
    name = f"arn:aws:kms:{call.region}:{call.account}:{call.params.get('AliasName', '')}"
    yield Ask(action=call.permission, resource=name, owner=call.account)
    if ":key/" in about.arn:
        yield _ask(call.permission, about)


def _roles_passed(call: Call) -> Iterator[tuple[str, str]]:
    """The roles that a call hands to a service."""
    if call.service == "config":
        recorder = call.params.get("ConfigurationRecorder") or {}
        source = call.params.get("OrganizationAggregationSource") or {}
        yield str(recorder.get("roleARN", "")), "config.amazonaws.com"
        yield str(source.get("RoleArn", "")), "config.amazonaws.com"
    if call.service == "cloudtrail":
        yield str(call.params.get("CloudWatchLogsRoleArn") or ""), "cloudtrail.amazonaws.com"


def _pass_role(call: Call, role: str, service: str) -> Iterator[Ask]:
    if role:
        yield Ask(action="iam:PassRole", resource=role, owner=call.account, context={"iam:passedtoservice": (service,)})


_BY_HEADER = (
    ("x-amz-object-lock-mode", "s3:PutObjectRetention"),
    ("x-amz-object-lock-legal-hold", "s3:PutObjectLegalHold"),
    ("x-amz-tagging", "s3:PutObjectTagging"),
)
_WRITES = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})


def _more_of_s3(call: Call, world: World, about: Resource) -> Iterator[Ask]:
    """Amazon S3 API Reference: PutObject, CopyObject, CreateBucket, DeleteObject, PutObjectRetention."""
    if call.action == "CreateBucket" and call.headers.get("x-amz-bucket-object-lock-enabled", "").lower() == "true":
        yield _ask("s3:PutBucketObjectLockConfiguration", about)
        yield _ask("s3:PutBucketVersioning", about)
    if call.action in _WRITES:
        yield from (_ask(action, about) for header, action in _BY_HEADER if header in call.headers)
        if call.headers.get("x-amz-acl", "bucket-owner-full-control") != "bucket-owner-full-control":
            yield _ask("s3:PutObjectAcl", about)
    if call.action in {"CopyObject", "UploadPartCopy"}:
        yield from _source(call, world)
    if _bypasses(call) and call.action in {"DeleteObject", "PutObjectRetention"}:
        yield _ask("s3:BypassGovernanceRetention", about)
    if call.action in _WRITES | {"GetObject", "CopyObject"}:
        yield from _encryption(call, world)


def _bypasses(call: Call) -> bool:
    return call.headers.get("x-amz-bypass-governance-retention", "").lower() == "true"


def _source(call: Call, world: World) -> Iterator[Ask]:
    path, _, version = unquote(call.headers.get("x-amz-copy-source", "")).lstrip("/").partition("?versionId=")
    if path:
        action = "s3:GetObjectVersion" if version else "s3:GetObject"
        yield _ask(action, bucket_resource(world, path.partition("/")[0], f"arn:aws:s3:::{path}", call.account))


def _encryption(call: Call, world: World) -> Iterator[Ask]:
    """S3 uses the KMS key in the caller's name (Amazon S3 User Guide, SSE-KMS permissions)."""
    bucket = world.bucket(call.bucket)
    if bucket is None:
        return
    reading = call.action == "GetObject"
    name = _key_of_object(call, world, bucket) if reading else _key_of_write(call, bucket)
    key = find_key(world, name, account=bucket.account_id, region=bucket.region_name) if name else None
    if key is not None:
        via = {"kms:viaservice": (f"s3.{bucket.region_name}.amazonaws.com",)}  # its name is no Python name
        yield _ask("kms:Decrypt" if reading else "kms:GenerateDataKey", key_resource(key), **via)


def _key_of_write(call: Call, bucket: Any) -> str:
    algorithm = call.headers.get("x-amz-server-side-encryption")
    if algorithm:
        return call.headers.get("x-amz-server-side-encryption-aws-kms-key-id", "") if "kms" in algorithm else ""
    rule = (bucket.encryption or {}).get("Rule", {}).get("ApplyServerSideEncryptionByDefault", {})
    return str(rule.get("KMSMasterKeyID") or "") if "kms" in str(rule.get("SSEAlgorithm", "")) else ""


def _key_of_object(call: Call, world: World, bucket: Any) -> str:
    found = world.backend("s3", bucket.account_id, "aws").get_object(
        call.bucket, call.uri.get("Key", ""), version_id=call.uri.get("versionId")
    )
    return str(getattr(found, "kms_key_id", None) or "") if "kms" in str(getattr(found, "encryption", "")) else ""
