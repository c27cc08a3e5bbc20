"""What the managed rules about logging say, judged from plain facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkeep.lab.rules.buckets import denies_plain_transport
from trailkeep.lab.rules.catalogue import EVALUATORS, follows_changes, is_known, is_periodic, parameters_of
from trailkeep.lab.rules.facts import BucketFacts, Facts, KeyFacts, LifecycleFacts, ManagementEvents, TrailFacts

ALL = ManagementEvents(reads=True, writes=True, excludes=False)
TLS = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    }
)
TRAIL = TrailFacts(
    name="trailkeep", bucket="logs", topic="", log_group="", key="arn:aws:kms:eu-west-1:1:key/k", logs=True,
    multi_region=True, global_events=True, validates=True, management=(ALL,),
)  # fmt: skip
BUCKET = BucketFacts(
    name="logs", versioned=True, mfa_delete=True, locks=True, lock_mode="GOVERNANCE", blocks=True, policy=TLS,
    lifecycle=(LifecycleFacts(prefix="", expiration_days=2557, transitions=(("GLACIER_IR", 90),)),),
    algorithm="aws:kms", key="arn:aws:kms:eu-west-1:1:key/k",
)  # fmt: skip
KEY = KeyFacts(id="k", arn="arn:aws:kms:eu-west-1:1:key/k", rotatable=True, rotates=True, state="Enabled")
HEALTHY = Facts(
    account="444444444444", region="eu-west-1", management="111111111111", hub=True,
    trails=(TRAIL,), buckets=(BUCKET,), keys=(KEY,),
)  # fmt: skip


def verdicts(rule: str, facts: Facts = HEALTHY, parameters: Mapping[str, str] | None = None) -> list[bool]:
    return [result.complies for result in EVALUATORS[rule](facts, parameters or {})]


@pytest.mark.parametrize("rule", EVALUATORS)
def test_a_healthy_account_complies_with_every_rule(rule: str) -> None:
    assert verdicts(rule) == [True]
    assert is_known(rule)
    assert is_periodic(rule) != follows_changes(rule)


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("CLOUD_TRAIL_ENABLED", {"logs": False}),
        ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"logs": False}),
        ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"multi_region": False}),
        ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"management": (replace(ALL, excludes=True),)}),
        ("CLOUDTRAIL_SECURITY_TRAIL_ENABLED", {"validates": False}),
        ("CLOUDTRAIL_SECURITY_TRAIL_ENABLED", {"key": ""}),
        ("CLOUDTRAIL_SECURITY_TRAIL_ENABLED", {"global_events": False}),
        ("CLOUDTRAIL_SECURITY_TRAIL_ENABLED", {"management": (replace(ALL, reads=False),)}),
        ("CLOUDTRAIL_SECURITY_TRAIL_ENABLED", {"management": ()}),
        ("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", {"validates": False}),
        ("CLOUD_TRAIL_ENCRYPTION_ENABLED", {"key": ""}),
    ],
)
def test_a_weaker_trail_does_not_comply(rule: str, broken: dict[str, Any]) -> None:
    assert verdicts(rule, replace(HEALTHY, trails=(replace(TRAIL, **broken),))) == [False]


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("S3_BUCKET_VERSIONING_ENABLED", {"versioned": False}),
        ("S3_BUCKET_DEFAULT_LOCK_ENABLED", {"locks": False}),
        ("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", {"blocks": False}),
        ("S3_BUCKET_SSL_REQUESTS_ONLY", {"policy": ""}),
        ("S3_LIFECYCLE_POLICY_CHECK", {"lifecycle": ()}),
        ("S3_VERSION_LIFECYCLE_POLICY_CHECK", {"lifecycle": ()}),
        ("S3_DEFAULT_ENCRYPTION_KMS", {"algorithm": "AES256"}),
    ],
)
def test_a_weaker_bucket_does_not_comply(rule: str, broken: dict[str, Any]) -> None:
    assert verdicts(rule, replace(HEALTHY, buckets=(BUCKET, replace(BUCKET, **broken)))) == [True, False]


@pytest.mark.parametrize(
    ("rule", "parameters", "expected"),
    [
        ("CLOUD_TRAIL_ENABLED", {"s3BucketName": "logs"}, [True]),
        ("CLOUD_TRAIL_ENABLED", {"s3BucketName": "other"}, [False]),
        ("CLOUD_TRAIL_ENABLED", {"snsTopicArn": "arn:aws:sns:eu-west-1:1:t"}, [False]),
        ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"readWriteType": "ALL", "includeManagementEvents": "true"}, [True]),
        ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"readWriteType": "WRITE_ONLY"}, [False]),
        ("MULTI_REGION_CLOUD_TRAIL_ENABLED", {"includeManagementEvents": "false"}, [False]),
        ("S3_BUCKET_VERSIONING_ENABLED", {"isMfaDeleteEnabled": "true"}, [True]),
        ("S3_BUCKET_DEFAULT_LOCK_ENABLED", {"mode": "GOVERNANCE"}, [True]),
        ("S3_BUCKET_DEFAULT_LOCK_ENABLED", {"mode": "COMPLIANCE"}, [False]),
        ("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", {"excludedPublicBuckets": "a, logs"}, []),
        ("S3_LIFECYCLE_POLICY_CHECK", {"targetExpirationDays": "2557"}, [True]),
        ("S3_LIFECYCLE_POLICY_CHECK", {"targetExpirationDays": "365"}, [False]),
        (
            "S3_LIFECYCLE_POLICY_CHECK",
            {"targetTransitionDays": "90", "targetTransitionStorageClass": "GLACIER_IR"},
            [True],
        ),
        ("S3_LIFECYCLE_POLICY_CHECK", {"targetTransitionDays": "30"}, [False]),
        ("S3_LIFECYCLE_POLICY_CHECK", {"targetPrefix": "AWSLogs/"}, [False]),
        ("S3_LIFECYCLE_POLICY_CHECK", {"bucketNames": "other"}, []),
        ("S3_DEFAULT_ENCRYPTION_KMS", {"kmsKeyArns": "arn:aws:kms:eu-west-1:1:key/other"}, [False]),
        ("KMS_CMK_NOT_SCHEDULED_FOR_DELETION", {"kmsKeyIds": "other"}, []),
        ("ACCOUNT_PART_OF_ORGANIZATIONS", {"MasterAccountId": "111111111111"}, [True]),
        ("ACCOUNT_PART_OF_ORGANIZATIONS", {"MasterAccountId": "999999999999"}, [False]),
    ],
)
def test_parameters_narrow_what_complies(rule: str, parameters: Mapping[str, str], expected: list[bool]) -> None:
    assert verdicts(rule, HEALTHY, parameters) == expected
    assert set(parameters) <= set(parameters_of(rule))


def test_a_bucket_without_versions_needs_no_lifecycle() -> None:
    plain = replace(BUCKET, versioned=False, lifecycle=())
    assert verdicts("S3_VERSION_LIFECYCLE_POLICY_CHECK", replace(HEALTHY, buckets=(plain,))) == []


def test_keys_that_kms_cannot_rotate_are_not_asked() -> None:
    assert verdicts("CMK_BACKING_KEY_ROTATION_ENABLED", replace(HEALTHY, keys=(replace(KEY, rotates=False),))) == [
        False
    ]
    assert verdicts("CMK_BACKING_KEY_ROTATION_ENABLED", replace(HEALTHY, keys=(replace(KEY, rotatable=False),))) == []
    assert verdicts(
        "KMS_CMK_NOT_SCHEDULED_FOR_DELETION", replace(HEALTHY, keys=(replace(KEY, state="PendingDeletion"),))
    ) == [False]
    assert verdicts("SECURITYHUB_ENABLED", replace(HEALTHY, hub=False)) == [False]
    assert verdicts("ACCOUNT_PART_OF_ORGANIZATIONS", replace(HEALTHY, management="")) == [False]


@pytest.mark.parametrize(
    "changed",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "111111111111"}},
        {"Action": "s3:GetObject"},
        {"Resource": "arn:aws:s3:::logs"},
        {"Resource": ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:SourceAccount": "1"}}},
        {"Condition": {}},
    ],
)
def test_a_narrower_deny_lets_plain_http_in(changed: dict[str, Any]) -> None:
    (statement,) = json.loads(TLS)["Statement"]
    assert denies_plain_transport(json.dumps({"Statement": statement}), "logs")
    assert not denies_plain_transport(json.dumps({"Statement": [{**statement, **changed}]}), "logs")


def test_the_bucket_and_its_objects_may_be_denied_apart() -> None:
    (statement,) = json.loads(TLS)["Statement"]
    apart = [{**statement, "Resource": resource} for resource in statement["Resource"]]
    assert denies_plain_transport(json.dumps({"Statement": apart}), "logs")


@given(
    st.recursive(st.none() | st.booleans() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_no_document_breaks_a_rule(document: object) -> None:
    assert not denies_plain_transport(json.dumps({"Statement": document}), "logs")
    assert not denies_plain_transport(json.dumps(document), "logs")
