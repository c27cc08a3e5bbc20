"""S3 Object Lock: on buckets with objects too, and retention that can be read and not just shortened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.refusal import Refusal, Reply
from trailkeep.lab.s3_xml import NAMESPACE, bad_state, malformed_xml, text_of, xml_reply
from trailkeep.lab.world import World


def put_object_lock(call: Call, world: World) -> Reply | None:
    """PutObjectLockConfiguration, on buckets with objects too; needs versioning, and cannot be taken back."""
    bucket = world.bucket(call.bucket)
    if bucket is None:
        return None
    if bucket.versioning_status != "Enabled":
        raise bad_state("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    if text_of(call.body, "ObjectLockEnabled") != "Enabled":
        raise malformed_xml()
    mode, days, years = (text_of(call.body, name) for name in ("Mode", "Days", "Years"))
    if "Rule>" in call.body.decode("utf-8", "replace") and (
        mode not in {"GOVERNANCE", "COMPLIANCE"} or bool(days) == bool(years)
    ):
        raise malformed_xml()
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = mode or ""
    bucket.default_lock_days = int(days) if days else 0
    bucket.default_lock_years = int(years) if years else 0
    return Reply()


def get_object_lock(call: Call, world: World) -> Reply | None:
    """GetObjectLockConfiguration: the rule has days or years, whichever was put; moto shows both."""
    bucket = world.bucket(call.bucket)
    if bucket is None:
        return None
    if not bucket.object_lock_enabled:
        raise Refusal(
            "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", 404
        )
    rule = ""
    if bucket.default_lock_mode:
        days, years = bucket.default_lock_days, bucket.default_lock_years
        period = f"<Days>{days}</Days>" if days else f"<Years>{years}</Years>"
        rule = f"<Rule><DefaultRetention><Mode>{bucket.default_lock_mode}</Mode>{period}</DefaultRetention></Rule>"
    enabled = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>"
    return xml_reply(f'<ObjectLockConfiguration xmlns="{NAMESPACE}">{enabled}{rule}</ObjectLockConfiguration>')


def get_retention(call: Call, world: World) -> Reply | None:
    """GetObjectRetention: moto would send the object instead."""
    version = _version(call, world)
    if version is None:
        return None
    if not version.lock_mode:
        raise Refusal(
            "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", 404
        )
    until = f"<RetainUntilDate>{version.lock_until}</RetainUntilDate>"
    return xml_reply(f'<Retention xmlns="{NAMESPACE}"><Mode>{version.lock_mode}</Mode>{until}</Retention>')


def put_retention(call: Call, world: World) -> None:
    """Refuse to shorten: in COMPLIANCE mode never, in GOVERNANCE mode only with the bypass header."""
    version = _version(call, world)
    if version is None or not version.lock_mode:
        return
    until = text_of(call.body, "RetainUntilDate")
    weaker = text_of(call.body, "Mode") != version.lock_mode and version.lock_mode == "COMPLIANCE"
    shorter = until is None or _moment(until) < _moment(version.lock_until)
    bypass = call.headers.get("x-amz-bypass-governance-retention", "").lower() == "true"
    if (weaker or shorter) and (version.lock_mode == "COMPLIANCE" or not bypass):
        raise Refusal("AccessDenied", "Access Denied because object protected by object lock.", 403)


def _version(call: Call, world: World) -> Any | None:
    bucket = world.bucket(call.bucket)
    if bucket is None:
        return None
    backend = world.backend("s3", bucket.account_id, "aws")
    return backend.get_object(call.bucket, call.uri.get("Key", ""), version_id=call.uri.get("versionId"))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


ANSWERS: Mapping[str, Any] = {
    "PutObjectLockConfiguration": put_object_lock,
    "GetObjectLockConfiguration": get_object_lock,
    "GetObjectRetention": get_retention,
    "PutObjectRetention": put_retention,
}
