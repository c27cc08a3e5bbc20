"""Whether it is up, and who pays for a bucket's requests."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from trailkeep.lab import Lab, start


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with start("small") as running:
        yield running


def test_it_is_up_until_it_is_stopped() -> None:
    with start("small") as running:
        assert running.is_up()
    assert not running.is_up()


def test_the_owner_of_a_bucket_pays_unless_somebody_says_otherwise(lab: Lab) -> None:
    variables = lab.environment()
    s3 = boto3.client(
        "s3",
        endpoint_url=lab.url,
        region_name="us-east-1",
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}),
    )
    s3.create_bucket(Bucket="pays-for-itself")
    assert s3.get_bucket_request_payment(Bucket="pays-for-itself")["Payer"] == "BucketOwner"
    s3.put_bucket_request_payment(Bucket="pays-for-itself", RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(Bucket="pays-for-itself")["Payer"] == "Requester"
    s3.delete_bucket(Bucket="pays-for-itself")
    s3.create_bucket(Bucket="pays-for-itself")
    assert s3.get_bucket_request_payment(Bucket="pays-for-itself")["Payer"] == "BucketOwner"
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.get_bucket_request_payment(Bucket="not-there")
