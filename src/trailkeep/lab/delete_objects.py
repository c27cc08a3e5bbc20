"""DeleteObjects: each object is decided by itself, and the answer tells which were deleted and which were not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from moto.s3.exceptions import AccessDeniedByLock

from trailkeep.lab.asks import deletions
from trailkeep.lab.call import Call
from trailkeep.lab.decision import decide
from trailkeep.lab.denial import denial_of, refusal_of
from trailkeep.lab.refusal import Refusal, Reply
from trailkeep.lab.request_context import context_of
from trailkeep.lab.s3_xml import NAMESPACE, malformed_xml, xml_reply
from trailkeep.lab.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    key: str
    version: str | None


def delete_objects(call: Call, world: World) -> Reply | None:
    """DeleteObjects, with an outcome for each object (botocore model s3 DeleteObjects).

    Without the MFA code it fails as a whole when it names a version of a bucket with MFA Delete.
    """
    wanted = list(_wanted(call.body))
    if call.bucket in world.mfa_delete and any(one.version for one in wanted):
        raise mfa_needed()
    bucket = world.bucket(call.bucket)
    if bucket is None:
        return None
    outcomes = [(one, _delete(call, world, str(bucket.account_id), one)) for one in wanted]
    found = "".join(_deleted(one) if error is None else _failed(one, error) for one, error in outcomes)
    return xml_reply(f'<DeleteResult xmlns="{NAMESPACE}">{found}</DeleteResult>')


def mfa_needed() -> Refusal:
    """The refusal of what takes the MFA code."""
    return Refusal("AccessDenied", "Mfa Authentication must be used for this request", 403)


def _delete(call: Call, world: World, owner: str, one: _Wanted) -> Refusal | None:
    context = context_of(call, world)
    for ask in deletions(call, world, one.key, one.version):
        decision = decide(world, call.caller, ask, context)
        if not decision.is_allowed:
            world.denials.add(denial_of(call, ask, decision))
            return refusal_of(call, world, ask, decision)
    bypass = call.headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
    try:
        world.backend("s3", owner, "aws").delete_object(call.bucket, one.key, version_id=one.version, bypass=bypass)
    except AccessDeniedByLock:
        return Refusal("AccessDenied", "Access Denied because object protected by object lock.", 403)
    return None


def _wanted(body: bytes) -> Iterator[_Wanted]:
    try:
        root = ET.fromstring(body)  # noqa: S314  (the lab's own clients, on loopback)
    except ET.ParseError:
        raise malformed_xml() from None
    for element in root:
        if element.tag.rpartition("}")[2] == "Object":
            members = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
            yield _Wanted(key=members.get("Key", ""), version=members.get("VersionId"))


def _deleted(one: _Wanted) -> str:
    return f"<Deleted>{_named(one)}</Deleted>"


def _failed(one: _Wanted, error: Refusal) -> str:
    said = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    return f"<Error>{_named(one)}{said}</Error>"


def _named(one: _Wanted) -> str:
    version = f"<VersionId>{escape(one.version)}</VersionId>" if one.version else ""
    return f"<Key>{escape(one.key)}</Key>{version}"
