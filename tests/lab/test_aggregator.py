"""AWS Config's aggregators: who may make them, and what they see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.conftest import World, refusal
from tests.lab.recorded import HOME, MANAGEMENT, SANDBOX, SECURITY, SHOP, bucket, config, of, recorded, rule

CONFIG = "config.amazonaws.com"
READS = ["organizations:ListAccounts", "organizations:DescribeOrganization",
         "organizations:ListAWSServiceAccessForOrganization", "organizations:ListDelegatedAdministrators"]  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    with recorded(SHOP, SANDBOX) as made:
        yield made


def make_role(world: World, account: str, *, trusted: str = CONFIG, may: list[str] = READS) -> str:
    iam = world.client("iam", of(account))
    trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = iam.create_role(RoleName="ConfigAggregator", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": may, "Resource": "*"}
    iam.put_role_policy(
        RoleName="ConfigAggregator", PolicyName="read",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )  # fmt: skip
    return str(made)


def delegate(world: World, account: str) -> None:
    organizations = world.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=CONFIG)
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=CONFIG)


def put(world: World, account: str, role: str, **source: Any) -> Any:
    asked = {"RoleArn": role, **(source or {"AllAwsRegions": True})}
    return config(world, account).put_configuration_aggregator(
        ConfigurationAggregatorName="all", OrganizationAggregationSource=asked
    )["ConfigurationAggregator"]


def seen(world: World, account: str, **filters: str) -> dict[tuple[str, str], str]:
    found = config(world, account).describe_aggregate_compliance_by_config_rules(
        ConfigurationAggregatorName="all", Filters=filters
    )["AggregateComplianceByConfigRules"]
    return {(one["AccountId"], one["ConfigRuleName"]): one["Compliance"]["ComplianceType"] for one in found}


def test_the_delegated_administrator_sees_every_account(world: World) -> None:
    bucket(world, SHOP, "shop-orders")
    for account in (SHOP, SANDBOX):
        config(world, account).put_config_rule(ConfigRule=rule("versioning", "S3_BUCKET_VERSIONING_ENABLED"))
        config(world, account).put_config_rule(ConfigRule=rule("member", "ACCOUNT_PART_OF_ORGANIZATIONS"))
    delegate(world, SECURITY)
    made = put(world, SECURITY, make_role(world, SECURITY))
    assert made["ConfigurationAggregatorArn"].startswith(
        f"arn:aws:config:{HOME}:{SECURITY}:config-aggregator/config-aggregator-"
    )
    assert seen(world, SECURITY) == {
        (SHOP, "versioning"): "NON_COMPLIANT",
        (SHOP, "member"): "COMPLIANT",
        (SANDBOX, "member"): "COMPLIANT",
    }, "a rule that has nothing to say is not shown"
    assert seen(world, SECURITY, AccountId=SHOP, ComplianceType="NON_COMPLIANT") == {
        (SHOP, "versioning"): "NON_COMPLIANT"
    }
    assert seen(world, SECURITY, AwsRegion="us-east-1") == {}

    client = config(world, SECURITY)
    one = {"ConfigurationAggregatorName": "all", "AccountId": SHOP, "AwsRegion": HOME}
    (result,) = client.get_aggregate_compliance_details_by_config_rule(**one, ConfigRuleName="versioning")[
        "AggregateEvaluationResults"
    ]
    qualifier = result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
    assert (qualifier["ResourceId"], result["ComplianceType"]) == ("shop-orders", "NON_COMPLIANT")
    details = client.get_aggregate_compliance_details_by_config_rule
    assert refusal(details, **one, ConfigRuleName="nothing") == "ValidationException"

    sources = client.describe_configuration_aggregator_sources_status(ConfigurationAggregatorName="all")
    kinds = [(s["SourceType"], s["LastUpdateStatus"]) for s in sources["AggregatedSourceStatusList"]]
    assert kinds[0] == ("ORGANIZATION", "SUCCEEDED")
    assert len(kinds) == 1 + 4 * 3
    client.delete_configuration_aggregator(ConfigurationAggregatorName="all")
    gone = client.describe_configuration_aggregators
    assert refusal(gone, ConfigurationAggregatorNames=["all"]) == "NoSuchConfigurationAggregatorException"


def test_who_may_not_and_with_what(world: World) -> None:
    role = make_role(world, SHOP)
    assert refusal(put, world=world, account=SHOP, role=role) == "OrganizationAccessDeniedException"
    wrong = make_role(world, MANAGEMENT, trusted="ec2.amazonaws.com")
    assert refusal(put, world=world, account=MANAGEMENT, role=wrong) == "InvalidRoleException"
    missing = f"arn:aws:iam::{MANAGEMENT}:role/Missing"
    assert refusal(put, world=world, account=MANAGEMENT, role=missing) == "InvalidRoleException"
    both = {"AllAwsRegions": True, "AwsRegions": [HOME]}
    assert refusal(put, world=world, account=MANAGEMENT, role=missing, **both) == "InvalidParameterValueException"


def test_the_management_account_enables_trusted_access_by_putting_one(world: World) -> None:
    made = put(world, MANAGEMENT, make_role(world, MANAGEMENT), AwsRegions=[HOME])
    assert made["OrganizationAggregationSource"]["AwsRegions"] == [HOME]
    trusted = world.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert CONFIG in {one["ServicePrincipal"] for one in trusted}
    again = put(world, MANAGEMENT, made["OrganizationAggregationSource"]["RoleArn"])
    assert again["ConfigurationAggregatorArn"] == made["ConfigurationAggregatorArn"]
    assert again["OrganizationAggregationSource"]["AllAwsRegions"] is True


def test_an_aggregator_that_may_not_ask_organizations_sees_nothing(world: World) -> None:
    config(world, SHOP).put_config_rule(ConfigRule=rule("member", "ACCOUNT_PART_OF_ORGANIZATIONS"))
    put(world, MANAGEMENT, make_role(world, MANAGEMENT, may=READS[:1]))
    client = config(world, MANAGEMENT)
    (status,) = client.describe_configuration_aggregator_sources_status(ConfigurationAggregatorName="all")[
        "AggregatedSourceStatusList"
    ]
    assert (status["LastUpdateStatus"], status["LastErrorCode"]) == ("FAILED", "InvalidRole")
    assert seen(world, MANAGEMENT) == {}


def test_single_accounts_must_authorize(world: World) -> None:
    config(world, SHOP).put_config_rule(ConfigRule=rule("member", "ACCOUNT_PART_OF_ORGANIZATIONS"))
    source = {"AccountIds": [SHOP, SANDBOX], "AwsRegions": [HOME]}
    config(world, SECURITY).put_configuration_aggregator(
        ConfigurationAggregatorName="all", AccountAggregationSources=[source]
    )
    assert seen(world, SECURITY) == {}
    config(world, SHOP).put_aggregation_authorization(AuthorizedAccountId=SECURITY, AuthorizedAwsRegion=HOME)
    assert seen(world, SECURITY) == {(SHOP, "member"): "COMPLIANT"}
