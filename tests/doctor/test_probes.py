"""Live questions: what AWS answers becomes rows, absence is an answer, and a refusal is none."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.permissions import IAM_ACTIONS
from trailkeep.aws.probes import EVENTS, HISTORY, NEWEST, PROBES, Row, ask
from trailkeep.doctor.causes import CAUSES
from trailkeep.errors import AwsError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ME, OTHER, HOME = "111111111111", "222222222222", "eu-west-1"


class Aws:
    """Answers by operation; an AwsError is raised."""

    caller = SimpleNamespace(account=ME)

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, _account: str, _region: str, _service: str, operation: str, **params: Any) -> Any:
        self.asked.append((operation, params))
        found = self.answers[operation]
        if isinstance(found, AwsError):
            raise found
        return found

    def pages(self, account: str, region: str, service: str, operation: str, key: str, **params: Any) -> Iterator[Any]:
        yield from self.call(account, region, service, operation, **params).get(key, ())


def asked(aws: Aws, operation: str, about: str = "", account: str = OTHER) -> tuple[Row, ...]:
    return ask(cast("Cloud", aws), operation, account, HOME, about, NOW)


def refused(code: str, message: str = "no") -> AwsError:
    return AwsError(message, code=code)


@pytest.mark.parametrize(("code", "state"), [("404", "gone"), ("NoSuchBucket", "gone"), ("403", "forbidden")])
def test_a_bucket_is_there_gone_or_forbidden(code: str, state: str) -> None:
    assert asked(Aws(head_bucket={}), "head_bucket", "b") == ({"state": "there"},)
    assert asked(Aws(head_bucket=refused(code)), "head_bucket", "b") == ({"state": state},)


@pytest.mark.parametrize("operation", PROBES)
def test_what_aws_refuses_is_no_answer(operation: str) -> None:
    names = ("head_bucket list_object_versions get_bucket_acl get_bucket_lifecycle_configuration lookup_events "
             "describe_key get_trail_status describe_resource_policy get_role describe_hub list_regions "
             "describe_retention_configurations describe_trails describe_compliance_by_config_rule "
             "describe_delivery_channel_status select_resource_config").split()  # fmt: skip
    aws = Aws(**{name: refused("ThrottlingException") for name in names})
    with pytest.raises(AwsError):
        asked(aws, operation, "bucket/prefix")


def test_versions_and_delete_markers_below_a_prefix() -> None:
    aws = Aws(
        list_object_versions={
            "Versions": [
                {"Key": "a", "VersionId": "1", "IsLatest": False, "LastModified": NOW, "StorageClass": "GLACIER"}
            ],
            "DeleteMarkers": [{"Key": "a", "VersionId": "2", "IsLatest": True, "LastModified": NOW}],
        }
    )
    rows = asked(aws, "list_object_versions", "bucket/AWSLogs/x/")
    assert [(r["kind"], r["latest"]) for r in rows] == [("version", "false"), ("delete marker", "true")]
    assert aws.asked[0][1] == {"Bucket": "bucket", "Prefix": "AWSLogs/x/", "MaxKeys": 1000}


def test_grants_other_than_the_owners() -> None:
    aws = Aws(
        get_bucket_acl={
            "Owner": {"ID": "me"},
            "Grants": [
                {"Grantee": {"ID": "me"}, "Permission": "FULL_CONTROL"},
                {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"},
            ],
        }
    )
    assert [r["owner"] for r in asked(aws, "get_bucket_acl", "b")] == ["true", "false"]


def test_events_are_asked_for_by_name_or_source_and_are_limited() -> None:
    record = {
        "userIdentity": {"arn": "arn:aws:iam::1:root"},
        "errorCode": "AccessDenied",
        "errorMessage": "explicit deny in a service control policy",
        "requestParameters": {"name": "trailkeep"},
    }
    event = {"EventName": "StopLogging", "EventTime": NOW, "CloudTrailEvent": json.dumps(record)}
    aws = Aws(lookup_events={"Events": [event] * (EVENTS + 5)})
    rows = asked(aws, "lookup_events", "StopLogging")
    assert len(rows) == EVENTS
    assert rows[0]["who"] == "arn:aws:iam::1:root"
    assert rows[0]["error"] == "AccessDenied"
    assert "trailkeep" in rows[0]["resource"]
    assert aws.asked[0][1]["LookupAttributes"] == [{"AttributeKey": "EventName", "AttributeValue": "StopLogging"}]
    assert len(asked(aws, "lookup_events")) == 1, "the newest event alone"
    asked(aws, "lookup_events", "source:s3.amazonaws.com")
    assert aws.asked[-1][1]["LookupAttributes"][0]["AttributeKey"] == "EventSource"


def test_calls_that_write_are_asked_for_a_page_of_six_hours() -> None:
    refused_call = json.dumps({"errorCode": "AccessDenied"})
    event = {"EventName": "DeleteBucket", "EventTime": NOW, "Username": "bob", "CloudTrailEvent": refused_call}
    aws = Aws(lookup_events={"Events": [event] * 60})
    rows = asked(aws, "write_events")
    assert len(rows) == 50
    assert (rows[0]["event"], rows[0]["who"], rows[0]["error"]) == ("DeleteBucket", "bob", "AccessDenied")
    ((_, params),) = aws.asked
    assert params["LookupAttributes"] == [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    assert NOW - params["StartTime"] == HISTORY


def test_the_newest_item_is_the_first_of_a_sorted_query() -> None:
    item = {
        "resourceId": "b",
        "resourceType": "AWS::S3::Bucket",
        "configurationItemCaptureTime": "2026-11-23T05:00:00Z",
    }
    aws = Aws(select_resource_config={"Results": [json.dumps(item), "{}"]})
    told = {"newest": "2026-11-23T05:00:00Z", "resource": "AWS::S3::Bucket b"}
    assert asked(aws, "select_resource_config") == (told,)
    ((_, params),) = aws.asked
    assert params == {"Expression": NEWEST, "Limit": 1}
    assert len(NEWEST) <= 4096
    assert asked(Aws(select_resource_config={"Results": []}), "select_resource_config") == ()
    assert asked(Aws(select_resource_config={"Results": ["["]}), "select_resource_config")[0]["newest"] == ""


def test_when_history_was_delivered_last() -> None:
    name = "describe_delivery_channel_status"
    status = {"DeliveryChannelsStatus": [{"configHistoryDeliveryInfo": {"lastSuccessfulTime": NOW}}]}
    assert asked(Aws(**{name: status}), name) == (
        {"delivered": NOW.isoformat(), "failed": "false", "asked": NOW.isoformat()},
    )
    failing = {"DeliveryChannelsStatus": [{"configSnapshotDeliveryInfo": {"lastStatus": "FAILURE"}}]}
    assert asked(Aws(**{name: failing}), name)[0]["failed"] == "true"
    assert asked(Aws(**{name: {"DeliveryChannelsStatus": [{}]}}), name)[0]["delivered"] == ""
    assert asked(Aws(**{name: {}}), name) == ()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"userIdentity": 7}', "7"])
def test_an_event_may_hold_any_text(text: str) -> None:
    aws = Aws(lookup_events={"Events": [{"EventName": "x", "Username": "bob", "CloudTrailEvent": text}]})
    assert asked(aws, "lookup_events", "x")[0]["who"] == "bob"


def test_absence_is_an_answer() -> None:
    none = refused("ResourcePolicyNotFoundException")
    assert asked(Aws(describe_resource_policy=none), "describe_resource_policy") == ({"content": ""},)
    assert asked(Aws(get_role=refused("NoSuchEntity")), "get_role", "r") == ({"there": "false"},)
    assert asked(Aws(describe_hub=refused("InvalidAccessException")), "describe_hub") == ({"hub": "off"},)
    assert asked(Aws(describe_retention_configurations={}), "describe_retention_configurations") == ()
    assert asked(Aws(describe_trails={"trailList": [{}]}), "log_group_retention", "arn") == ()


def test_a_refusal_by_policy_is_not_a_hub_that_is_off() -> None:
    with pytest.raises(AwsError):
        asked(Aws(describe_hub=refused("AccessDeniedException", "explicit deny")), "describe_hub")
    off = refused("AccessDeniedException", "Account 1 is not subscribed to AWS Security Hub")
    assert asked(Aws(describe_hub=off), "describe_hub") == ({"hub": "off"},)


def test_roles_keys_trails_and_rules() -> None:
    role: dict[str, Any] = {"Role": {"AssumeRolePolicyDocument": {"Statement": []}}}
    assert asked(Aws(get_role=role), "get_role", "r") == ({"there": "true", "trust": '{"Statement": []}'},)
    key = {"KeyMetadata": {"KeyState": "Disabled", "Arn": "arn"}}
    assert asked(Aws(describe_key=key), "describe_key", "k")[0]["state"] == "Disabled"
    status = {"IsLogging": True, "LatestNotificationError": "AuthorizationError"}
    assert asked(Aws(get_trail_status=status), "get_trail_status", "t")[0]["notification_error"] == "AuthorizationError"
    rules = {"ComplianceByConfigRules": [{"ConfigRuleName": "r", "Compliance": {"ComplianceType": "NON_COMPLIANT"}}]}
    told = asked(Aws(describe_compliance_by_config_rule=rules), "describe_compliance_by_config_rule")
    assert told == ({"rule": "r", "state": "NON_COMPLIANT"},)


def test_the_log_group_of_a_trail() -> None:
    arn = f"arn:aws:logs:{HOME}:{ME}:log-group:trail:*"
    aws = Aws(
        describe_trails={"trailList": [{"CloudWatchLogsLogGroupArn": arn}]},
        describe_log_groups={
            "logGroups": [{"logGroupName": "trail"}, {"logGroupName": "trail2", "retentionInDays": 3}]
        },
    )
    assert asked(aws, "log_group_retention", "t") == ({"group": "trail", "days": ""},)


def test_regions_are_asked_by_the_management_account_and_its_own_without_a_name() -> None:
    aws = Aws(list_regions={"Regions": [{"RegionName": HOME, "RegionOptStatus": "ENABLING"}]})
    assert asked(aws, "list_regions") == ({"region": HOME, "state": "ENABLING"},)
    assert aws.asked[-1][1] == {"AccountId": OTHER}
    asked(aws, "list_regions", account=ME)
    assert aws.asked[-1][1] == {}


def test_lifecycle_tells_the_least_size_that_is_moved() -> None:
    name = "get_bucket_lifecycle_configuration"
    assert asked(Aws(**{name: {}}), name, "b") == ({"minimum": "all_storage_classes_128K"},)


def test_every_question_of_a_cause_can_be_asked_and_has_its_permission() -> None:
    import ast
    import inspect

    named: set[str] = set()
    for cause in CAUSES:
        tree = ast.parse(inspect.getsource(inspect.getmodule(cause.look) or inspect))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "operation" and isinstance(node.value, ast.Constant):
                named.add(str(node.value.value))
    assert named
    assert named <= PROBES.keys()
    permitted = {operation for _, operation in IAM_ACTIONS}
    named_otherwise = {"log_group_retention", "write_events"}
    assert {o for o in PROBES if o not in permitted} == named_otherwise, "which make calls of the table"
