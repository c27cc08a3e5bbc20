"""CloudTrail's control plane (botocore model cloudtrail/2013-11-01); the trails themselves are moto's records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudtrail.models import Trail

from trailkeep.lab import lookup_events, trail_administration, trail_reading
from trailkeep.lab.call import Call
from trailkeep.lab.keys import find_key
from trailkeep.lab.members import ensure_service_role
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.trail_delivery import Destination, check_destination, destination_of
from trailkeep.lab.trails import SERVICE, changeable_trail, may_run_organization_trails, own_trails, visible_trails
from trailkeep.lab.world import World

MOST_TRAILS = 5
"""Trails seen in one account and Region, shadow trails included (AWS CloudTrail User Guide, quotas)."""


def create_trail(call: Call, world: World) -> dict[str, Any]:
    """CreateTrail."""
    asked = call.params
    organization = bool(asked.get("IsOrganizationTrail", False))
    if organization:
        _check_organization(call, world)
    owner = world.management if organization else call.account
    name = str(asked.get("Name", ""))
    if any(t.trail_name == name and t.region_name == call.region for t in own_trails(world, owner)):
        raise Refusal("TrailAlreadyExistsException", f"Trail {name} already exists for customer: {owner}")
    _check_scope(bool(asked.get("IsMultiRegionTrail", False)), bool(asked.get("IncludeGlobalServiceEvents", True)))
    if len(visible_trails(world, owner, call.region)) >= MOST_TRAILS:
        raise Refusal(
            "MaximumNumberOfTrailsExceededException",
            f"User: {owner} already has {MOST_TRAILS} trails in {call.region}.",
        )
    to = Destination(
        arn=f"arn:aws:cloudtrail:{call.region}:{owner}:trail/{name}",
        owner=owner,
        bucket=str(asked.get("S3BucketName", "")),
        prefix=asked.get("S3KeyPrefix"),
        organization=organization,
        key=asked.get("KmsKeyId"),
    )
    trail = _new_trail(call, world, to)
    check_destination(world, to)
    _key_as_arn(trail, world)
    backend = world.backend("cloudtrail", owner, call.region)
    backend.trails[name] = trail
    backend.tagging_service.tag_resource(trail.arn, asked.get("TagsList") or [])
    if organization:
        _give_service_roles(world)
    return _description(trail)


def update_trail(call: Call, world: World) -> dict[str, Any]:
    """UpdateTrail: what is not named stays; only the management account makes a trail the organization's or back."""
    trail = changeable_trail(call, world, str(call.params.get("Name", "")))
    asked = call.params
    organization = bool(asked.get("IsOrganizationTrail", trail.is_org_trail))
    if organization != trail.is_org_trail:
        if call.account != world.management:
            raise _not_management()
        _check_organization(call, world)
    multi_region = bool(asked.get("IsMultiRegionTrail", trail.is_multi_region))
    _check_scope(multi_region, bool(asked.get("IncludeGlobalServiceEvents", trail.include_global_service_events)))
    before = destination_of(trail)
    check_destination(
        world,
        Destination(
            arn=before.arn,
            owner=before.owner,
            bucket=str(asked.get("S3BucketName", before.bucket)),
            prefix=asked.get("S3KeyPrefix", before.prefix),
            organization=organization,
            key=asked.get("KmsKeyId", before.key),
        ),
    )
    for member, attribute in UPDATED.items():
        if member in asked:
            setattr(trail, attribute, None if asked[member] == "" else asked[member])
    _key_as_arn(trail, world)
    if organization:
        _give_service_roles(world)
    return _description(trail)


def delete_trail(call: Call, world: World) -> dict[str, Any]:
    """DeleteTrail."""
    trail = changeable_trail(call, world, str(call.params.get("Name", "")))
    del world.backend("cloudtrail", trail.account_id, trail.region_name).trails[trail.trail_name]
    return {}


def start_logging(call: Call, world: World) -> dict[str, Any]:
    """StartLogging; starting a trail that logs changes nothing."""
    trail = changeable_trail(call, world, str(call.params.get("Name", "")))
    if not trail.status.is_logging:
        trail.status.is_logging = True
        trail.status.started_at = world.clock.now()
    return {}


def stop_logging(call: Call, world: World) -> dict[str, Any]:
    """StopLogging; stopping a trail that does not log changes nothing."""
    trail = changeable_trail(call, world, str(call.params.get("Name", "")))
    if trail.status.is_logging:
        trail.status.is_logging = False
        trail.status.stopped_at = world.clock.now()
    return {}


def put_event_selectors(call: Call, world: World) -> dict[str, Any]:
    """PutEventSelectors: basic or advanced ones, never both."""
    trail = changeable_trail(call, world, str(call.params.get("TrailName", "")))
    basic, advanced = call.params.get("EventSelectors"), call.params.get("AdvancedEventSelectors")
    if bool(basic) == bool(advanced):
        raise Refusal("InvalidEventSelectorsException", "Give either EventSelectors or AdvancedEventSelectors.")
    if basic and len(basic) > 5:
        raise Refusal("InvalidEventSelectorsException", "A trail can have at most 5 event selectors.")
    trail.event_selectors, trail.advanced_event_selectors = list(basic or []), list(advanced or [])
    named = "EventSelectors" if basic else "AdvancedEventSelectors"
    return {"TrailARN": trail.arn, named: basic or advanced}


def change_tags(call: Call, world: World) -> None:
    """AddTags and RemoveTags: on the caller's trails only; moto keeps the tags."""
    changeable_trail(call, world, str(call.params.get("ResourceId", "")))


UPDATED: Mapping[str, str] = {
    "S3BucketName": "bucket_name",
    "S3KeyPrefix": "s3_key_prefix",
    "SnsTopicName": "sns_topic_name",
    "IncludeGlobalServiceEvents": "include_global_service_events",
    "IsMultiRegionTrail": "is_multi_region",
    "EnableLogFileValidation": "log_validation",
    "IsOrganizationTrail": "is_org_trail",
    "CloudWatchLogsLogGroupArn": "cw_log_group_arn",
    "CloudWatchLogsRoleArn": "cw_role_arn",
    "KmsKeyId": "kms_key_id",
    "RecursiveLogging": "recursive_logging",
}


def _new_trail(call: Call, world: World, to: Destination) -> Any:
    asked = call.params
    if world.bucket(to.bucket) is None:
        check_destination(world, to)
    trail = Trail(
        to.owner,
        call.region,
        str(asked.get("Name", "")),
        to.bucket,
        to.prefix,
        asked.get("SnsTopicName"),
        bool(asked.get("IncludeGlobalServiceEvents", True)),
        bool(asked.get("IsMultiRegionTrail", False)),
        bool(asked.get("EnableLogFileValidation", False)),
        to.organization,
        asked.get("CloudWatchLogsLogGroupArn"),
        asked.get("CloudWatchLogsRoleArn"),
        to.key,
    )
    trail.recursive_logging = asked.get("RecursiveLogging")
    return trail


def _key_as_arn(trail: Any, world: World) -> None:
    """CloudTrail shows the key's ARN, whichever way it was named."""
    if trail.kms_key_id:
        region = world.bucket(trail.bucket_name).region_name  # type: ignore[union-attr]
        key = find_key(world, trail.kms_key_id, account=trail.account_id, region=region)
        trail.kms_key_id = key.arn if key is not None else trail.kms_key_id
    else:
        trail.kms_key_id = None


def _check_organization(call: Call, world: World) -> None:
    if not may_run_organization_trails(world, call.account):
        raise _not_management()
    if world.organization.org.feature_set != "ALL":
        raise Refusal("OrganizationNotInAllFeaturesModeException", "The organization must have all features enabled.")
    if not world.trusts(SERVICE):
        raise Refusal(
            "CloudTrailAccessNotEnabledException", "Enable trusted access for CloudTrail in your organization first."
        )


def _check_scope(multi_region: bool, global_events: bool) -> None:
    if multi_region and not global_events:
        raise Refusal("InvalidParameterCombinationException", "Multi-Region trail must include global service events.")


def _not_management() -> Refusal:
    return Refusal(
        "NotOrganizationMasterAccountException",
        "The request must come from the management account or the delegated administrator account for CloudTrail.",
    )


def _give_service_roles(world: World) -> None:
    for account in world.members():
        ensure_service_role(world, account.id, SERVICE)


def _description(trail: Any) -> dict[str, Any]:
    described = trail_reading.describe(trail)
    return {name: described[name] for name in described if name not in trail_reading.NOT_IN_CREATE}


ANSWERS: Mapping[str, Any] = {
    "CreateTrail": create_trail,
    "UpdateTrail": update_trail,
    "DeleteTrail": delete_trail,
    "StartLogging": start_logging,
    "StopLogging": stop_logging,
    "PutEventSelectors": put_event_selectors,
    "AddTags": change_tags,
    "RemoveTags": change_tags,
    **lookup_events.ANSWERS,
    **trail_reading.ANSWERS,
    **trail_administration.ANSWERS,
}
