"""Organization conformance packs: their templates, and the rules they bring into the accounts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.conftest import World, refusal
from tests.lab.recorded import HOME, MANAGEMENT, SANDBOX, SECURITY, SHOP, config, recorded, said

TEMPLATE = """
Parameters:
  Mode:
    Type: String
    Default: GOVERNANCE
Resources:
  Trail:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: trail-enabled
      MaximumExecutionFrequency: One_Hour
      Source: {Owner: AWS, SourceIdentifier: CLOUD_TRAIL_ENABLED}
  Lock:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: default-lock
      InputParameters: {mode: !Ref Mode}
      Scope: {ComplianceResourceTypes: ["AWS::S3::Bucket"]}
      Source: {Owner: AWS, SourceIdentifier: S3_BUCKET_DEFAULT_LOCK_ENABLED}
"""
BAD = "OrganizationConformancePackTemplateValidationException"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with recorded(SHOP) as made:
        yield made


def put(world: World, body: str, **more: Any) -> Any:
    client = config(world, MANAGEMENT)
    return client.put_organization_conformance_pack(
        **{"OrganizationConformancePackName": "logging", "TemplateBody": body, **more}
    )


def test_a_pack_brings_its_rules_and_takes_them_away(world: World) -> None:
    arn = put(world, TEMPLATE, ExcludedAccounts=[SANDBOX])["OrganizationConformancePackArn"]
    assert arn.startswith(f"arn:aws:config:{HOME}:{MANAGEMENT}:organization-conformance-pack/logging-")
    client = config(world, MANAGEMENT)
    told = client.get_organization_conformance_pack_detailed_status(OrganizationConformancePackName="logging")
    statuses = {one["AccountId"]: one for one in told["OrganizationConformancePackDetailedStatuses"]}
    assert {account: one["Status"] for account, one in statuses.items()} == {
        MANAGEMENT: "CREATE_FAILED",
        SECURITY: "CREATE_FAILED",
        SHOP: "CREATE_SUCCESSFUL",
    }
    assert statuses[SECURITY]["ErrorCode"] == "NoAvailableConfigurationRecorder"
    assert statuses[SHOP]["ConformancePackName"].startswith("OrgConformsPack-logging-")
    (whole,) = client.describe_organization_conformance_pack_statuses()["OrganizationConformancePackStatuses"]
    assert whole["Status"] == "CREATE_FAILED"

    rules = {one["ConfigRuleName"]: one for one in config(world, SHOP).describe_config_rules()["ConfigRules"]}
    assert all(re.fullmatch(r"(trail-enabled|default-lock)-conformance-pack-[a-z0-9]{9}", name) for name in rules)
    lock = next(rule for name, rule in rules.items() if name.startswith("default-lock"))
    assert json.loads(lock["InputParameters"]) == {"mode": "GOVERNANCE"}
    assert (
        lock["CreatedBy"],
        ":config-rule/aws-service-rule/config-conforms.amazonaws.com/" in lock["ConfigRuleArn"],
    ) == (
        "config-conforms.amazonaws.com",
        True,
    )
    assert sorted(said(world, SHOP).values()) == ["INSUFFICIENT_DATA", "NON_COMPLIANT"]
    assert refusal(config(world, SHOP).delete_config_rule, ConfigRuleName=next(iter(rules))) == "AccessDeniedException"

    smaller = json.dumps(
        {
            "Resources": {
                "Trail": {
                    "Type": "AWS::Config::ConfigRule",
                    "Properties": {"Source": {"Owner": "AWS", "SourceIdentifier": "CLOUD_TRAIL_ENABLED"}},
                }
            }
        }
    )
    put(world, smaller)
    (left,) = config(world, SHOP).describe_config_rules()["ConfigRules"]
    assert left["ConfigRuleName"].startswith("Trail-conformance-pack-")
    (shown,) = client.describe_organization_conformance_packs()["OrganizationConformancePacks"]
    assert (shown["OrganizationConformancePackArn"], shown["ExcludedAccounts"]) == (arn, [])
    client.delete_organization_conformance_pack(OrganizationConformancePackName="logging")
    assert config(world, SHOP).describe_config_rules()["ConfigRules"] == []
    gone = client.delete_organization_conformance_pack
    assert refusal(gone, OrganizationConformancePackName="logging") == "NoSuchOrganizationConformancePackException"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[", BAD),
        ("a", BAD),
        ("Resources: {}", BAD),
        (TEMPLATE.replace("CLOUD_TRAIL_ENABLED", "NO_SUCH_RULE"), BAD),
        (TEMPLATE.replace("!Ref Mode", "!Ref Nothing"), BAD),
        (TEMPLATE.replace("!Ref Mode", "!Sub x"), BAD),
        (TEMPLATE.replace("AWS::Config::ConfigRule", "AWS::Config::RemediationConfiguration"), "NotInLab"),
        (TEMPLATE.replace("!Ref Mode", '{"Fn::If": [a, b, c]}'), "NotInLab"),
        (TEMPLATE.replace("Owner: AWS", "Owner: CUSTOM_POLICY"), "NotInLab"),
    ],
)
def test_what_is_not_understood_is_refused_whole(world: World, body: str, code: str) -> None:
    assert refusal(put, world=world, body=body) == code
    assert config(world, SHOP).describe_config_rules()["ConfigRules"] == []


def test_parameters_are_those_of_the_template(world: World) -> None:
    unknown = [{"ParameterName": "Other", "ParameterValue": "x"}]
    assert refusal(put, world=world, body=TEMPLATE, ConformancePackInputParameters=unknown) == BAD
    put(world, TEMPLATE, ConformancePackInputParameters=[{"ParameterName": "Mode", "ParameterValue": "COMPLIANCE"}])
    rules = config(world, SHOP).describe_config_rules()["ConfigRules"]
    assert [json.loads(r["InputParameters"])["mode"] for r in rules if "InputParameters" in r] == ["COMPLIANCE"]


def test_members_may_not(world: World) -> None:
    call = config(world, SHOP).put_organization_conformance_pack
    asked = {"OrganizationConformancePackName": "mine", "TemplateBody": TEMPLATE}
    assert refusal(call, **asked) == "OrganizationAccessDeniedException"
