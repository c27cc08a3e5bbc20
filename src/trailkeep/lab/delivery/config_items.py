"""Configuration items of what an account really has in the lab: buckets, trails, keys, roles and users."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from trailkeep.lab.delivery.ledger import Cell
from trailkeep.lab.trails import own_trails
from trailkeep.lab.world import World

_GLOBAL = frozenset({"AWS::IAM::Role", "AWS::IAM::User"})


def items_of(world: World, cell: Cell, moment: float) -> dict[str, list[dict[str, Any]]]:
    """The items that the recorder of an account and Region records, by resource type, as they are at a moment."""
    backend = world.backend("config", *cell)
    group: Mapping[str, Any] = next(iter(backend.recorders.values())).to_dict().get("recordingGroup") or {}
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, identity, arn, configuration in _resources(world, cell):
        if _is_recorded(group, kind):
            found.setdefault(kind, []).append(_item(cell, kind, identity, arn, configuration, moment))
    return found


def _is_recorded(group: Mapping[str, Any], kind: str) -> bool:
    if kind in _GLOBAL:
        return bool(group.get("includeGlobalResourceTypes")) or kind in (group.get("resourceTypes") or ())
    return bool(group.get("allSupported", True)) or kind in (group.get("resourceTypes") or ())


def _resources(world: World, cell: Cell) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    account, region = cell
    for bucket in tuple(world.backend("s3", account, "aws").buckets.values()):
        if bucket.region_name == region:
            policy = bucket.policy.decode() if isinstance(bucket.policy, bytes) else bucket.policy
            shown = {"name": bucket.name, "versioning": bucket.versioning_status, "policy": policy}
            yield "AWS::S3::Bucket", bucket.name, f"arn:aws:s3:::{bucket.name}", shown
    for trail in own_trails(world, account):
        if trail.region_name == region:
            shown = {**trail.description(include_region=True), "isLogging": trail.status.is_logging}
            yield "AWS::CloudTrail::Trail", trail.trail_name, trail.arn, shown
    for key in tuple(world.backend("kms", account, region).keys.values()):
        yield "AWS::KMS::Key", key.id, key.arn, {"enabled": key.enabled, "policy": key.policy}
    iam = world.iam(account)
    for role in tuple(iam.roles.values()):
        shown = {"roleName": role.name, "assumeRolePolicyDocument": role.assume_role_policy_document}
        yield "AWS::IAM::Role", role.id, role.arn, shown
    for user in tuple(iam.users.values()):
        yield "AWS::IAM::User", user.id, user.arn, {"userName": user.name}


def _item(
    cell: Cell, kind: str, identity: str, arn: str, configuration: dict[str, Any], moment: float
) -> dict[str, Any]:
    return {
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "configurationStateId": int(moment * 1000),
        "awsAccountId": cell[0],
        "configurationItemStatus": "OK",
        "resourceType": kind,
        "resourceId": identity,
        "ARN": arn,
        "awsRegion": "global" if kind in _GLOBAL else cell[1],
        "tags": {},
        "relatedEvents": [],
        "relationships": [],
        "configuration": json.loads(json.dumps(configuration, default=str)),
        "supplementaryConfiguration": {},
    }
