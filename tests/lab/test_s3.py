"""S3 over the wire: bucket policies, other accounts, MFA Delete, Object Lock, defaults."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.lab.conftest import World, refusal

SECURITY, SHOP = "222222222222", "444444444444"


def make(world: World, name: str, account: str = SECURITY) -> Any:
    s3 = world.client("s3", account)
    s3.create_bucket(Bucket=name)
    return s3


def statement(bucket: str, **changed: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{SHOP}:root"}, "Action": "s3:GetObject"}
    return {**made, "Resource": f"arn:aws:s3:::{bucket}/*", **changed}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_a_new_bucket_has_todays_defaults(small: World) -> None:
    s3 = make(small, "defaults-bucket")
    (rule,) = s3.get_bucket_encryption(Bucket="defaults-bucket")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert all(s3.get_public_access_block(Bucket="defaults-bucket")["PublicAccessBlockConfiguration"].values())
    (owned,) = s3.get_bucket_ownership_controls(Bucket="defaults-bucket")["OwnershipControls"]["Rules"]
    assert owned["ObjectOwnership"] == "BucketOwnerEnforced"
    assert "Status" not in s3.get_bucket_versioning(Bucket="defaults-bucket")
    s3.delete_bucket_encryption(Bucket="defaults-bucket")
    assert s3.get_bucket_encryption(Bucket="defaults-bucket")["ServerSideEncryptionConfiguration"]["Rules"] == [rule]


def test_other_accounts_need_the_bucket_policy(small: World) -> None:
    s3, other = make(small, "shared-bucket"), small.client("s3", SHOP)
    s3.put_object(Bucket="shared-bucket", Key="a/b c.txt", Body=b"text")
    assert refusal(other.get_object, Bucket="shared-bucket", Key="a/b c.txt") == "AccessDenied"
    s3.put_bucket_policy(Bucket="shared-bucket", Policy=document(statement("shared-bucket")))
    assert other.get_object(Bucket="shared-bucket", Key="a/b c.txt")["Body"].read() == b"text"
    assert refusal(other.put_object, Bucket="shared-bucket", Key="x", Body=b"") == "AccessDenied"
    assert refusal(other.put_bucket_policy, Bucket="shared-bucket", Policy="{}") == "MethodNotAllowed"
    assert refusal(other.head_bucket, Bucket="shared-bucket") == "403"
    assert s3.get_bucket_policy_status(Bucket="shared-bucket")["PolicyStatus"] == {"IsPublic": False}


def test_a_deny_binds_the_owner_too_and_its_condition_counts(small: World) -> None:
    s3 = make(small, "denying-bucket")
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    delete = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject"}
    s3.put_bucket_policy(
        Bucket="denying-bucket",
        Policy=document(statement("denying-bucket", **tls), statement("denying-bucket", **delete)),
    )
    s3.put_object(Bucket="denying-bucket", Key="k", Body=b"1")
    assert s3.get_object(Bucket="denying-bucket", Key="k")["Body"].read() == b"1"
    assert refusal(s3.delete_object, Bucket="denying-bucket", Key="k") == "AccessDenied"


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "not json",
        document(),
        document(statement("another-bucket")),
        document(statement("policy-bucket", Resource="arn:aws:s3:::/*")),
        document(statement("policy-bucket", Resource="arn:aws:s3:::")),
        document(statement("policy-bucket", Action="ec2:RunInstances")),
        document(statement("policy-bucket", Principal={"AWS": f"arn:aws:iam::{SHOP}:role/Nobody"})),
        document(*(statement("policy-bucket", Sid=f"S{n}" + "x" * 300) for n in range(60))),
    ],
)
def test_bad_policies_are_malformed(small: World, policy: str) -> None:
    s3 = small.client("s3", SECURITY)
    if "policy-bucket" not in {b["Name"] for b in s3.list_buckets()["Buckets"]}:
        make(small, "policy-bucket")
    assert refusal(s3.put_bucket_policy, Bucket="policy-bucket", Policy=policy) == "MalformedPolicy"


def test_public_policies_are_blocked_until_allowed(small: World) -> None:
    s3 = make(small, "public-bucket")
    public = document(statement("public-bucket", Principal="*"))
    assert refusal(s3.put_bucket_policy, Bucket="public-bucket", Policy=public) == "AccessDenied"
    s3.delete_public_access_block(Bucket="public-bucket")
    s3.put_bucket_policy(Bucket="public-bucket", Policy=public)
    assert s3.get_bucket_policy_status(Bucket="public-bucket")["PolicyStatus"] == {"IsPublic": True}


def test_mfa_delete_is_the_root_users_alone(small: World) -> None:
    s3 = make(small, "mfa-bucket")
    on = {"Status": "Enabled", "MFADelete": "Enabled"}
    put = s3.put_bucket_versioning
    assert refusal(put, Bucket="mfa-bucket", VersioningConfiguration=on) == "AccessDenied"
    code = {"MFA": "arn:aws:iam::222222222222:mfa/root 123456"}
    assert refusal(put, Bucket="mfa-bucket", VersioningConfiguration=on, **code) == "AccessDenied"
    small.lab.enable_mfa_delete("mfa-bucket")
    state = s3.get_bucket_versioning(Bucket="mfa-bucket")
    assert (state["Status"], state["MFADelete"]) == ("Enabled", "Enabled")
    assert refusal(put, Bucket="mfa-bucket", VersioningConfiguration={"Status": "Suspended"}) == "AccessDenied"
    rules = {"Rules": [{"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}
    lifecycle = s3.put_bucket_lifecycle_configuration
    assert refusal(lifecycle, Bucket="mfa-bucket", LifecycleConfiguration=rules) == "InvalidBucketState"
    version = s3.put_object(Bucket="mfa-bucket", Key="k", Body=b"1")["VersionId"]
    assert refusal(s3.delete_object, Bucket="mfa-bucket", Key="k", VersionId=version) == "AccessDenied"
    objects = {"Objects": [{"Key": "k", "VersionId": version}]}
    assert refusal(s3.delete_objects, Bucket="mfa-bucket", Delete=objects) == "AccessDenied"
    s3.delete_object(Bucket="mfa-bucket", Key="k")
    make(small, "lifecycle-bucket").put_bucket_lifecycle_configuration(
        Bucket="lifecycle-bucket", LifecycleConfiguration=rules
    )
    with pytest.raises(ValueError, match="lifecycle"):
        small.lab.enable_mfa_delete("lifecycle-bucket")


def test_object_lock_can_be_put_on_a_bucket_with_objects(small: World) -> None:
    s3 = make(small, "lock-bucket")
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
    put = s3.put_object_lock_configuration
    assert refusal(put, Bucket="lock-bucket", ObjectLockConfiguration=lock) == "InvalidBucketState"
    s3.put_bucket_versioning(Bucket="lock-bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="lock-bucket", Key="before", Body=b"1")
    put(Bucket="lock-bucket", ObjectLockConfiguration=lock)
    assert s3.get_object_lock_configuration(Bucket="lock-bucket")["ObjectLockConfiguration"] == lock
    version = s3.put_object(Bucket="lock-bucket", Key="after", Body=b"1")["VersionId"]
    assert refusal(s3.delete_object, Bucket="lock-bucket", Key="after", VersionId=version) == "AccessDenied"
    suspended = {"Status": "Suspended"}
    refused = refusal(s3.put_bucket_versioning, Bucket="lock-bucket", VersioningConfiguration=suspended)
    assert refused == "InvalidBucketState"


def test_access_logging_is_kept(small: World) -> None:
    s3 = make(small, "logged-bucket")
    make(small, "access-logs-bucket")
    allow = statement("access-logs-bucket", Principal={"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject")
    s3.put_bucket_policy(Bucket="access-logs-bucket", Policy=document(allow))
    target = {"TargetBucket": "access-logs-bucket", "TargetPrefix": "s3/"}
    s3.put_bucket_logging(Bucket="logged-bucket", BucketLoggingStatus={"LoggingEnabled": target})
    kept = s3.get_bucket_logging(Bucket="logged-bucket")["LoggingEnabled"]
    assert (kept["TargetBucket"], kept["TargetPrefix"]) == ("access-logs-bucket", "s3/")


def test_retention_is_read_and_only_lengthened(small: World) -> None:
    s3 = small.client("s3", SECURITY)
    s3.create_bucket(Bucket="retention-bucket", ObjectLockEnabledForBucket=True)
    key = {"Bucket": "retention-bucket", "Key": "k"}
    s3.put_object(**key, Body=b"1")
    assert refusal(s3.get_object_retention, **key) == "NoSuchObjectLockConfiguration"
    later, sooner = datetime(2040, 1, 1, tzinfo=UTC), datetime(2039, 1, 1, tzinfo=UTC)
    s3.put_object_retention(**key, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": sooner})
    s3.put_object_retention(**key, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": later})
    assert s3.get_object_retention(**key)["Retention"] == {"Mode": "COMPLIANCE", "RetainUntilDate": later}
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": sooner}
    assert refusal(s3.put_object_retention, **key, Retention=shorter) == "AccessDenied"
    weaker = {"Mode": "GOVERNANCE", "RetainUntilDate": later}
    bypass = {"BypassGovernanceRetention": True}
    assert refusal(s3.put_object_retention, **key, Retention=weaker, **bypass) == "AccessDenied"
