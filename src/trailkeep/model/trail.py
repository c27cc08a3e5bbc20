"""Trails, and how each is seen from every account and Region it should hear."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from trailkeep.model.ids import AccountId, Region

ManagementEvents = Literal["all", "read", "write", "none"]


def selector_text(selector: Mapping[str, Any]) -> str:
    """One event selector as the text by which two of them are compared."""
    return json.dumps(selector, sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """What a trail records: `data` holds each selector that is not about management events, as canonical JSON.

    Basic and advanced selectors are folded into one form (botocore model cloudtrail GetEventSelectors).
    """

    management: ManagementEvents
    excluded_sources: tuple[str, ...]
    data: tuple[str, ...]


ALL_MANAGEMENT_EVENTS = Selectors(management="all", excluded_sources=(), data=())
"""What a trail records by default (botocore model cloudtrail CreateTrail, PutEventSelectors)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One trail, seen in its home Region; shadow trails are folded in when they are read.

    `kms_key` is a key ARN; `is_logging` None means its status could not be read.
    """

    arn: str
    name: str
    owner: AccountId
    home_region: Region
    bucket: str
    prefix: str
    kms_key: str
    is_organization: bool
    is_multi_region: bool
    validates_files: bool
    global_events: bool
    recursive: bool
    selectors: Selectors | None
    is_logging: bool | None

    def records(self, account: AccountId, region: Region) -> bool:
        """Whether management events of `account` in `region` reach this trail."""
        in_scope = self.is_organization or account == self.owner
        in_reach = self.is_multi_region or region == self.home_region
        return self.is_logging is True and in_scope and in_reach


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailStatus:
    """What GetTrailStatus says of one trail in one account and Region; times are UTC, errors S3's own codes.

    An absent time means CloudTrail has not delivered yet; time-outs never set `delivery_error`
    (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html).
    """

    arn: str
    is_logging: bool
    started: datetime | None
    stopped: datetime | None
    delivered: datetime | None
    delivery_error: str
    digest_delivered: datetime | None
    digest_error: str
