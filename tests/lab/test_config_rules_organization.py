"""Organization rules of AWS Config: who may put them, where they arrive, and who may take them away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.lab.conftest import World, message, refusal
from tests.lab.recorded import HOME, MANAGEMENT, MULTI, SANDBOX, SECURITY, SHOP, bucket, config, record, recorded, said

VERSIONING = {"RuleIdentifier": "S3_BUCKET_VERSIONING_ENABLED"}


@pytest.fixture
def world() -> Iterator[World]:
    with recorded(MANAGEMENT, SHOP) as made:
        yield made


def put(world: World, account: str, name: str, **more: Any) -> Any:
    asked = {"OrganizationManagedRuleMetadata": VERSIONING, **more}
    return config(world, account).put_organization_config_rule(OrganizationConfigRuleName=name, **asked)


def fate(world: World, account: str, name: str, **more: Any) -> dict[str, str]:
    found = config(world, account).get_organization_config_rule_detailed_status(OrganizationConfigRuleName=name, **more)
    return {one["AccountId"]: one["MemberAccountRuleStatus"] for one in found["OrganizationConfigRuleDetailedStatus"]}


def overall(world: World, account: str) -> dict[str, str]:
    found = config(world, account).describe_organization_config_rule_statuses()["OrganizationConfigRuleStatuses"]
    return {one["OrganizationConfigRuleName"]: one["OrganizationRuleStatus"] for one in found}


def rules(world: World, account: str) -> list[dict[str, Any]]:
    return list(config(world, account).describe_config_rules()["ConfigRules"])


def delegate(world: World, account: str, service: str = MULTI) -> None:
    organizations = world.client("organizations")
    organizations.enable_aws_service_access(ServicePrincipal=service)
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal=service)


def test_members_may_not(world: World) -> None:
    client = config(world, SHOP)
    metadata = {"OrganizationConfigRuleName": "v", "OrganizationManagedRuleMetadata": VERSIONING}
    assert refusal(client.put_organization_config_rule, **metadata) == "OrganizationAccessDeniedException"
    assert refusal(client.describe_organization_config_rules) == "OrganizationAccessDeniedException"
    delegate(world, SHOP, "config.amazonaws.com")
    assert refusal(client.put_organization_config_rule, **metadata) == "OrganizationAccessDeniedException"


def test_reading_needs_trusted_access_and_putting_enables_it(world: World) -> None:
    client = config(world, MANAGEMENT)
    assert refusal(client.describe_organization_config_rule_statuses) == "OrganizationAccessDeniedException"
    put(world, MANAGEMENT, "versioning")
    trusted = world.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert MULTI in {one["ServicePrincipal"] for one in trusted}
    roles = world.client("iam").list_roles(PathPrefix=f"/aws-service-role/{MULTI}/")["Roles"]
    assert [role["RoleName"] for role in roles] == ["AWSServiceRoleForConfigMultiAccountSetup"]


def test_a_rule_arrives_where_config_records_and_says_why_not_elsewhere(world: World) -> None:
    bucket(world, SHOP, "shop-orders")
    arn = put(world, MANAGEMENT, "versioning", ExcludedAccounts=[SANDBOX])["OrganizationConfigRuleArn"]
    assert arn.startswith(f"arn:aws:config:{HOME}:{MANAGEMENT}:organization-config-rule/versioning-")
    assert fate(world, MANAGEMENT, "versioning") == {
        MANAGEMENT: "CREATE_SUCCESSFUL",
        SECURITY: "CREATE_FAILED",
        SHOP: "CREATE_SUCCESSFUL",
    }
    assert overall(world, MANAGEMENT) == {"versioning": "CREATE_FAILED"}
    (failed,) = config(world, MANAGEMENT).get_organization_config_rule_detailed_status(
        OrganizationConfigRuleName="versioning", Filters={"MemberAccountRuleStatus": "CREATE_FAILED"}
    )["OrganizationConfigRuleDetailedStatus"]
    assert failed["ErrorCode"] == "NoAvailableConfigurationRecorder"
    assert SECURITY in failed["ErrorMessage"]
    assert fate(world, MANAGEMENT, "versioning", Filters={"AccountId": SHOP}) == {SHOP: "CREATE_SUCCESSFUL"}

    (rule,) = rules(world, SHOP)
    assert re.fullmatch(r"OrgConfigRule-versioning-[a-z0-9]{8}", rule["ConfigRuleName"])
    assert rule["CreatedBy"] == MULTI
    assert said(world, SHOP) == {rule["ConfigRuleName"]: "NON_COMPLIANT"}
    assert [one["ConfigRuleName"] for one in rules(world, MANAGEMENT)] == [rule["ConfigRuleName"]]
    assert rules(world, SANDBOX) == []


def test_putting_again_reaches_who_is_ready_now_and_leaves_who_is_excluded(world: World) -> None:
    put(world, MANAGEMENT, "versioning")
    (before,) = rules(world, SHOP)
    for account in (SECURITY, SANDBOX):
        record(world, account)
    mfa = {**VERSIONING, "InputParameters": '{"isMfaDeleteEnabled":"true"}'}
    put(world, MANAGEMENT, "versioning", OrganizationManagedRuleMetadata=mfa, ExcludedAccounts=[SANDBOX])
    assert fate(world, MANAGEMENT, "versioning") == {
        MANAGEMENT: "UPDATE_SUCCESSFUL",
        SECURITY: "CREATE_SUCCESSFUL",
        SHOP: "UPDATE_SUCCESSFUL",
    }
    assert overall(world, MANAGEMENT) == {"versioning": "UPDATE_SUCCESSFUL"}
    (after,) = rules(world, SHOP)
    assert after == {**before, "InputParameters": '{"isMfaDeleteEnabled":"true"}'}
    (shown,) = config(world, MANAGEMENT).describe_organization_config_rules()["OrganizationConfigRules"]
    assert (shown["OrganizationManagedRuleMetadata"], shown["ExcludedAccounts"]) == (mfa, [SANDBOX])
    put(world, MANAGEMENT, "versioning", ExcludedAccounts=[SHOP])
    assert rules(world, SHOP) == []


def test_members_may_not_touch_it_and_its_owner_takes_it_away(world: World) -> None:
    put(world, MANAGEMENT, "versioning")
    (rule,) = rules(world, SHOP)
    client = config(world, SHOP)
    assert refusal(client.delete_config_rule, ConfigRuleName=rule["ConfigRuleName"]) == "AccessDeniedException"
    source = {"ConfigRuleName": rule["ConfigRuleName"], "Source": rule["Source"]}
    assert refusal(client.put_config_rule, ConfigRule=source) == "AccessDeniedException"
    client.start_config_rules_evaluation(ConfigRuleNames=[rule["ConfigRuleName"]])
    config(world, MANAGEMENT).delete_organization_config_rule(OrganizationConfigRuleName="versioning")
    assert (rules(world, SHOP), rules(world, MANAGEMENT)) == ([], [])
    gone = config(world, MANAGEMENT).delete_organization_config_rule
    assert refusal(gone, OrganizationConfigRuleName="versioning") == "NoSuchOrganizationConfigRuleException"


def test_the_management_account_and_the_delegated_administrator_do_not_see_each_others(world: World) -> None:
    delegate(world, SECURITY)
    put(world, MANAGEMENT, "shared-name")
    put(world, SECURITY, "shared-name")
    assert len(rules(world, SHOP)) == 2
    config(world, SECURITY).delete_organization_config_rule(OrganizationConfigRuleName="shared-name")
    assert overall(world, SECURITY) == {}
    assert overall(world, MANAGEMENT) == {"shared-name": "CREATE_FAILED"}
    assert len(rules(world, SHOP)) == 1


def test_an_account_that_joins_gets_it_within_seven_hours(world: World) -> None:
    put(world, MANAGEMENT, "versioning")
    new = world.lab.add_account("New", "aws+new@example.com", "Root")
    late = world.lab.add_account("Late", "aws+late@example.com", "Root")
    assert {fate(world, MANAGEMENT, "versioning")[one] for one in (new, late)} == {"CREATE_FAILED"}
    record(world, new)
    assert fate(world, MANAGEMENT, "versioning")[new] == "CREATE_SUCCESSFUL"
    assert len(rules(world, new)) == 1
    world.lab.advance(timedelta(hours=8))
    record(world, late)
    assert fate(world, MANAGEMENT, "versioning")[late] == "CREATE_FAILED"
    organizations = world.client("organizations")
    organizations.close_account(AccountId=new)
    assert new not in fate(world, MANAGEMENT, "versioning")
    organizations.disable_aws_service_access(ServicePrincipal=MULTI)
    unseen = world.lab.add_account("Unseen", "aws+unseen@example.com", "Root")
    record(world, unseen)
    assert rules(world, unseen) == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"OrganizationManagedRuleMetadata": {"RuleIdentifier": "NO_SUCH"}}, "InvalidParameterValueException"),
        (
            {"OrganizationManagedRuleMetadata": {**VERSIONING, "InputParameters": '{"no":"1"}'}},
            "InvalidParameterValueException",
        ),
        ({"OrganizationConfigRuleName": "x" * 65}, "ValidationException"),
        ({"OrganizationConfigRuleName": "a.b"}, "ValidationException"),
        ({"ExcludedAccounts": [f"{n:012}" for n in range(1001)]}, "ValidationException"),
        ({"OrganizationManagedRuleMetadata": {**VERSIONING, "InputParameters": " " * 1025}}, "ValidationException"),
    ],
)
def test_what_is_not_taken(small: World, asked: dict[str, Any], code: str) -> None:
    call = config(small, MANAGEMENT).put_organization_config_rule
    good = {"OrganizationConfigRuleName": "v", "OrganizationManagedRuleMetadata": VERSIONING}
    assert refusal(call, **{**good, **asked}) == code


def test_a_rule_of_ones_own_is_not_in_the_lab(small: World) -> None:
    custom = {"LambdaFunctionArn": "arn:aws:lambda:eu-west-1:111111111111:function:f",
              "OrganizationConfigRuleTriggerTypes": ["ScheduledNotification"]}  # fmt: skip
    call = config(small, MANAGEMENT).put_organization_config_rule
    assert refusal(call, OrganizationConfigRuleName="v", OrganizationCustomRuleMetadata=custom) == "NotInLab"


def test_who_may_not_enable_trusted_access_puts_no_first_rule(small: World) -> None:
    iam = small.client("iam")
    iam.create_user(UserName="rules")
    allow = {"Effect": "Allow", "Action": "config:*", "Resource": "*"}
    iam.put_user_policy(
        UserName="rules", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    )
    key = iam.create_access_key(UserName="rules")["AccessKey"]
    client = small.management.client(
        "config", region_name=HOME, endpoint_url=small.lab.url,
        aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"],
    )  # fmt: skip
    asked = {"OrganizationConfigRuleName": "v", "OrganizationManagedRuleMetadata": VERSIONING}
    assert "EnableAWSServiceAccess" in message(client.put_organization_config_rule, **asked)
