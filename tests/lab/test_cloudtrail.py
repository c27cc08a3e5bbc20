"""CloudTrail over the wire: an organization trail, its prerequisites, and who sees it where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lab.conftest import World, message, refusal, trail_policy

MANAGEMENT, SECURITY, SHOP = "111111111111", "222222222222", "444444444444"
BUCKET = "small-trail-logs"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/trailkeep"
ASKED = {
    "Name": "trailkeep",
    "S3BucketName": BUCKET,
    "IsMultiRegionTrail": True,
    "IsOrganizationTrail": True,
    "EnableLogFileValidation": True,
}


def trails(world: World, account: str | None = None, region: str = "eu-west-1") -> Any:
    return world.client("cloudtrail", account, region)


def make_bucket(world: World, name: str, account: str = SECURITY, region: str = "eu-west-1") -> Any:
    s3 = world.client("s3", account, region)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    return s3


@pytest.fixture(scope="module")
def organization(small: World) -> World:
    """The small organization with an organization trail in eu-west-1, after every refusal on the way there."""
    create = trails(small).create_trail
    assert refusal(create, **ASKED) == "CloudTrailAccessNotEnabledException"
    small.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    assert refusal(trails(small, SHOP).create_trail, **ASKED) == "NotOrganizationMasterAccountException"
    assert refusal(create, **ASKED) == "S3BucketDoesNotExistException"
    s3 = make_bucket(small, BUCKET)
    assert message(create, **ASKED) == f"Incorrect S3 bucket policy is detected for bucket: {BUCKET}"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=trail_policy(BUCKET, owner=MANAGEMENT, trail=TRAIL))
    assert refusal(create, **ASKED) == "InsufficientS3BucketPolicyException"
    s3.put_bucket_policy(
        Bucket=BUCKET, Policy=trail_policy(BUCKET, owner=MANAGEMENT, trail=TRAIL, organization="o-small1org2")
    )
    assert create(**ASKED, RecursiveLogging=True)["TrailARN"] == TRAIL
    return small


def test_a_name_is_taken_once(organization: World) -> None:
    assert refusal(trails(organization).create_trail, **ASKED) == "TrailAlreadyExistsException"


def test_a_new_trail_does_not_log_and_has_delivered_nothing(organization: World) -> None:
    client = trails(organization)
    assert not client.get_trail_status(Name="trailkeep")["IsLogging"]
    client.start_logging(Name="trailkeep")
    status = client.get_trail_status(Name="trailkeep")
    assert status["IsLogging"]
    assert "StartLoggingTime" in status
    assert not {"LatestDeliveryTime", "LatestDigestDeliveryTime", "LatestDeliveryError"} & set(status)


def test_members_see_it_everywhere_by_its_arn(organization: World) -> None:
    for region in ("eu-west-1", "us-east-1", "eu-central-1"):
        client = trails(organization, SHOP, region)
        (seen,) = client.describe_trails()["trailList"]
        assert (seen["TrailARN"], seen["HomeRegion"], seen["IsOrganizationTrail"]) == (TRAIL, "eu-west-1", True)
        assert client.describe_trails(includeShadowTrails=False)["trailList"] == []
        assert client.list_trails()["Trails"] == [{"TrailARN": TRAIL, "Name": "trailkeep", "HomeRegion": "eu-west-1"}]
        assert "IsLogging" in client.get_trail_status(Name=TRAIL)
        assert refusal(client.get_trail_status, Name="trailkeep") == "TrailNotFoundException"


def test_members_cannot_change_it(organization: World) -> None:
    client = trails(organization, SHOP)
    assert refusal(client.stop_logging, Name=TRAIL) == "AccessDeniedException"
    assert refusal(client.delete_trail, Name=TRAIL) == "AccessDeniedException"
    assert refusal(client.stop_logging, Name="trailkeep") == "TrailNotFoundException"


def test_it_is_changed_from_its_home_region_only(organization: World) -> None:
    elsewhere = trails(organization, region="us-east-1")
    assert refusal(elsewhere.stop_logging, Name=TRAIL) == "InvalidHomeRegionException"
    assert refusal(elsewhere.update_trail, Name="trailkeep") == "InvalidHomeRegionException"
    assert elsewhere.get_trail(Name=TRAIL)["Trail"]["RecursiveLogging"] is True


def test_it_gives_every_account_the_service_role(organization: World) -> None:
    role = "AWSServiceRoleForCloudTrail"
    for account in (None, SHOP, organization.lab.add_account("Later", "aws+later@example.com")):
        assert organization.client("iam", account).get_role(RoleName=role)["Role"]["Path"] == (
            "/aws-service-role/cloudtrail.amazonaws.com/"
        )


def test_a_delegated_administrator_runs_it(organization: World) -> None:
    register = trails(organization).register_organization_delegated_admin
    register(MemberAccountId=SECURITY)
    assert refusal(register, MemberAccountId=SECURITY) == "AccountRegisteredException"
    assert refusal(register, MemberAccountId=MANAGEMENT) == "CannotDelegateManagementAccountException"
    client = trails(organization, SECURITY)
    client.update_trail(Name=TRAIL, EnableLogFileValidation=True)
    assert (
        refusal(client.update_trail, Name=TRAIL, IsOrganizationTrail=False) == "NotOrganizationMasterAccountException"
    )
    trails(organization).deregister_organization_delegated_admin(DelegatedAdminAccountId=SECURITY)
    assert refusal(client.stop_logging, Name=TRAIL) == "AccessDeniedException"


def test_a_broken_bucket_policy_shows_in_the_status(organization: World) -> None:
    s3 = organization.client("s3", SECURITY, "eu-west-1")
    good = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    trails(organization).start_logging(Name="trailkeep")
    s3.delete_bucket_policy(Bucket=BUCKET)
    status = trails(organization, SHOP, "us-east-1").get_trail_status(Name=TRAIL)
    assert (status["LatestDeliveryError"], status["LatestDigestDeliveryError"]) == ("AccessDenied", "AccessDenied")
    refused = refusal(trails(organization).update_trail, Name=TRAIL)
    assert refused == "InsufficientS3BucketPolicyException"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=good)
    assert "LatestDeliveryError" not in trails(organization, SHOP, "us-east-1").get_trail_status(Name=TRAIL)


def test_event_selectors_are_basic_or_advanced(organization: World) -> None:
    client = trails(organization)
    (default,) = client.get_event_selectors(TrailName=TRAIL)["EventSelectors"]
    assert (default["ReadWriteType"], default["IncludeManagementEvents"]) == ("All", True)
    advanced = [{"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    client.put_event_selectors(TrailName=TRAIL, AdvancedEventSelectors=advanced)
    read = trails(organization, SHOP).get_event_selectors(TrailName=TRAIL)
    assert read["AdvancedEventSelectors"] == advanced
    assert "EventSelectors" not in read
    both = {"EventSelectors": [default], "AdvancedEventSelectors": advanced}
    assert refusal(client.put_event_selectors, TrailName=TRAIL, **both) == "InvalidEventSelectorsException"
    client.put_event_selectors(TrailName=TRAIL, EventSelectors=[default])


def test_tags_are_kept(organization: World) -> None:
    client = trails(organization)
    client.add_tags(ResourceId=TRAIL, TagsList=[{"Key": "owner", "Value": "platform"}])
    (tagged,) = client.list_tags(ResourceIdList=[TRAIL])["ResourceTagList"]
    assert tagged["TagsList"] == [{"Key": "owner", "Value": "platform"}]


def test_an_encrypted_trail_needs_a_key_that_lets_it(organization: World) -> None:
    kms = organization.client("kms", SECURITY, "eu-west-1")
    key = kms.create_key()["KeyMetadata"]
    update = trails(organization).update_trail
    far = organization.client("kms", SECURITY, "us-east-1").create_key()["KeyMetadata"]["Arn"]
    assert refusal(update, Name=TRAIL, KmsKeyId=far) == "KmsKeyNotFoundException"
    assert refusal(update, Name=TRAIL, KmsKeyId=key["Arn"]) == "InsufficientEncryptionPolicyException"
    context = {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{MANAGEMENT}:trail/*"}
    service = {"Service": "cloudtrail.amazonaws.com"}
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{SECURITY}:root"}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Principal": service,
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {"StringLike": context, "StringEquals": {"aws:SourceArn": TRAIL}},
        },
        {"Effect": "Allow", "Principal": service, "Action": "kms:DescribeKey", "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=policy)
    kms.create_alias(AliasName="alias/trail", TargetKeyId=key["KeyId"])
    alias = f"arn:aws:kms:eu-west-1:{SECURITY}:alias/trail"
    assert update(Name=TRAIL, KmsKeyId=alias)["KmsKeyId"] == key["Arn"]
    kms.disable_key(KeyId=key["KeyId"])
    assert refusal(update, Name=TRAIL) == "KmsException"
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"] == policy


def test_a_region_holds_five_trails(organization: World) -> None:
    s3 = make_bucket(organization, "shop-own-trails", SHOP, "eu-central-1")
    arn = f"arn:aws:cloudtrail:eu-central-1:{SHOP}:trail/*"
    policy = trail_policy("shop-own-trails", owner=SHOP, trail=arn).replace('"StringEquals"', '"StringLike"')
    s3.put_bucket_policy(Bucket="shop-own-trails", Policy=policy)
    client = trails(organization, SHOP, "eu-central-1")
    for n in range(4):  # the organization's takes the fifth place
        client.create_trail(Name=f"own-{n}", S3BucketName="shop-own-trails")
    more = {"Name": "own-4", "S3BucketName": "shop-own-trails"}
    assert refusal(client.create_trail, **more) == "MaximumNumberOfTrailsExceededException"
    client.delete_trail(Name="own-3")
    client.create_trail(**more)


def test_the_acme_duplicate_trail_delivers_into_its_own_bucket(acme: World) -> None:
    client = trails(acme, "555555555555", "us-east-1")
    (trail,) = client.describe_trails()["trailList"]
    assert (trail["Name"], trail["HomeRegion"], trail["IsMultiRegionTrail"]) == ("payments-audit", "eu-west-1", True)
    status = client.get_trail_status(Name=trail["TrailARN"])
    assert status["IsLogging"]
    assert "LatestDeliveryError" not in status
