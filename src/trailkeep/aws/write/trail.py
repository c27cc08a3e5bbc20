"""Changes to trails: what a trail is, what it records, whether it runs."""

from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask, once, tagged
from trailkeep.aws.write.selectors import unfold
from trailkeep.errors import AwsError
from trailkeep.model.change import PutTrail, SetLogging, SetSelectors
from trailkeep.model.trail import Trail

TrailChange = PutTrail | SetSelectors | SetLogging

_SETTLING = 60.0
"""Seconds for a bucket or key policy written a moment ago to be seen by CloudTrail."""

_GONE = frozenset({"TrailNotFoundException"})


def perform(cloud: Cloud, change: TrailChange) -> None:
    """Make one change to a trail. Raises AwsError."""
    match change:
        case PutTrail(before=None):
            _create(cloud, change)
        case PutTrail(after=None):
            once(cloud, change, "cloudtrail", "delete_trail", so_already=_GONE, Name=change.trail.arn)
        case PutTrail():
            _update(cloud, change)
        case SetSelectors():
            once(
                cloud,
                change,
                "cloudtrail",
                "put_event_selectors",
                TrailName=change.arn,
                **unfold(change.after),
            )
        case SetLogging(after=True):
            once(cloud, change, "cloudtrail", "start_logging", Name=change.arn)
        case SetLogging():
            once(cloud, change, "cloudtrail", "stop_logging", so_already=_GONE, Name=change.arn)
        case _:
            assert_never(change)


def _create(cloud: Cloud, change: PutTrail) -> None:
    trail = change.trail
    made = once(
        cloud,
        change,
        "cloudtrail",
        "create_trail",
        so_already={"TrailAlreadyExistsException"},
        settling=_SETTLING,
        IsOrganizationTrail=trail.is_organization,
        **_asked(trail),
        **({"S3KeyPrefix": trail.prefix} if trail.prefix else {}),
        **({"KmsKeyId": trail.kms_key} if trail.kms_key else {}),
        **tagged("TagsList", change.tags),
    )
    if made is None:
        _require_same(cloud, change)


def _update(cloud: Cloud, change: PutTrail) -> None:
    """An empty prefix or key takes the old one away; only the management account may say IsOrganizationTrail.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
    """
    trail, before = change.trail, change.before
    asked = {**_asked(trail), "Name": trail.arn}
    if before is not None and before.is_organization != trail.is_organization:
        asked["IsOrganizationTrail"] = trail.is_organization
    once(
        cloud,
        change,
        "cloudtrail",
        "update_trail",
        settling=_SETTLING,
        S3KeyPrefix=trail.prefix,
        KmsKeyId=trail.kms_key,
        **asked,
    )


def _asked(trail: Trail) -> dict[str, Any]:
    return {
        "Name": trail.name,
        "S3BucketName": trail.bucket,
        "IsMultiRegionTrail": trail.is_multi_region,
        "IncludeGlobalServiceEvents": trail.global_events,
        "EnableLogFileValidation": trail.validates_files,
        "RecursiveLogging": trail.recursive,
    }


def _require_same(cloud: Cloud, change: PutTrail) -> None:
    trail = change.trail
    found = ask(cloud, change, "cloudtrail", "get_trail", Name=trail.name)["Trail"]
    same = (
        found["TrailARN"] == trail.arn
        and found["S3BucketName"] == trail.bucket
        and found.get("S3KeyPrefix", "") == trail.prefix
        and found.get("IsOrganizationTrail", False) == trail.is_organization
        and found.get("IsMultiRegionTrail", False) == trail.is_multi_region
        and found.get("LogFileValidationEnabled", False) == trail.validates_files
        and found.get("KmsKeyId", "") == trail.kms_key
    )
    if not same:
        raise AwsError(
            f"trail {trail.name} exists in {change.account} {change.region} and is set up differently",
            code="TrailAlreadyExistsException",
            hint="plan again: it was made after the organization was read",
        )
