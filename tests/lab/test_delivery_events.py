"""Every call is a CloudTrail event: its names, who called, what is left out, and which accounts see it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.lab.conftest import World, refusal
from trailkeep.lab.call import Call
from trailkeep.lab.delivery.elements import HIDDEN, request_parameters
from trailkeep.lab.delivery.events import Event, events_of
from trailkeep.lab.delivery.selectors import selected
from trailkeep.lab.delivery.wire import dated
from trailkeep.lab.refusal import Reply
from trailkeep.lab.scenario import load_scenario
from trailkeep.lab.seed import build
from trailkeep.lab.world import World as LabWorld

MANAGEMENT, SECURITY, SHOP = "111111111111", "222222222222", "444444444444"
BUCKET = "events-of-the-shop"


def events(world: World, name: str, account: str | None = None, region: str = "us-east-1") -> list[dict[str, Any]]:
    """The events of a name in an account's history, newest first."""
    found = world.client("cloudtrail", account, region).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}]
    )["Events"]
    return [json.loads(one["CloudTrailEvent"]) for one in found]


def test_an_event_has_cloudtrails_members(small: World) -> None:
    small.client("iam", SHOP).create_user(UserName="mallory", Path="/staff/", Tags=[{"Key": "team", "Value": "shop"}])
    event = events(small, "CreateUser", SHOP)[0]
    assert list(event)[:5] == ["eventVersion", "userIdentity", "eventTime", "eventSource", "eventName"]
    assert (event["eventVersion"], event["eventSource"], event["awsRegion"]) == (
        "1.11",
        "iam.amazonaws.com",
        "us-east-1",
    )
    assert (event["eventType"], event["eventCategory"], event["managementEvent"]) == ("AwsApiCall", "Management", True)
    assert (event["readOnly"], event["recipientAccountId"]) == (False, SHOP)
    assert event["requestParameters"] == {
        "path": "/staff/",
        "userName": "mallory",
        "tags": [{"key": "team", "value": "shop"}],
    }
    assert event["responseElements"]["user"]["arn"] == f"arn:aws:iam::{SHOP}:user/staff/mallory"
    assert "Boto3/" in event["userAgent"]


def test_a_session_names_its_role(small: World) -> None:
    small.client("sqs", SHOP, "eu-west-1").create_queue(QueueName="orders")
    who = events(small, "CreateQueue", SHOP, "eu-west-1")[0]["userIdentity"]
    role = f"arn:aws:iam::{SHOP}:role/OrganizationAccountAccessRole"
    issuer = who["sessionContext"]["sessionIssuer"]
    assert (who["type"], issuer["type"], issuer["arn"]) == ("AssumedRole", "Role", role)
    assert who["arn"] == f"arn:aws:sts::{SHOP}:assumed-role/OrganizationAccountAccessRole/test"
    assert who["principalId"] == f"{issuer['principalId']}:test"
    assert who["accessKeyId"].startswith("ASIA")
    assert who["sessionContext"]["attributes"]["mfaAuthenticated"] == "false"


def test_assuming_a_role_is_an_event_in_both_accounts_without_the_token(small: World) -> None:
    role = f"arn:aws:iam::{SECURITY}:role/OrganizationAccountAccessRole"
    made = small.client("sts").assume_role(RoleArn=role, RoleSessionName="shared")["Credentials"]
    (here,) = (e for e in events(small, "AssumeRole") if e["requestParameters"]["roleSessionName"] == "shared")
    (there,) = (
        e for e in events(small, "AssumeRole", SECURITY) if e["requestParameters"]["roleSessionName"] == "shared"
    )
    assert here["sharedEventID"] == there["sharedEventID"]
    assert here["eventID"] != there["eventID"]
    assert here["userIdentity"]["userName"] == "admin"
    assert there["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": here["userIdentity"]["principalId"],
        "accountId": MANAGEMENT,
    }
    credentials = here["responseElements"]["credentials"]
    assert credentials["accessKeyId"] == made["AccessKeyId"]
    assert credentials["sessionToken"] == HIDDEN
    assert here["resources"] == [{"accountId": SECURITY, "type": "AWS::IAM::Role", "ARN": role}]
    for event in (here, there):
        assert made["SecretAccessKey"] not in json.dumps(event)
        assert made["SessionToken"] not in json.dumps(event)


def test_secrets_and_account_names_are_left_out(small: World) -> None:
    iam = small.client("iam", SHOP)
    iam.create_user(UserName="keyed")
    secret = iam.create_access_key(UserName="keyed")["AccessKey"]["SecretAccessKey"]
    iam.create_login_profile(UserName="keyed", Password="correct horse battery 9!")
    small.client("ssm", SHOP).put_parameter(Name="/app/secret", Value="hunter2", Type="SecureString")
    small.client("organizations").create_account(Email="aws+secret-project@example.com", AccountName="Secret Project")
    names = ("CreateAccessKey", "CreateLoginProfile", "PutParameter")
    told = json.dumps([events(small, name, SHOP) for name in names] + [events(small, "CreateAccount")])
    for hidden in (secret, "correct horse", "hunter2", "Secret Project", "secret-project"):
        assert hidden not in told
    assert events(small, "PutParameter", SHOP)[0]["requestParameters"]["value"] == HIDDEN
    assert events(small, "CreateAccount")[0]["requestParameters"]["email"] == "****"


def test_a_presigned_address_does_not_show_its_signature() -> None:
    uri = {"Bucket": "b", "Key": "k", "X-Amz-Signature": "abc", "X-Amz-Expires": "900", "X-Amz-Credential": "AKIA/x"}
    call = Call(
        seq=1, account=SHOP, region="us-east-1", service="s3", action="GetObject", principal="", protocol="rest-xml",
        method="GET", params={}, uri=uri, headers={"host": "b.s3.amazonaws.com"}, body=b"",
    )  # fmt: skip
    asked = request_parameters(call)
    assert asked is not None
    assert (asked["X-Amz-Signature"], asked["X-Amz-Credential"], asked["X-Amz-Expires"]) == (HIDDEN, HIDDEN, "900")
    assert (asked["bucketName"], asked["key"]) == ("b", "k")


def test_a_refusal_says_why(small: World) -> None:
    with pytest.raises(ClientError):
        small.client("sts", SHOP).assume_role(RoleArn=f"arn:aws:iam::{SHOP}:role/Nobody", RoleSessionName="nobody")
    event = next(e for e in events(small, "AssumeRole", SHOP) if "errorCode" in e)
    assert event["errorCode"] == "AccessDenied"
    assert "is not authorized to perform: sts:AssumeRole" in event["errorMessage"]
    assert event["requestParameters"] is None
    assert event["responseElements"] is None
    with pytest.raises(ClientError):
        small.client("cloudtrail", SHOP).get_trail(Name="no-such-trail")
    assert events(small, "GetTrail", SHOP)[0]["errorCode"] == "TrailNotFoundException"


def test_buckets_have_cloudtrails_names_and_their_own_region(small: World) -> None:
    s3 = small.client("s3", SHOP, "eu-central-1")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 9}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    (lifecycle,) = events(small, "PutBucketLifecycle", SHOP, "eu-central-1")
    assert lifecycle["requestParameters"]["bucketName"] == BUCKET
    assert lifecycle["requestParameters"]["LifecycleConfiguration"]["Rule"]["Expiration"] == {"Days": "9"}
    bucket = {"accountId": SHOP, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{BUCKET}"}
    assert lifecycle["resources"] == [bucket]
    assert len(events(small, "PutBucketPublicAccessBlock", SHOP, "eu-central-1")) == 1
    assert events(small, "PutBucketLifecycleConfiguration", SHOP, "eu-central-1") == []


def test_objects_are_data_events_and_not_in_the_history(small: World) -> None:
    s3 = small.client("s3", SHOP, "eu-central-1")
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    s3.get_object(Bucket=BUCKET, Key="a")
    s3.list_objects_v2(Bucket=BUCKET)
    for name in ("PutObject", "GetObject", "ListObjects"):
        assert events(small, name, SHOP, "eu-central-1") == []


def test_what_is_not_in_the_lab_is_no_event(small: World) -> None:
    assert refusal(small.client("cloudtrail", SHOP).list_channels) == "NotInLab"
    assert events(small, "ListChannels", SHOP) == []


def test_the_history_is_found_by_one_attribute_and_a_time(small: World) -> None:
    client = small.client("cloudtrail", SHOP)
    source = [{"AttributeKey": "EventSource", "AttributeValue": "iam.amazonaws.com"}]
    found = client.lookup_events(LookupAttributes=source)["Events"]
    assert {one["EventSource"] for one in found} == {"iam.amazonaws.com"}
    writes = client.lookup_events(LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}])["Events"]
    assert {one["ReadOnly"] for one in writes} == {"false"}
    assert client.lookup_events(StartTime=1_000_000_000, EndTime=1_900_000_000)["Events"]
    assert refusal(client.lookup_events, LookupAttributes=source * 2) == "InvalidLookupAttributesException"
    page = client.lookup_events(MaxResults=2)
    again = client.lookup_events(MaxResults=2, NextToken=page["NextToken"])
    assert page["Events"][0]["EventId"] != again["Events"][0]["EventId"]


class Selecting:
    """A trail with selectors, as far as they are asked."""

    def __init__(
        self, basic: list[dict[str, Any]] | None = None, advanced: list[list[dict[str, Any]]] | None = None
    ) -> None:
        self.event_selectors = basic or []
        self.advanced_event_selectors = [{"FieldSelectors": one} for one in advanced or []]


def event(*, data: bool = False, read_only: bool = False, source: str = "s3.amazonaws.com") -> Event:
    arn = "arn:aws:s3:::logs/AWSLogs/x"
    return Event(
        id="1", time=0, account=SHOP, region="us-east-1", source=source, name="PutObject", username="", key="",
        read_only=read_only, data=data, resources=(("AWS::S3::Object", arn), ("AWS::S3::Bucket", arn[:16])), record=b"",
    )  # fmt: skip


MANAGEMENT_FIELD: dict[str, Any] = {"Field": "eventCategory", "Equals": ["Management"]}
DATA_FIELD: dict[str, Any] = {"Field": "eventCategory", "Equals": ["Data"]}


@pytest.mark.parametrize(
    ("trail", "made", "wanted"),
    [
        (Selecting(), event(), True),
        (Selecting(), event(data=True), False),
        (Selecting(basic=[{"ReadWriteType": "WriteOnly"}]), event(), True),
        (Selecting(basic=[{"ReadWriteType": "WriteOnly"}]), event(read_only=True), False),
        (Selecting(basic=[{"IncludeManagementEvents": False}]), event(), False),
        (
            Selecting(basic=[{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]),
            event(source="kms.amazonaws.com"),
            False,
        ),
        (
            Selecting(basic=[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::logs/"]}]}]),
            event(data=True),
            True,
        ),
        (
            Selecting(basic=[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::log/"]}]}]),
            event(data=True),
            False,
        ),
        (Selecting(advanced=[[MANAGEMENT_FIELD]]), event(), True),
        (Selecting(advanced=[[MANAGEMENT_FIELD]]), event(data=True), False),
        (Selecting(advanced=[[MANAGEMENT_FIELD, {"Field": "readOnly", "Equals": ["false"]}]]), event(), True),
        (
            Selecting(advanced=[[MANAGEMENT_FIELD, {"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]}]]),
            event(),
            False,
        ),
        (
            Selecting(advanced=[[DATA_FIELD, {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::logs/"]}]]),
            event(data=True),
            True,
        ),
        (
            Selecting(advanced=[[DATA_FIELD, {"Field": "resources.ARN", "NotStartsWith": ["arn:aws:s3:::logs/"]}]]),
            event(data=True),
            False,
        ),
        (
            Selecting(advanced=[[DATA_FIELD, {"Field": "eventName", "Equals": ["DeleteObject"]}]]),
            event(data=True),
            False,
        ),
    ],
)
def test_selectors_choose(trail: Selecting, made: Event, wanted: bool) -> None:
    assert selected(trail, made) is wanted


@pytest.fixture(scope="module")
def small_world() -> LabWorld:
    """The small organization in this process, for calls that no client of AWS would send."""
    return build(load_scenario("small"), 7)


def call(params: dict[str, Any], protocol: str = "json", service: str = "cloudtrail", body: bytes = b"") -> Call:
    return Call(
        seq=1, account=SHOP, region="us-east-1", service=service, action="PutBucketPolicy", principal="", params=params,
        protocol=protocol, method="POST", uri={"Bucket": "b"} if service == "s3" else {}, headers={}, body=body,
    )  # fmt: skip


def deep(levels: int) -> Any:
    made: Any = "x"
    for _ in range(levels):
        made = {"A": [made]}
    return made


@pytest.mark.parametrize(
    "hostile",
    [
        call(deep(300)),
        call({".".join(["A"] * 5000): "x"}, protocol="query"),
        call({"A.member.²": "x", "B.1": "y", "B.999999999999999999999": "z", "C": "d", "C.1": "e"}, protocol="query"),
        call({"A": "\ud800", "B": 10**40}),
        call({}, service="s3", protocol="rest-xml", body=b"<a>" * 3000 + b"</a>" * 3000),
        call({}, service="s3", protocol="rest-xml", body=b"[" * 100_000),
        call({}, service="s3", protocol="rest-xml", body=b"[" * 900 + b"]" * 900),
        call({}, service="s3", protocol="rest-xml", body=b"\xff\xfe<"),
        call({"Big": "x" * 300_000}),
    ],
)
def test_no_request_is_too_strange_for_an_event(hostile: Call, small_world: LabWorld) -> None:
    (event,) = events_of(hostile, Reply(body=b'{"a":' * 200), None, small_world)
    assert json.loads(event.record)["recipientAccountId"] == SHOP
    assert len(event.record) < 110_000
    (refused,) = events_of(hostile, Reply(status=400, body=b"\xff{"), "ValidationException", small_world)
    assert json.loads(refused.record)["errorCode"] == "ValidationException"


def test_times_in_answers_are_cloudtrails() -> None:
    moment = {"createDate": "2023-07-10T12:23:05.5Z", "deep": [{"requestedTimestamp": 1688991785.0, "count": 3}]}
    assert dated(moment) == {
        "createDate": "Jul 10, 2023 12:23:05 PM",
        "deep": [{"requestedTimestamp": "Jul 10, 2023 12:23:05 PM", "count": 3}],
    }
    assert dated("2023-07-10T00:09:47Z", ",") == "Jul 10, 2023, 12:09:47 AM"
