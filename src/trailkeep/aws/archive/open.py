"""Find a bucket, and open it."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from trailkeep.aws.archive.environment import Provider, from_environment
from trailkeep.aws.archive.patience import Patience
from trailkeep.aws.archive.s3 import S3Archive
from trailkeep.aws.clock import Clock
from trailkeep.errors import AwsError
from trailkeep.ports import ReadError

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud


def open_quickly(
    cloud: "Callable[[], Cloud]", bucket: str, *, original: str | None, profile: str | None, workers: int
) -> S3Archive:
    """A bucket as a Store, read with our own credentials; `cloud` is entered only where they do not open it at once.

    Raises AwsError when it does not exist or may not be looked at.
    """
    found = from_environment() if profile is None else None
    if found is not None:
        credentials, region = found
        archive = _archive(cloud, bucket, original, region, None, credentials, workers)
        try:
            archive.folders("")
        except ReadError:  # wrong credentials, another Region, a closed bucket: the long way says which
            pass
        else:
            return archive
    return open_bucket(cloud(), bucket, original=original, account=None, profile=profile, workers=workers)


def open_bucket(
    cloud: "Cloud", bucket: str, *, original: str | None, account: str | None, profile: str | None, workers: int
) -> S3Archive:
    """A bucket as a Store, read with our own credentials or those of `account`'s access role.

    Raises AwsError when it does not exist or may not be looked at.
    """
    from trailkeep.aws.archive.credentials import provider  # noqa: PLC0415 it loads botocore

    who = account or cloud.caller.account
    credentials = provider(cloud, profile, account)

    def opened(region: str) -> S3Archive:
        return _archive(lambda: cloud, bucket, original, region, who, credentials, workers)

    archive = opened(cloud.caller.region)
    try:
        archive.folders("")
    except ReadError:  # perhaps it lies in another Region; if it is closed to us, this says so in AWS's words
        told = cloud.call(who, cloud.caller.region, "s3", "head_bucket", Bucket=bucket)
        region = told.get("BucketRegion") or told["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region")
        return opened(region or cloud.caller.region)
    return archive


def is_owned_by(cloud: "Cloud", bucket: str, account: str) -> bool:
    """Whether a bucket belongs to an account, as S3 says (Amazon S3 User Guide, bucket-owner-condition.html).

    Nothing of the bucket is read; somebody else's answers 403 whatever its policy allows.
    """
    try:
        cloud.call(account, cloud.caller.region, "s3", "head_bucket", Bucket=bucket, ExpectedBucketOwner=account)
    except AwsError:
        return False
    return True


def _archive(
    cloud: "Callable[[], Cloud]",
    bucket: str,
    original: str | None,
    region: str,
    account: str | None,
    credentials: Provider,
    workers: int,
) -> S3Archive:
    endpoint, haste = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"), 1.0
    if "TRAILKEEP_LAB" in os.environ:
        from trailkeep.aws.clients import is_lab, lab_endpoint  # noqa: PLC0415 it loads botocore

        endpoint, haste = lab_endpoint() or endpoint, 0.05 if is_lab() else 1.0
    return S3Archive(
        cloud,
        place=bucket,
        original=original or bucket,
        region=region,
        account=account,
        provider=credentials,
        endpoint=endpoint,
        patience=Patience(most=workers, clock=Clock(), haste=haste),
    )
