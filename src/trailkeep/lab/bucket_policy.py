"""What S3 refuses as a bucket policy: bad JSON, foreign resources, unknown principals, too much text, public access."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World

LARGEST = 20 * 1024
"""Bytes (Amazon S3 User Guide, bucket policies)."""


def check_bucket_policy(body: bytes, bucket: Any, world: World) -> None:
    """Raise the refusal with which S3 answers a policy for this bucket that it does not take."""
    if len(body) > LARGEST:
        raise _malformed("Policy exceeds the maximum allowed document size.")
    try:
        document = json.loads(body)
    except ValueError:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from None
    if not isinstance(document, dict):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    statements = document.get("Statement")
    if not statements:
        raise _malformed("Missing required field Statement")
    listed = statements if isinstance(statements, list) else [statements]
    for statement in listed:
        _check_statement(statement, bucket, world)
    block = bucket.public_access_block
    if block is not None and block.block_public_policy and any(is_public(s) for s in listed):
        raise Refusal(
            "AccessDenied",
            "User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the "
            "BlockPublicPolicy setting in S3 Block Public Access.",
            403,
        )


def _check_statement(statement: Any, bucket: Any, world: World) -> None:
    if not isinstance(statement, dict) or statement.get("Effect") not in {"Allow", "Deny"}:
        raise _malformed("Missing required field Effect")
    actions = list(_strings(statement.get("Action", statement.get("NotAction"))))
    if not actions:
        raise _malformed("Missing required field Action")
    if any(action != "*" and not action.lower().startswith("s3:") for action in actions):
        raise _malformed("Policy has invalid action")
    resources = list(_strings(statement.get("Resource", statement.get("NotResource"))))
    arn = f"arn:aws:s3:::{bucket.name}"
    if not resources or any(r != arn and not r.startswith(arn + "/") and r != arn + "*" for r in resources):
        raise _malformed("Policy has invalid resource")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if principal is None:
        raise _malformed("Missing required field Principal")
    if principal != "*" and (not isinstance(principal, dict) or not _exists(principal, world)):
        raise _malformed("Invalid principal in policy")


def _exists(principal: dict[str, Any], world: World) -> bool:
    """Roles and users of accounts of this organization must exist; of other accounts we cannot know."""
    for name in _strings(principal.get("AWS")):
        parts = name.split(":")
        if name == "*" or (name.isdigit() and len(name) == 12):
            continue
        if len(parts) != 6 or parts[2] not in {"iam", "sts"}:
            return False
        if world.account(parts[4]) is None or parts[5] == "root" or parts[2] == "sts":
            continue
        iam = world.iam(parts[4])
        if not any(one.arn == name for one in (*iam.roles.values(), *iam.users.values())):
            return False
    return True


def is_public(statement: dict[str, Any]) -> bool:
    """Whether it is an Allow for everyone without a condition (Amazon S3 User Guide, the meaning of "public")."""
    everyone = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    return statement.get("Effect") == "Allow" and everyone and not statement.get("Condition")


def _strings(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicy", message, 400)
