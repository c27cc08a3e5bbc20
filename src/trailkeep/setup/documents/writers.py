"""Which trails may write into the archive: the organization trail, the members' own, or both while moving."""

from dataclasses import dataclass
from typing import Any

from trailkeep.setup.places import Places
from trailkeep.setup.spec import Spec

MEMBER_SUFFIX = "-member"
"""An organization trail shows under its name in every member, so members' own trails need another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A trail, or one trail per member, as S3 and KMS see it."""

    source_arn: str
    folders: tuple[str, ...]
    condition: dict[str, dict[str, Any]]


def organization_trail(spec: Spec, places: Places) -> Writer:
    """The organization trail: aws:SourceArn always names the management account.

    Both write paths are needed: members' logs lie under the organization's id, and CreateTrail also checks the
    management account's own path.
    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    arn = f"arn:{places.partition}:cloudtrail:{places.home}:{places.management}:trail/{spec.trail.name}"
    return Writer(
        source_arn=arn,
        folders=(places.management, places.organization),
        condition={"StringEquals": {"aws:SourceArn": arn}},
    )


def member_trails(spec: Spec, places: Places) -> Writer:
    """One trail per member, known by its name and by the organization.

    A resource and a SourceArn for each account would fill the 20 KB of a bucket policy at some 93 accounts.
    Source: https://docs.aws.amazon.com/controltower/latest/userguide/logging-s3-audit-bucket.html (aws:SourceOrgID)
    """
    arn = f"arn:{places.partition}:cloudtrail:{places.home}:*:trail/{spec.trail.name}{MEMBER_SUFFIX}"
    return Writer(
        source_arn=arn,
        folders=("*",),
        condition={"ArnLike": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceOrgID": places.organization}},
    )
