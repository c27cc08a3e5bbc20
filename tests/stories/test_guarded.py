"""What apply built holds against administrators of member accounts, and lets trailkeep through."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.stories.desk import HOME, MANAGEMENT, SHOP, Desk

pytestmark = pytest.mark.story

TRUST = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}, "Action": "sts:AssumeRole"}
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})


def administrator(desk: Desk, account: str) -> boto3.Session:
    """A role of the account itself, with every permission that IAM can give; only organization policies bind it."""
    iam = desk.client("iam", account)
    iam.create_role(RoleName="administrator", AssumeRolePolicyDocument=DOCUMENT)
    iam.attach_role_policy(RoleName="administrator", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    role = f"arn:aws:iam::{account}:role/administrator"
    key = desk.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=HOME)


def refused(desk: Desk, session: boto3.Session, service: str, action: str, **arguments: Any) -> None:
    client = session.client(service, endpoint_url=desk.environment["AWS_ENDPOINT_URL"])
    with pytest.raises(ClientError, match=r"AccessDenied") as said:
        getattr(client, action)(**arguments)
    assert "with an explicit deny in a service control policy: arn:aws:organizations::" in str(said.value) or (
        service == "s3"
        and "with an explicit deny in a resource control policy: arn:aws:organizations::" in str(said.value)
    )


def test_no_administrator_of_a_member_can_stop_logging_or_become_exempt(built: Desk) -> None:
    desk, who = built, administrator(built, SHOP)
    refused(desk, who, "config", "stop_configuration_recorder", ConfigurationRecorderName="default")
    refused(desk, who, "config", "delete_configuration_recorder", ConfigurationRecorderName="default")
    refused(desk, who, "config", "delete_delivery_channel", DeliveryChannelName="default")
    refused(desk, who, "cloudtrail", "stop_logging", Name="any-trail-of-mine")
    refused(desk, who, "cloudtrail", "delete_trail", Name="any-trail-of-mine")
    refused(desk, who, "iam", "create_role", RoleName="TrailkeepBreakGlass", AssumeRolePolicyDocument=DOCUMENT)
    refused(
        desk,
        who,
        "iam",
        "update_assume_role_policy",
        RoleName="OrganizationAccountAccessRole",
        PolicyDocument=DOCUMENT,
    )
    refused(desk, who, "organizations", "leave_organization")


def test_no_administrator_of_the_archive_can_delete_logs_or_weaken_their_bucket(built: Desk) -> None:
    desk = built
    archive = desk.log_archive()
    who = administrator(desk, archive)
    bucket = f"small-trail-{archive}-{HOME}"
    refused(desk, who, "s3", "delete_object", Bucket=bucket, Key="AWSLogs/x")
    refused(desk, who, "s3", "put_object", Bucket=bucket, Key="AWSLogs/forged", Body=b"{}")
    refused(desk, who, "s3", "delete_bucket", Bucket=bucket)
    refused(desk, who, "s3", "delete_bucket_policy", Bucket=bucket)
    refused(desk, who, "s3", "put_bucket_policy", Bucket=bucket, Policy=DOCUMENT)
    refused(desk, who, "s3", "put_bucket_versioning", Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    refused(desk, who, "s3", "delete_bucket_lifecycle", Bucket=bucket)


def test_what_is_not_logging_is_left_alone(built: Desk) -> None:
    """The obvious repair of the recipe's policies would stop every deletion in every bucket of every account."""
    who = administrator(built, SHOP).client("s3", endpoint_url=built.environment["AWS_ENDPOINT_URL"])
    who.create_bucket(Bucket="shop-scratch")
    who.put_object(Bucket="shop-scratch", Key="a", Body=b"x")
    who.delete_object(Bucket="shop-scratch", Key="a")
    who.delete_bucket(Bucket="shop-scratch")


def test_an_auditor_reads_and_nobody_else_outside_of_the_archive(desk: Desk) -> None:
    """A reader named in the specification reads logs and nothing more; without being named nobody of a member does."""
    iam = desk.client("iam", SHOP)
    iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=DOCUMENT)
    iam.attach_role_policy(RoleName="auditor", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    desk.spec(archive={"readers": [f"arn:aws:iam::{SHOP}:role/auditor"]})
    desk.apply().expect(0)
    bucket = f"small-trail-{desk.log_archive()}-{HOME}"
    role = f"arn:aws:iam::{SHOP}:role/auditor"
    key = desk.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=HOME)
    auditor = session.client("s3", endpoint_url=desk.environment["AWS_ENDPOINT_URL"])
    assert auditor.list_objects_v2(Bucket=bucket)["KeyCount"] >= 0
    refused(desk, session, "s3", "put_object", Bucket=bucket, Key="AWSLogs/forged", Body=b"{}")
    other = administrator(desk, SHOP).client("s3", endpoint_url=desk.environment["AWS_ENDPOINT_URL"])
    with pytest.raises(ClientError, match="because no resource-based policy allows the s3:ListBucket action"):
        other.list_objects_v2(Bucket=bucket)
