"""Rules about S3 buckets (AWS Config Developer Guide, managed rules: s3-bucket-versioning-enabled and its sisters)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.lab.rules.facts import BUCKET, BucketFacts, Facts, LifecycleFacts, Result, named


def versioning(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """S3_BUCKET_VERSIONING_ENABLED, with MFA Delete where `isMfaDeleteEnabled` is true."""
    mfa = parameters.get("isMfaDeleteEnabled", "").lower() == "true"
    return (_said(b, complies=b.versioned and (b.mfa_delete or not mfa)) for b in facts.buckets)


def default_lock(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """S3_BUCKET_DEFAULT_LOCK_ENABLED, in the `mode` that is named."""
    mode = parameters.get("mode", "").upper()
    return (_said(b, complies=b.locks and (b.lock_mode == mode if mode else True)) for b in facts.buckets)


def public_access(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED: the bucket's own four settings are on."""
    excluded = named(parameters.get("excludedPublicBuckets"))
    return (_said(b, complies=b.blocks) for b in facts.buckets if b.name not in excluded)


def ssl_only(facts: Facts, _: Mapping[str, str]) -> Iterator[Result]:
    """S3_BUCKET_SSL_REQUESTS_ONLY: an explicit Deny of everything to everybody that comes without TLS."""
    return (_said(b, complies=denies_plain_transport(b.policy, b.name)) for b in facts.buckets)


def lifecycle(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """S3_LIFECYCLE_POLICY_CHECK: an enabled rule is there, and one is as the parameters say."""
    only = named(parameters.get("bucketNames"))
    for bucket in facts.buckets:
        if not only or bucket.name in only:
            yield _said(bucket, complies=any(_as_wanted(rule, parameters) for rule in bucket.lifecycle))


def version_lifecycle(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """S3_VERSION_LIFECYCLE_POLICY_CHECK: an enabled rule is there, asked of versioned buckets only."""
    only = named(parameters.get("bucketNames"))
    buckets = (b for b in facts.buckets if b.versioned and (not only or b.name in only))
    return (_said(b, complies=bool(b.lifecycle)) for b in buckets)


def kms_encryption(facts: Facts, parameters: Mapping[str, str]) -> Iterator[Result]:
    """S3_DEFAULT_ENCRYPTION_KMS, with one of `kmsKeyArns` where they are given."""
    keys = named(parameters.get("kmsKeyArns"))
    return (_said(b, complies="kms" in b.algorithm and (not keys or b.key in keys)) for b in facts.buckets)


def denies_plain_transport(policy: str, bucket: str) -> bool:
    """Whether Deny statements refuse plain HTTP for the bucket and all its objects, to everybody and for all of S3."""
    try:
        document = json.loads(policy or "{}")
    except ValueError:
        return False
    statements = document.get("Statement") if isinstance(document, dict) else None
    covered: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, dict) and _denies_http(statement):
            covered.update(_strings(statement.get("Resource")))
    arn = f"arn:aws:s3:::{bucket}"
    return bool(covered & {"*", f"{arn}*"}) or {arn, f"{arn}/*"} <= covered


def _denies_http(statement: Mapping[str, Any]) -> bool:
    everybody = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    everything = bool({"*", "s3:*"} & {action.lower() for action in _strings(statement.get("Action"))})
    condition = statement.get("Condition")
    if statement.get("Effect") != "Deny" or not (everybody and everything) or not isinstance(condition, dict):
        return False
    if len(condition) != 1 or not isinstance(keys := next(iter(condition.values())), dict) or len(keys) != 1:
        return False
    operator, (key, value) = next(iter(condition)).lower(), next(iter(keys.items()))
    plain = str(value[0] if isinstance(value, list) and value else value).lower() == "false"
    return operator in {"bool", "boolifexists"} and key.lower() == "aws:securetransport" and plain


def _as_wanted(rule: LifecycleFacts, parameters: Mapping[str, str]) -> bool:
    days, classes = named(parameters.get("targetTransitionDays")), named(parameters.get("targetTransitionStorageClass"))
    ends, prefixes = named(parameters.get("targetExpirationDays")), named(parameters.get("targetPrefix"))
    if ends and str(rule.expiration_days) not in ends:
        return False
    if prefixes and rule.prefix not in prefixes:
        return False
    moves = [(c, str(d)) for c, d in rule.transitions]
    return not (days or classes) or any((not days or d in days) and (not classes or c in classes) for c, d in moves)


def _said(bucket: BucketFacts, *, complies: bool) -> Result:
    return Result(kind=BUCKET, id=bucket.name, complies=complies)


def _strings(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
