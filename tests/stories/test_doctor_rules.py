"""doctor on AWS Config's rules and on the organization's resource policy, live against the embedded organization."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.forks import start
from tests.stories.desk import HOME, MANAGEMENT, SHOP, Desk

pytestmark = pytest.mark.story
TRAIL_RULE = {
    "ConfigRuleName": "trail-enabled",
    "Source": {"Owner": "AWS", "SourceIdentifier": "MULTI_REGION_CLOUD_TRAIL_ENABLED"},
}
VERSIONING_RULE = {
    "ConfigRuleName": "bucket-versioning",
    "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small organization with everything in place."""
    folder: Path = tmp_path_factory.mktemp("rules")
    with start("small") as lab:
        made = Desk(folder, lab)
        made.spec()
        made.apply().expect(0)
        yield made


def test_what_the_rules_say_is_told_with_its_exit_code(desk: Desk) -> None:
    here = ("--account", "Shop", "--region", "eu-west-1")
    config = desk.client("config", SHOP, "eu-west-1")
    config.put_config_rule(ConfigRule=TRAIL_RULE)
    rows = desk.run("doctor", "rules", *here, "-o", "json").json
    assert {"rule": "trail-enabled", "state": "COMPLIANT"}.items() <= _of(rows, "trail-enabled").items()

    config.put_config_rule(ConfigRule=VERSIONING_RULE)
    desk.run("doctor", "rules", *here).expect(4, "UNKNOWN", "bucket-versioning has judged nothing yet")
    s3 = desk.client("s3", SHOP, "eu-west-1")
    s3.create_bucket(Bucket="shop-orders", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    desk.run("doctor", "rules", *here).expect(3, "bucket-versioning", "NON_COMPLIANT")
    s3.put_bucket_versioning(Bucket="shop-orders", VersioningConfiguration={"Status": "Enabled"})
    assert _of(desk.run("doctor", "rules", *here, "-o", "json").json, "bucket-versioning")["state"] == "COMPLIANT"


def test_a_stopped_organization_trail_makes_the_members_rule_non_compliant_a_day_later(desk: Desk) -> None:
    desk.client("config", SHOP, "eu-west-1").put_config_rule(ConfigRule=TRAIL_RULE)
    trails = desk.client("cloudtrail")
    trails.stop_logging(Name="trailkeep")
    here = ("--account", "Shop", "--region", "eu-west-1")
    assert _of(desk.run("doctor", "rules", *here, "-o", "json").json, "trail-enabled")["state"] == "COMPLIANT"
    desk.lab.advance(timedelta(hours=24))
    desk.run("doctor", "rules", *here).expect(3, "trail-enabled", "NON_COMPLIANT")
    trails.start_logging(Name="trailkeep")


def test_a_resource_policy_that_denies_cloudtrails_role_is_found(desk: Desk) -> None:
    organizations = desk.client("organizations")
    assert _state(desk, "A17") == "RULED OUT"
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "organizations:Describe*",
        "Resource": "*",
    }
    organizations.put_resource_policy(
        Content=json.dumps({"Version": "2012-10-17", "Statement": [{**deny, "Sid": "No"}]})
    )
    said = desk.run("doctor", "logs", "--probe").expect(3, "A17 CONFIRMED", "organizations:DescribeOrganization")
    assert f":iam::{MANAGEMENT}:role/aws-service-role/cloudtrail.amazonaws.com/" in said.out
    spared = {
        "Effect": "Allow",
        "Principal": {"AWS": SHOP},
        "Action": "organizations:ListRoots",
        "Resource": "*",
    }
    organizations.put_resource_policy(Content=json.dumps({"Version": "2012-10-17", "Statement": [spared]}))
    assert _state(desk, "A17") == "RULED OUT"
    organizations.delete_resource_policy()


def _of(rows: list[dict[str, str]], rule: str) -> dict[str, str]:
    return next(row for row in rows if row.get("rule") == rule)


def _state(desk: Desk, cause: str) -> str:
    found = desk.run("doctor", "logs", "--probe", "--region", HOME, "-o", "json").json["causes"]
    return next(str(one["state"]) for one in found if one["id"] == cause)
