"""What `trailkeep apply` built, as the AWS CLI sees it: the same wire, another client."""

import json
from typing import Any

import pytest

from tests.foreign.conftest import Aws

pytestmark = pytest.mark.foreign

MANAGEMENT, SECURITY, SHOP = "111111111111", "222222222222", "444444444444"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{MANAGEMENT}:trail/trailkeep"


@pytest.fixture(scope="module")
def archive(aws: Aws) -> str:
    """The account that apply created."""
    accounts = aws("organizations", "list-accounts")["Accounts"]
    assert {a["Name"] for a in accounts} == {"Small", "Security Tooling", "Shop", "Sandbox", "Log Archive"}
    return str(next(a["Id"] for a in accounts if a["Name"] == "Log Archive"))


@pytest.fixture(scope="module")
def vault(aws: Aws, archive: str) -> Aws:
    """Inside the log-archive account."""
    return aws.inside(archive)


@pytest.fixture(scope="module")
def shop(aws: Aws) -> Aws:
    """Inside an ordinary member."""
    return aws.inside(SHOP)


def test_the_organization_has_all_features_and_both_policy_types(aws: Aws) -> None:
    organization = aws("organizations", "describe-organization")["Organization"]
    assert organization["FeatureSet"] == "ALL"
    assert organization["MasterAccountId"] == MANAGEMENT
    types = aws("organizations", "list-roots")["Roots"][0]["PolicyTypes"]
    enabled = {t["Type"] for t in types if t["Status"] == "ENABLED"}
    assert enabled == {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"}


def test_one_organization_trail_hears_every_region(aws: Aws, archive: str) -> None:
    (trail,) = aws("cloudtrail", "describe-trails")["trailList"]
    assert trail["TrailARN"] == TRAIL
    assert trail["S3BucketName"] == f"small-trail-{archive}-eu-west-1"
    assert trail["IsOrganizationTrail"] is True
    assert trail["IsMultiRegionTrail"] is True
    assert trail["LogFileValidationEnabled"] is True
    assert trail["IncludeGlobalServiceEvents"] is True
    assert trail["HomeRegion"] == "eu-west-1"
    assert trail["KmsKeyId"].startswith(f"arn:aws:kms:eu-west-1:{SECURITY}:key/")


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_trail_runs_in_every_region_for_the_management_account_and_for_a_member(
    aws: Aws, shop: Aws, region: str
) -> None:
    for who in (aws, shop):
        status = who("cloudtrail", "get-trail-status", name=TRAIL, region=region)
        assert status["IsLogging"] is True
        assert "LatestDeliveryError" not in status


def test_the_trail_records_who_touches_log_objects(aws: Aws, archive: str) -> None:
    answer = aws("cloudtrail", "get-event-selectors", trail_name=TRAIL)
    fields = [
        {f["Field"]: f.get("Equals") or f.get("StartsWith") for f in s["FieldSelectors"]}
        for s in answer["AdvancedEventSelectors"]
    ]
    assert {"eventCategory": ["Management"]} in fields
    (data,) = [f for f in fields if f["eventCategory"] == ["Data"]]
    assert f"arn:aws:s3:::small-trail-{archive}-eu-west-1/" in data["resources.ARN"]


@pytest.mark.parametrize(
    ("place", "region"), [("management", "us-east-1"), ("shop", "eu-west-1"), ("vault", "eu-central-1")]
)
def test_config_records_everything_everywhere(
    aws: Aws, shop: Aws, vault: Aws, archive: str, place: str, region: str
) -> None:
    who = {"management": aws, "shop": shop, "vault": vault}[place]
    (recorder,) = who("configservice", "describe-configuration-recorders", region=region)["ConfigurationRecorders"]
    assert recorder["roleARN"].endswith(":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")
    assert recorder["recordingGroup"]["allSupported"] is True
    assert recorder["recordingGroup"]["includeGlobalResourceTypes"] is (region == "eu-west-1")
    (status,) = who("configservice", "describe-configuration-recorder-status", region=region)[
        "ConfigurationRecordersStatus"
    ]
    assert status["recording"] is True
    (channel,) = who("configservice", "describe-delivery-channels", region=region)["DeliveryChannels"]
    assert channel["s3BucketName"] == f"small-config-{archive}-eu-west-1"


def test_the_trail_bucket_is_versioned_locked_encrypted_and_private(vault: Aws, archive: str) -> None:
    bucket = f"small-trail-{archive}-eu-west-1"
    assert vault("s3api", "get-bucket-versioning", bucket=bucket)["Status"] == "Enabled"
    lock = vault("s3api", "get-object-lock-configuration", bucket=bucket)["ObjectLockConfiguration"]
    assert lock["ObjectLockEnabled"] == "Enabled"
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}
    rule = vault("s3api", "get-bucket-encryption", bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    public = vault("s3api", "get-public-access-block", bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(public.values()) == {True}
    assert {t["Key"]: t["Value"] for t in vault("s3api", "get-bucket-tagging", bucket=bucket)["TagSet"]} == {
        "owner": "platform"
    }


def test_the_config_bucket_is_versioned_and_never_locked(vault: Aws, archive: str) -> None:
    bucket = f"small-config-{archive}-eu-west-1"
    assert vault("s3api", "get-bucket-versioning", bucket=bucket)["Status"] == "Enabled"
    refused = vault.run("s3api", "get-object-lock-configuration", bucket=bucket, region="eu-west-1")
    assert refused.returncode != 0
    assert "ObjectLockConfigurationNotFoundError" in refused.stderr


@pytest.mark.parametrize(("kind", "service"), [("trail", "cloudtrail"), ("config", "config")])
def test_each_bucket_lets_one_service_write(vault: Aws, archive: str, kind: str, service: str) -> None:
    answer = vault("s3api", "get-bucket-policy", bucket=f"small-{kind}-{archive}-eu-west-1")
    statements: list[dict[str, Any]] = json.loads(answer["Policy"])["Statement"]
    writers = [s["Principal"] for s in statements if s["Effect"] == "Allow"]
    assert writers
    assert all(w == {"Service": f"{service}.amazonaws.com"} for w in writers)


def test_the_guardrails_are_attached_where_the_specification_says(aws: Aws, archive: str) -> None:
    policies = {
        p["Name"]: p["Id"]
        for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
        for p in aws("organizations", "list-policies", filter=kind)["Policies"]
    }

    def targets(name: str) -> set[str]:
        found = aws("organizations", "list-targets-for-policy", policy_id=policies[name])["Targets"]
        return {t["Name"] for t in found}

    assert targets("trailkeep-logging") == {"Security", "Workloads", "Sandbox"}
    assert targets("trailkeep-archive") == {"Log Archive", "Security Tooling"}
    assert targets("trailkeep-archive-resources") == {"Log Archive", "Security Tooling"}
    full = aws("organizations", "list-targets-for-policy", policy_id=policies["FullAWSAccess"])["Targets"]
    assert {"Security", "Workloads", "Sandbox", "Log Archive"} <= {t["Name"] for t in full}


@pytest.mark.parametrize("operation", ["stop-logging", "delete-trail"])
def test_the_organization_trail_is_out_of_a_members_reach(shop: Aws, operation: str) -> None:
    refused = shop.run("cloudtrail", operation, region="eu-west-1", name=TRAIL)
    assert refused.returncode != 0
    assert "AccessDenied" in refused.stderr or "NotOrganizationMasterAccount" in refused.stderr


def test_nobody_inside_the_archive_can_delete_its_bucket_or_its_policy(vault: Aws, archive: str) -> None:
    for bucket in (f"small-trail-{archive}-eu-west-1", f"small-config-{archive}-eu-west-1"):
        refused = vault.run("s3api", "delete-bucket", bucket=bucket, region="eu-west-1")
        assert refused.returncode != 0
        assert "AccessDenied" in refused.stderr
