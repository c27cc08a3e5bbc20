"""Find a bucket, and open it."""

import os

from trailkeep.aws.archive.credentials import provider
from trailkeep.aws.archive.patience import Patience
from trailkeep.aws.archive.s3 import S3Archive
from trailkeep.aws.clients import is_lab
from trailkeep.aws.clock import Clock
from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.ports import ReadError


def open_bucket(
    cloud: Cloud, bucket: str, *, original: str | None, account: str | None, profile: str | None, workers: int
) -> S3Archive:
    """A bucket as a Store, read with our own credentials or those of `account`'s access role.

    Raises AwsError when it does not exist or may not be looked at.
    """
    who = account or cloud.caller.account
    credentials = provider(cloud, profile, account)

    def opened(region: str) -> S3Archive:
        return S3Archive(
            cloud,
            place=bucket,
            original=original or bucket,
            region=region,
            account=who,
            provider=credentials,
            endpoint=os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"),
            patience=Patience(most=workers, clock=Clock(), haste=0.05 if is_lab() else 1.0),
        )

    archive = opened(cloud.caller.region)
    try:
        archive.folders("")
    except ReadError:  # perhaps it lies in another Region; if it is closed to us, this says so in AWS's words
        told = cloud.call(who, cloud.caller.region, "s3", "head_bucket", Bucket=bucket)
        region = told.get("BucketRegion") or told["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region")
        return opened(region or cloud.caller.region)
    return archive


def is_owned_by(cloud: Cloud, bucket: str, account: str) -> bool:
    """Whether a bucket belongs to an account, as S3 says (Amazon S3 User Guide, bucket-owner-condition.html).

    Nothing of the bucket is read; somebody else's answers 403 whatever its policy allows.
    """
    try:
        cloud.call(account, cloud.caller.region, "s3", "head_bucket", Bucket=bucket, ExpectedBucketOwner=account)
    except AwsError:
        return False
    return True
