"""Findings: imported, found, worked on, and imported again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab.conftest import World, refusal
from tests.lab.test_securityhub import FSBP, HOME, Hubs, begun, policy
from trailkeep.lab.client import control


@pytest.fixture(scope="module")
def hubs() -> Iterator[Hubs]:
    lab, made = begun()
    with lab:
        made.hub(made.member).enable_security_hub(EnableDefaultStandards=False)
        yield made


def finding(account: str, number: int = 1, region: str = HOME, **changes: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"trailkeep/{number}",
        "ProductArn": f"arn:aws:securityhub:{region}:{account}:product/{account}/default",
        "GeneratorId": "trailkeep",
        "AwsAccountId": account,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": "2026-11-23T10:00:00Z",
        "UpdatedAt": f"2026-11-23T10:00:{number % 60:02d}Z",
        "Severity": {"Label": "HIGH"},
        "Title": "The trail does not log",
        "Description": "It does not.",
        "Resources": [{"Type": "AwsAccount", "Id": f"AWS::::Account:{account}"}],
        "Compliance": {"Status": "FAILED"},
        **changes,
    }


def equals(value: str, comparison: str = "EQUALS") -> list[dict[str, str]]:
    return [{"Value": value, "Comparison": comparison}]


def test_a_finding_imported_again_keeps_what_people_did_to_it(hubs: Hubs) -> None:
    hub = hubs.hub(hubs.member)
    told = hub.batch_import_findings(Findings=[finding(hubs.member)])
    assert (told["SuccessCount"], told["FailedCount"]) == (1, 0)
    shown = hub.get_findings()["Findings"][0]
    assert (shown["Workflow"], shown["RecordState"], shown["Region"]) == ({"Status": "NEW"}, "ACTIVE", HOME)
    assert shown["Severity"]["Normalized"] == 70
    told = hub.batch_update_findings(
        FindingIdentifiers=[{"Id": shown["Id"], "ProductArn": shown["ProductArn"]}, {"Id": "x", "ProductArn": "y"}],
        Note={"Text": "known", "UpdatedBy": "me"},
        Workflow={"Status": "SUPPRESSED"},
        UserDefinedFields={"ticket": "7"},
        Severity={"Label": "LOW"},
    )
    assert [one["Id"] for one in told["ProcessedFindings"]] == [shown["Id"]]
    assert told["UnprocessedFindings"][0]["ErrorCode"] == "FindingNotFound"
    hub.batch_import_findings(Findings=[finding(hubs.member, Title="It still does not log")])
    (again,) = hub.get_findings()["Findings"]
    assert again["Title"] == "It still does not log"
    assert (again["Workflow"]["Status"], again["Note"]["Text"]) == ("SUPPRESSED", "known")
    assert (again["UserDefinedFields"], again["Severity"]["Label"]) == ({"ticket": "7"}, "LOW")
    assert again["FindingProviderFields"]["Severity"]["Label"] == "HIGH"


def test_what_was_resolved_and_returns_is_new(hubs: Hubs) -> None:
    hub = hubs.hub(hubs.member)
    hub.batch_import_findings(Findings=[finding(hubs.member, 2)])
    name = {"Id": "trailkeep/2", "ProductArn": finding(hubs.member)["ProductArn"]}
    hub.batch_update_findings(FindingIdentifiers=[name], Workflow={"Status": "RESOLVED"})
    hub.batch_import_findings(
        Findings=[finding(hubs.member, 2, Compliance={"Status": "PASSED"}, RecordState="ARCHIVED")]
    )
    (shown,) = hub.get_findings(Filters={"Id": equals("trailkeep/2")})["Findings"]
    assert (shown["RecordState"], shown["Workflow"]["Status"]) == ("ARCHIVED", "RESOLVED")
    hub.batch_import_findings(Findings=[finding(hubs.member, 2)])
    (shown,) = hub.get_findings(Filters={"Id": equals("trailkeep/2")})["Findings"]
    assert (shown["RecordState"], shown["Workflow"]["Status"]) == ("ACTIVE", "NEW")


@pytest.mark.parametrize(
    "wrong",
    [
        {"AwsAccountId": "999999999999"},
        {"ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/guardduty"},
        {"SchemaVersion": "1"},
        {"Resources": []},
        {"CreatedAt": "yesterday"},
        {"Description": "x" * 250_000},
        {"Severity": {}},
        {"Types": []},
        {"Title": ""},
    ],
)
def test_a_finding_that_is_none_fails_alone(hubs: Hubs, wrong: dict[str, Any]) -> None:
    hub = hubs.hub(hubs.member)
    told = hub.batch_import_findings(Findings=[finding(hubs.member, 3), {**finding(hubs.member, 4), **wrong}])
    assert (told["SuccessCount"], told["FailedCount"]) == (1, 1)
    assert told["FailedFindings"][0]["Id"] == "trailkeep/4"
    assert told["FailedFindings"][0]["ErrorCode"] == "InvalidInput"


def test_imports_have_bounds(hubs: Hubs) -> None:
    hub = hubs.hub(hubs.member)
    assert refusal(hub.batch_import_findings, Findings=[finding(hubs.member, n) for n in range(101)]) == (
        "InvalidInputException"
    )
    assert refusal(hubs.hub(hubs.other).batch_import_findings, Findings=[finding(hubs.other)]) == (
        "InvalidAccessException"
    )
    assert refusal(hubs.hub(hubs.other).get_findings) == "InvalidAccessException"


def test_findings_are_filtered_and_come_in_pages(hubs: Hubs) -> None:
    hub = hubs.hub(hubs.member)
    many = [finding(hubs.member, 100 + n, Title=f"Number {n}", GeneratorId=f"g/{n % 2}") for n in range(50)]
    hub.batch_import_findings(Findings=many)

    def found(**filters: list[dict[str, str]]) -> int:
        pages = hub.get_paginator("get_findings").paginate(Filters=filters, PaginationConfig={"PageSize": 7})
        return sum(len(page["Findings"]) for page in pages)

    mine = {"Title": equals("Number ", "PREFIX")}
    assert found(**mine) == 50
    assert found(**mine, GeneratorId=equals("g/1")) == 25
    assert found(**mine, GeneratorId=equals("g/1", "NOT_EQUALS")) == 25
    assert found(Title=[*equals("Number 1"), *equals("Number 2")]) == 2
    assert found(Title=equals("ber 4", "CONTAINS")) == 11
    assert found(**mine, RecordState=equals("ARCHIVED")) == 0
    assert found(**mine, SeverityLabel=equals("HIGH"), ComplianceStatus=equals("FAILED")) == 50
    assert found(**mine, WorkflowStatus=equals("NEW"), AwsAccountId=equals(hubs.member)) == 50
    assert refusal(hub.get_findings, Filters={"NoteText": equals("x")}) == "NotInLab"


def test_a_finding_is_told_to_eventbridge(hubs: Hubs) -> None:
    world, account = hubs.world, hubs.member
    topic = world.client("sns", account, HOME).create_topic(Name="findings")["TopicArn"]
    say = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    world.client("sns", account, HOME).set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [say]})
    )
    events = world.client("events", account, HOME)
    wanted = {"source": ["aws.securityhub"], "detail": {"findings": {"Severity": {"Label": ["CRITICAL"]}}}}
    events.put_rule(Name="critical", EventPattern=json.dumps(wanted))
    events.put_targets(Rule="critical", Targets=[{"Id": "t", "Arn": topic}])
    severe = finding(account, 200, Severity={"Label": "CRITICAL"})
    hubs.hub(account).batch_import_findings(Findings=[severe, finding(account, 201)])
    (told,) = control(world.lab.url, "GET", "messages")
    assert (told["name"], told["topic"]) == ("Security Hub Findings - Imported", topic)
    assert json.loads(told["text"])["detail"]["findings"][0]["Id"] == "trailkeep/200"


def test_the_administrator_sees_the_findings_of_members_in_the_home_region() -> None:
    lab, hubs = begun()
    with lab:
        hubs.hub().enable_organization_admin_account(AdminAccountId=hubs.admin)
        hub = hubs.central
        hub.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
        hub.update_organization_configuration(
            AutoEnable=False, OrganizationConfiguration={"ConfigurationType": "CENTRAL"}
        )
        hubs.wait()
        made = hub.create_configuration_policy(Name="all", ConfigurationPolicy=policy(HOME, FSBP))
        hub.start_configuration_policy_association(
            ConfigurationPolicyIdentifier=made["Id"], Target={"AccountId": hubs.member}
        )
        hubs.wait()
        theirs = World(lab).client("securityhub", hubs.member, "us-east-1")
        theirs.batch_import_findings(Findings=[finding(hubs.member, region="us-east-1")])
        assert [one["Region"] for one in hub.get_findings()["Findings"]] == ["us-east-1"]
        name = {"Id": "trailkeep/1", "ProductArn": finding(hubs.member, region="us-east-1")["ProductArn"]}
        hub.batch_update_findings(FindingIdentifiers=[name], Workflow={"Status": "NOTIFIED"})
        assert theirs.get_findings()["Findings"][0]["Workflow"]["Status"] == "NOTIFIED"
        assert hubs.hub(hubs.member).get_findings()["Findings"] == []
