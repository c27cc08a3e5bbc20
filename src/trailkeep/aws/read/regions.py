"""Which Regions an account has enabled."""

from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.organization import Organization

TRUSTED = "account.amazonaws.com"

_ENABLED = ["ENABLED", "ENABLED_BY_DEFAULT"]
_MANY = 300


def read_regions(cloud: Cloud, organization: Organization, account: AccountId) -> tuple[Region, ...]:
    """The enabled Regions of `account`, sorted; those being enabled or disabled are not among them.

    Asked from the management account where it may, else from inside the account; the management account must leave
    its own id out (botocore model account ListRegions). Raises AwsError when neither may.
    """
    if account == cloud.caller.account:
        return _inside(cloud, account)
    if TRUSTED not in organization.trusted_access:
        return _inside(cloud, account)
    ways = [_from_outside, _inside]
    if len(organization.accounts) > _MANY:  # 5 requests a second for the management account, 5 for each member itself
        ways.reverse()
    try:
        return ways[0](cloud, account)
    except AwsError:
        return ways[1](cloud, account)


def _from_outside(cloud: Cloud, account: AccountId) -> tuple[Region, ...]:
    return _regions(cloud, cloud.caller.account, AccountId=account)


def _inside(cloud: Cloud, account: AccountId) -> tuple[Region, ...]:
    return _regions(cloud, account)


def _regions(cloud: Cloud, asker: AccountId, **params: Any) -> tuple[Region, ...]:  # noqa: ANN401 as Cloud.pages
    found = cloud.pages(
        asker, "", "account", "list_regions", "Regions", RegionOptStatusContains=_ENABLED, MaxResults=50, **params
    )
    return tuple(sorted(Region(r["RegionName"]) for r in found if r.get("RegionOptStatus") in _ENABLED))
