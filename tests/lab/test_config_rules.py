"""Rules of AWS Config over the wire: putting them, what they say, when they are evaluated, and the events they make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.lab.conftest import World, message, refusal
from tests.lab.recorded import HOME, SANDBOX, SHOP, bucket, config, recorded, rule, said
from trailkeep.lab.client import control

VERSIONING = "S3_BUCKET_VERSIONING_ENABLED"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with recorded(SHOP) as made:
        yield made


def results(world: World, name: str, **more: Any) -> dict[str, str]:
    found = config(world, SHOP).get_compliance_details_by_config_rule(ConfigRuleName=name, Limit=100, **more)
    return {
        one["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: one["ComplianceType"]
        for one in found["EvaluationResults"]
    }


def test_a_rule_needs_a_recorder(world: World) -> None:
    put = config(world, SANDBOX).put_config_rule
    assert refusal(put, ConfigRule=rule("v", VERSIONING)) == "NoAvailableConfigurationRecorderException"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (rule("x", "NO_SUCH_RULE"), "InvalidParameterValueException"),
        (rule("x", VERSIONING, InputParameters='{"no": "1"}'), "InvalidParameterValueException"),
        (rule("x", VERSIONING, InputParameters="{"), "InvalidParameterValueException"),
        (rule("x", VERSIONING, InputParameters='{"isMfaDeleteEnabled": true}'), "InvalidParameterValueException"),
        (rule("x", "S3_BUCKET_BLACKLISTED_ACTIONS_PROHIBITED"), "InvalidParameterValueException"),
        (rule("x", VERSIONING, CreatedBy="me"), "InvalidParameterValueException"),
        (rule("x", VERSIONING, ConfigRuleId="config-rule-abcdef"), "InvalidParameterValueException"),
        (rule("x", VERSIONING, Scope={"ComplianceResourceId": "b"}), "InvalidParameterValueException"),
        (rule("x" * 129, VERSIONING), "ValidationException"),
        (rule("x", VERSIONING, MaximumExecutionFrequency="Weekly"), "ValidationException"),
        (rule("x", VERSIONING, Scope={"TagKey": "owner"}), "NotInLab"),
        (
            {"ConfigRuleName": "x", "Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": "arn:aws:lambda:x"}},
            "NotInLab",
        ),
    ],
)
def test_what_config_does_not_take(world: World, asked: dict[str, Any], code: str) -> None:
    assert refusal(config(world, SHOP).put_config_rule, ConfigRule=asked) == code


def test_a_rule_is_put_changed_shown_and_deleted(world: World) -> None:
    client = config(world, SHOP)
    asked = rule("kept", "CLOUD_TRAIL_ENABLED", Description="first", MaximumExecutionFrequency="Three_Hours")
    client.put_config_rule(ConfigRule=asked, Tags=[{"Key": "owner", "Value": "platform"}])
    (first,) = client.describe_config_rules(ConfigRuleNames=["kept"])["ConfigRules"]
    assert first["ConfigRuleArn"] == f"arn:aws:config:{HOME}:{SHOP}:config-rule/{first['ConfigRuleId']}"
    assert (first["MaximumExecutionFrequency"], first["ConfigRuleState"]) == ("Three_Hours", "ACTIVE")
    assert "CreatedBy" not in first
    parameters = '{"s3BucketName":"some-bucket"}'
    again = {k: v for k, v in asked.items() if k != "ConfigRuleName"}
    client.put_config_rule(ConfigRule={**again, "ConfigRuleArn": first["ConfigRuleArn"], "InputParameters": parameters})
    (second,) = client.describe_config_rules(ConfigRuleNames=["kept"])["ConfigRules"]
    assert second == {**first, "InputParameters": parameters}

    arn = first["ConfigRuleArn"]
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "prod"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["owner"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "prod"}]

    client.delete_config_rule(ConfigRuleName="kept")
    for call in (client.delete_config_rule, client.get_compliance_details_by_config_rule):
        assert refusal(call, ConfigRuleName="kept") == "NoSuchConfigRuleException"
    for call in (client.describe_config_rules, client.describe_compliance_by_config_rule):
        assert refusal(call, ConfigRuleNames=["kept"]) == "NoSuchConfigRuleException"
    history = world.client("cloudtrail", SHOP, HOME).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DeleteConfigRule"}]
    )["Events"]
    told = json.loads(history[-1]["CloudTrailEvent"])
    assert (told["eventSource"], told["requestParameters"]) == ("config.amazonaws.com", {"configRuleName": "kept"})


def test_a_rule_that_follows_changes_sees_them_while_the_recorder_runs(world: World) -> None:
    client, s3 = config(world, SHOP), bucket(world, SHOP, "shop-orders")
    client.put_config_rule(ConfigRule=rule("versioning", VERSIONING))
    assert said(world, SHOP)["versioning"] == "NON_COMPLIANT"
    assert results(world, "versioning", ComplianceTypes=["NON_COMPLIANT"]) == {"shop-orders": "NON_COMPLIANT"}
    status = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket="shop-orders", VersioningConfiguration=status)
    assert said(world, SHOP)["versioning"] == "COMPLIANT"
    (shown,) = client.describe_compliance_by_resource(ResourceType="AWS::S3::Bucket")["ComplianceByResources"]
    assert (shown["ResourceId"], shown["Compliance"]["ComplianceType"]) == ("shop-orders", "COMPLIANT")

    client.stop_configuration_recorder(ConfigurationRecorderName="default")
    s3.put_bucket_versioning(Bucket="shop-orders", VersioningConfiguration={"Status": "Suspended"})
    assert said(world, SHOP)["versioning"] == "COMPLIANT", "nothing was recorded since"
    client.start_configuration_recorder(ConfigurationRecorderName="default")
    assert results(world, "versioning") == {"shop-orders": "NON_COMPLIANT"}
    s3.delete_bucket(Bucket="shop-orders")
    assert said(world, SHOP)["versioning"] == "INSUFFICIENT_DATA"
    client.delete_config_rule(ConfigRuleName="versioning")


def test_a_scope_leaves_the_others_out(world: World) -> None:
    for name in ("shop-one", "shop-two"):
        bucket(world, SHOP, name)
    scope = {"ComplianceResourceTypes": ["AWS::S3::Bucket"], "ComplianceResourceId": "shop-two"}
    config(world, SHOP).put_config_rule(ConfigRule=rule("scoped", VERSIONING, Scope=scope))
    assert results(world, "scoped") == {"shop-two": "NON_COMPLIANT"}


def test_what_nobody_here_can_evaluate_has_insufficient_data(world: World) -> None:
    client = config(world, SHOP)
    client.put_config_rule(ConfigRule=rule("root-mfa", "ROOT_ACCOUNT_MFA_ENABLED"))
    assert said(world, SHOP)["root-mfa"] == "INSUFFICIENT_DATA"
    client.start_config_rules_evaluation(ConfigRuleNames=["root-mfa"])
    (status,) = client.describe_config_rule_evaluation_status(ConfigRuleNames=["root-mfa"])[
        "ConfigRulesEvaluationStatus"
    ]
    assert status["FirstEvaluationStarted"] is False


def test_an_evaluation_may_be_asked_for_once_a_minute(world: World) -> None:
    client = config(world, SHOP)
    client.put_config_rule(ConfigRule=rule("asked", "SECURITYHUB_ENABLED"))
    assert said(world, SHOP)["asked"] == "NON_COMPLIANT"
    world.client("securityhub", SHOP, HOME).enable_security_hub(EnableDefaultStandards=False)
    assert said(world, SHOP)["asked"] == "NON_COMPLIANT", "a periodic rule has not looked again"
    client.start_config_rules_evaluation(ConfigRuleNames=["asked"])
    assert said(world, SHOP)["asked"] == "COMPLIANT"
    start = client.start_config_rules_evaluation
    assert refusal(start, ConfigRuleNames=["asked"]) == "LimitExceededException"
    assert refusal(start, ConfigRuleNames=["nobody"]) == "NoSuchConfigRuleException"
    world.lab.advance(timedelta(seconds=61))
    start(ConfigRuleNames=["asked"])


def test_a_periodic_rule_looks_again_after_its_time_and_tells_eventbridge(world: World) -> None:
    topic = world.client("sns", SHOP, HOME).create_topic(Name="alarms")["TopicArn"]
    service = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    world.client("sns", SHOP, HOME).set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [service]}),
    )
    events = world.client("events", SHOP, HOME)
    pattern = {"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"],
               "detail": {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}}}  # fmt: skip
    events.put_rule(Name="non-compliant", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="non-compliant", Targets=[{"Id": "1", "Arn": topic}])

    trails = world.client("cloudtrail", SHOP, HOME)
    bucket(world, SHOP, "shop-trail").put_bucket_policy(Bucket="shop-trail", Policy=trail_policy())
    trails.create_trail(Name="local", S3BucketName="shop-trail")
    trails.start_logging(Name="local")
    config(world, SHOP).put_config_rule(
        ConfigRule=rule("trail", "CLOUD_TRAIL_ENABLED", MaximumExecutionFrequency="Six_Hours")
    )
    assert said(world, SHOP)["trail"] == "COMPLIANT"
    trails.stop_logging(Name="local")
    world.lab.advance(timedelta(hours=5))
    assert said(world, SHOP)["trail"] == "COMPLIANT"
    assert "trail" not in told(world)
    world.lab.advance(timedelta(hours=1))
    assert "trail" in told(world)
    assert said(world, SHOP)["trail"] == "NON_COMPLIANT"
    detail = told(world)["trail"]["detail"]
    assert detail["configRuleARN"].startswith(f"arn:aws:config:{HOME}:{SHOP}:config-rule/config-rule-")
    assert (detail["resourceType"], detail["resourceId"]) == ("AWS::::Account", SHOP)
    assert detail["oldEvaluationResult"]["complianceType"] == "COMPLIANT"
    assert detail["messageType"] == "ComplianceChangeNotification"


def told(world: World) -> dict[str, Any]:
    """The events that arrived at a topic, by the rule of AWS Config that they tell of."""
    found = [json.loads(one["text"]) for one in control(world.lab.url, "GET", "messages")]
    return {one["detail"]["configRuleName"]: one for one in found if one["source"] == "aws.config"}


def trail_policy() -> str:
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    arn = "arn:aws:s3:::shop-trail"
    acl = {**service, "Action": "s3:GetBucketAcl", "Resource": arn}
    put = {**service, "Action": "s3:PutObject", "Resource": f"{arn}/AWSLogs/{SHOP}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [acl, put]})


def test_pages_and_filters(world: World) -> None:
    client = config(world, SHOP)
    for number in range(27):
        client.put_config_rule(ConfigRule=rule(f"many-{number:02}", "ROOT_ACCOUNT_MFA_ENABLED"))
    first = client.describe_config_rules()
    assert len(first["ConfigRules"]) == 25
    rest = client.describe_config_rules(NextToken=first["NextToken"])["ConfigRules"]
    names = [one["ConfigRuleName"] for one in (*first["ConfigRules"], *rest)]
    assert names == sorted(set(names))
    assert {f"many-{number:02}" for number in range(27)} <= set(names)
    assert refusal(client.describe_config_rules, NextToken="nonsense") == "InvalidNextTokenException"
    details = client.get_compliance_details_by_config_rule
    assert refusal(details, ConfigRuleName="many-00", Limit=101) == "InvalidLimitException"
    code = refusal(details, ConfigRuleName="many-00", ComplianceTypes=["INSUFFICIENT_DATA"])
    assert code == "InvalidParameterValueException"
    bad = client.describe_compliance_by_config_rule(ComplianceTypes=["INSUFFICIENT_DATA"])["ComplianceByConfigRules"]
    assert {f"many-{number:02}" for number in range(27)} <= {one["ConfigRuleName"] for one in bad}


def test_a_policy_may_stop_people_from_taking_rules_away(world: World) -> None:
    config(world, SHOP).put_config_rule(ConfigRule=rule("guarded", "ROOT_ACCOUNT_MFA_ENABLED"))
    organizations = world.client("organizations")
    deny = {"Effect": "Deny", "Action": "config:DeleteConfigRule", "Resource": "*"}
    made = organizations.create_policy(
        Name="rules-stay", Description="", Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )["Policy"]["PolicySummary"]["Id"]  # fmt: skip
    organizations.attach_policy(PolicyId=made, TargetId=SHOP)
    words = message(config(world, SHOP).delete_config_rule, ConfigRuleName="guarded")
    assert "explicit deny in a service control policy" in words
    organizations.detach_policy(PolicyId=made, TargetId=SHOP)
    config(world, SHOP).delete_config_rule(ConfigRuleName="guarded")
