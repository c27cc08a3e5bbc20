"""What the rules look at is what the other services show: each setting made over the wire, and judged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.conftest import World, trail_policy
from tests.lab.recorded import HOME, MANAGEMENT, SECURITY, SHOP, bucket, config, of, recorded, rule, said


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with recorded(SHOP) as made:
        yield made


def judged(world: World, identifier: str, **parameters: str) -> str:
    """What a rule says now, of the shop in the home Region."""
    more = {"InputParameters": json.dumps(parameters)} if parameters else {}
    config(world, SHOP).put_config_rule(ConfigRule=rule("now", identifier, **more))
    answer = said(world, SHOP)["now"]
    config(world, SHOP).delete_config_rule(ConfigRuleName="now")
    return answer


GOOD, BAD, NOTHING = "COMPLIANT", "NON_COMPLIANT", "INSUFFICIENT_DATA"


def test_a_bucket_and_its_settings(world: World) -> None:
    assert judged(world, "S3_BUCKET_VERSIONING_ENABLED") == NOTHING
    s3, name = bucket(world, SHOP, "shop-logs"), "shop-logs"
    assert judged(world, "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED") == GOOD, "on in new buckets since 2023"
    s3.delete_public_access_block(Bucket=name)
    assert judged(world, "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED") == BAD

    assert judged(world, "S3_BUCKET_DEFAULT_LOCK_ENABLED") == BAD
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    assert judged(world, "S3_BUCKET_VERSIONING_ENABLED") == GOOD
    lock: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    assert judged(world, "S3_BUCKET_DEFAULT_LOCK_ENABLED") == BAD, "a lock without default retention"
    lock["Rule"] = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    assert judged(world, "S3_BUCKET_DEFAULT_LOCK_ENABLED", mode="COMPLIANCE") == GOOD
    assert judged(world, "S3_BUCKET_DEFAULT_LOCK_ENABLED", mode="GOVERNANCE") == BAD

    assert judged(world, "S3_BUCKET_SSL_REQUESTS_ONLY") == BAD
    policy = trail_policy(name, owner=SHOP, trail=f"arn:aws:cloudtrail:{HOME}:{SHOP}:trail/x")
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    assert judged(world, "S3_BUCKET_SSL_REQUESTS_ONLY") == GOOD
    world.lab.enable_mfa_delete(name)
    assert judged(world, "S3_BUCKET_VERSIONING_ENABLED", isMfaDeleteEnabled="true") == GOOD


def test_lifecycle_rules_as_they_were_put(world: World) -> None:
    s3, name = bucket(world, SHOP, "shop-lifecycle"), "shop-lifecycle"
    only = {"bucketNames": name}
    assert judged(world, "S3_LIFECYCLE_POLICY_CHECK", **only) == BAD
    put = {
        "ID": "logs",
        "Status": "Disabled",
        "Filter": {"Prefix": "AWSLogs/"},
        "Expiration": {"Days": 400},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}],
    }
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [put]})
    assert judged(world, "S3_LIFECYCLE_POLICY_CHECK", **only) == BAD
    enabled = {**put, "Status": "Enabled"}
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [enabled]})
    assert judged(world, "S3_LIFECYCLE_POLICY_CHECK", **only) == GOOD
    wanted = {"targetExpirationDays": "400", "targetPrefix": "AWSLogs/", "targetTransitionDays": "90"}
    assert judged(world, "S3_LIFECYCLE_POLICY_CHECK", **only, **wanted) == GOOD
    assert judged(world, "S3_LIFECYCLE_POLICY_CHECK", **only, targetTransitionStorageClass="GLACIER") == BAD
    s3.delete_bucket(Bucket=name)


def test_keys_and_encryption(world: World) -> None:
    kms = world.client("kms", SHOP, HOME)
    key = kms.create_key()["KeyMetadata"]
    assert judged(world, "CMK_BACKING_KEY_ROTATION_ENABLED") == BAD
    kms.enable_key_rotation(KeyId=key["KeyId"])
    assert judged(world, "CMK_BACKING_KEY_ROTATION_ENABLED") == GOOD
    s3, name = bucket(world, SHOP, "shop-encrypted"), "shop-encrypted"
    assert judged(world, "S3_DEFAULT_ENCRYPTION_KMS") == BAD
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    for one in (name, "shop-logs"):
        s3.put_bucket_encryption(Bucket=one, ServerSideEncryptionConfiguration=rules)
    assert judged(world, "S3_DEFAULT_ENCRYPTION_KMS", kmsKeyArns=key["Arn"]) == GOOD
    assert judged(world, "KMS_CMK_NOT_SCHEDULED_FOR_DELETION", kmsKeyIds=key["KeyId"]) == GOOD
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert judged(world, "KMS_CMK_NOT_SCHEDULED_FOR_DELETION") == BAD
    assert judged(world, "CMK_BACKING_KEY_ROTATION_ENABLED") == NOTHING


def test_the_organizations_trail_counts_in_a_member(world: World) -> None:
    assert judged(world, "CLOUD_TRAIL_ENABLED") == BAD
    assert judged(world, "CLOUD_TRAIL_ENCRYPTION_ENABLED") == NOTHING
    world.client("organizations").enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
    arn = f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT}:trail/trailkeep"
    organization = world.lab.state()["organization"]
    policy = trail_policy("small-trail", owner=MANAGEMENT, trail=arn, organization=organization)
    bucket(world, SECURITY, "small-trail").put_bucket_policy(Bucket="small-trail", Policy=policy)
    trails = world.client("cloudtrail", of(MANAGEMENT), HOME)
    trails.create_trail(
        Name="trailkeep",
        S3BucketName="small-trail",
        IsMultiRegionTrail=True,
        IsOrganizationTrail=True,
        EnableLogFileValidation=True,
    )
    assert judged(world, "CLOUD_TRAIL_ENABLED") == BAD, "it does not log yet"
    trails.start_logging(Name="trailkeep")
    assert judged(world, "CLOUD_TRAIL_ENABLED", s3BucketName="small-trail") == GOOD
    assert judged(world, "MULTI_REGION_CLOUD_TRAIL_ENABLED") == GOOD
    assert judged(world, "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED") == GOOD
    assert judged(world, "CLOUD_TRAIL_ENCRYPTION_ENABLED") == BAD
    assert judged(world, "CLOUDTRAIL_SECURITY_TRAIL_ENABLED") == BAD


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], GOOD),
        ([{"Field": "readOnly", "Equals": ["false"]}], BAD),
        ([{"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]}], BAD),
    ],
)
def test_advanced_selectors(world: World, fields: list[dict[str, Any]], expected: str) -> None:
    trails = world.client("cloudtrail", of(MANAGEMENT), HOME)
    selectors = [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, *fields]}]
    trails.put_event_selectors(TrailName="trailkeep", AdvancedEventSelectors=selectors)
    assert judged(world, "MULTI_REGION_CLOUD_TRAIL_ENABLED", readWriteType="ALL") == expected


def test_basic_selectors(world: World) -> None:
    trails = world.client("cloudtrail", of(MANAGEMENT), HOME)
    selector = {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}
    trails.put_event_selectors(TrailName="trailkeep", EventSelectors=[selector])
    assert judged(world, "MULTI_REGION_CLOUD_TRAIL_ENABLED") == GOOD
    assert judged(world, "MULTI_REGION_CLOUD_TRAIL_ENABLED", readWriteType="WRITE_ONLY") == GOOD
    assert judged(world, "MULTI_REGION_CLOUD_TRAIL_ENABLED", readWriteType="ALL") == BAD
    excluding = {"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    trails.put_event_selectors(TrailName="trailkeep", EventSelectors=[excluding])
    assert judged(world, "MULTI_REGION_CLOUD_TRAIL_ENABLED") == BAD


def test_the_hub_and_the_organization(world: World) -> None:
    hub = world.client("securityhub", SHOP, HOME)
    assert judged(world, "SECURITYHUB_ENABLED") == BAD
    hub.enable_security_hub(EnableDefaultStandards=False)
    assert judged(world, "SECURITYHUB_ENABLED") == GOOD
    hub.disable_security_hub()
    assert judged(world, "SECURITYHUB_ENABLED") == BAD
    assert judged(world, "ACCOUNT_PART_OF_ORGANIZATIONS", MasterAccountId=MANAGEMENT) == GOOD


def test_what_is_not_recorded_is_not_judged(world: World) -> None:
    client = config(world, SHOP)
    (recorder,) = client.describe_configuration_recorders()["ConfigurationRecorders"]
    kept = {"name": recorder["name"], "roleARN": recorder["roleARN"]}
    assert judged(world, "S3_BUCKET_VERSIONING_ENABLED") != NOTHING
    group = {"allSupported": False, "resourceTypes": ["AWS::KMS::Key"]}
    client.put_configuration_recorder(ConfigurationRecorder={**kept, "recordingGroup": group})
    assert judged(world, "S3_BUCKET_VERSIONING_ENABLED") == NOTHING
    excluding = {
        "allSupported": False,
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::KMS::Key"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }
    client.put_configuration_recorder(ConfigurationRecorder={**kept, "recordingGroup": excluding})
    assert judged(world, "S3_BUCKET_VERSIONING_ENABLED") != NOTHING
