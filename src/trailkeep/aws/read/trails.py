"""Trails in their home Region, and their status wherever they should hear."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import blind
from trailkeep.aws.read.selectors import fold
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Unreachable
from trailkeep.model.trail import Selectors, Trail, TrailStatus

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The trails an account owns, each with its status in its home Region (None: could not be read)."""

    trails: tuple[tuple[Trail, TrailStatus | None], ...] = ()
    unreachable: tuple[Unreachable, ...] = ()


NOTHING = Own()
"""No trails, and nothing lost."""


def read_trails(cloud: Cloud, account: AccountId, region: Region) -> Own:
    """One ListTrails in `region` names the trails of all Regions; each is then asked about in its home Region.

    Organization trails of another account are left to that account.
    """
    try:
        told = list(cloud.pages(account, region, "cloudtrail", "list_trails", "Trails"))
    except AwsError as error:
        return Own(unreachable=(blind(error, account, what="trails"),))
    homes: dict[Region, list[str]] = {}
    for trail in told:
        if _owner(trail["TrailARN"]) == account:
            homes.setdefault(Region(trail["HomeRegion"]), []).append(trail["TrailARN"])
    found = [_at_home(cloud, account, home, arns) for home, arns in sorted(homes.items())]
    return Own(
        trails=tuple(pair for own in found for pair in own.trails),
        unreachable=tuple(u for own in found for u in own.unreachable),
    )


def read_status(cloud: Cloud, account: AccountId, region: Region, arn: str) -> TrailStatus | None:
    """How the trail fares in one account and Region, None where it does not exist. Raises AwsError.

    By ARN, because a name finds only trails of this account and Region (botocore model cloudtrail GetTrailStatus).
    """
    try:
        told = cloud.call(account, region, "cloudtrail", "get_trail_status", Name=arn)
    except AwsError as error:
        if error.code == "TrailNotFoundException":
            return None
        raise
    return TrailStatus(
        arn=arn,
        is_logging=bool(told.get("IsLogging")),
        started=told.get("StartLoggingTime"),
        stopped=told.get("StopLoggingTime"),
        delivered=told.get("LatestDeliveryTime"),
        delivery_error=told.get("LatestDeliveryError") or "",
        digest_delivered=told.get("LatestDigestDeliveryTime"),
        digest_error=told.get("LatestDigestDeliveryError") or "",
    )


def _at_home(cloud: Cloud, account: AccountId, home: Region, arns: list[str]) -> Own:
    try:
        told = cloud.call(
            account, home, "cloudtrail", "describe_trails", trailNameList=arns, includeShadowTrails=False
        ).get("trailList", ())
    except AwsError as error:
        return Own(unreachable=(blind(error, account, home, what="trails"),))
    trails: list[tuple[Trail, TrailStatus | None]] = []
    lost: list[Unreachable] = []
    for trail in told:
        arn, name = trail["TrailARN"], trail["Name"]
        status: TrailStatus | None = None
        selectors: Selectors | None = None
        try:
            status = read_status(cloud, account, home, arn)
        except AwsError as error:
            lost.append(blind(error, account, home, what=f"trail {name} status"))
        try:
            selectors = fold(cloud.call(account, home, "cloudtrail", "get_event_selectors", TrailName=arn))
        except AwsError as error:
            lost.append(blind(error, account, home, what=f"trail {name} selectors"))
        trails.append((_trail(trail, home, selectors, status), status))
    return Own(trails=tuple(trails), unreachable=tuple(lost))


def _trail(told: Told, home: Region, selectors: Selectors | None, status: TrailStatus | None) -> Trail:
    return Trail(
        arn=told["TrailARN"],
        name=told["Name"],
        owner=AccountId(_owner(told["TrailARN"])),
        home_region=Region(told.get("HomeRegion") or home),
        bucket=told.get("S3BucketName") or "",
        prefix=told.get("S3KeyPrefix") or "",
        kms_key=told.get("KmsKeyId") or "",
        is_organization=bool(told.get("IsOrganizationTrail")),
        is_multi_region=bool(told.get("IsMultiRegionTrail")),
        validates_files=bool(told.get("LogFileValidationEnabled")),
        global_events=bool(told.get("IncludeGlobalServiceEvents")),
        recursive=told.get("RecursiveLogging") is not False,  # the default is true (botocore model Trail)
        selectors=selectors,
        is_logging=status.is_logging if status else None,
    )


def _owner(arn: str) -> str:
    return arn.split(":")[4]
