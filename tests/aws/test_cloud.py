"""Calling the embedded organization as AWS is called: whose credentials, how often, and what is said when it fails."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws.test_retry import Watch
from tests.forks import start
from trailkeep.aws.calls import Call
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.credentials import Memberships
from trailkeep.aws.errors import translate
from trailkeep.aws.paging import next_request
from trailkeep.aws.sweep import sweep
from trailkeep.errors import AwsError
from trailkeep.lab import Fault, Lab
from trailkeep.model.ids import Region

ROLE = "OrganizationAccountAccessRole"
BOSS = "111111111111"
SHOP = "444444444444"


@pytest.fixture(scope="module")
def running() -> Iterator[Lab]:
    with start("small") as found:
        yield found


@pytest.fixture
def lab(running: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    running.set_faults([])
    running.forget_calls()
    yield running
    running.set_faults([])


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def cloud(lab: Lab, calls: list[Call]) -> Cloud:
    return Cloud.open(access_role=ROLE, region=Region("eu-west-1"), on_call=calls.append)


def arn(cloud: Cloud, account: str, region: str = "eu-west-1") -> str:
    return str(cloud.call(account, region, "sts", "get_caller_identity")["Arn"])


def test_the_caller_is_known(cloud: Cloud) -> None:
    assert cloud.caller.account == BOSS
    assert cloud.caller.partition == "aws"
    assert cloud.caller.region == "eu-west-1"


def test_one_client_serves_every_account(cloud: Cloud) -> None:
    accounts = [BOSS, SHOP, "222222222222", "121212121212"] * 10
    found = sweep(cloud, accounts, lambda account: arn(cloud, account))
    assert [str(a).split(":")[4] for a in found] == accounts
    assert list(cloud._clients) == [("eu-west-1", "sts")]
    assert cloud.tally().counts["sts", "assume_role"].calls == 3


def test_the_account_travels_with_each_call_across_threads(cloud: Cloud) -> None:
    """The law behind sharing clients: what a call sees is what its own account made."""
    for account in (BOSS, SHOP):
        cloud.call(
            account, "eu-west-1", "ssm", "put_parameter", Name="/law", Value=account, Type="String", Overwrite=True
        )
    asked = [BOSS, SHOP] * 40
    found = sweep(cloud, asked, lambda a: cloud.call(a, "eu-west-1", "ssm", "get_parameter", Name="/law"))
    assert [f["Parameter"]["Value"] for f in found if isinstance(f, dict)] == asked


def test_global_services_go_to_the_leader(cloud: Cloud, calls: list[Call]) -> None:
    cloud.call(BOSS, "eu-west-1", "organizations", "describe_organization")
    cloud.call(SHOP, "", "iam", "get_role", RoleName=ROLE)
    assert {c.region for c in calls if c.service in {"organizations", "iam"}} == {"us-east-1"}


def test_pages_are_followed(cloud: Cloud) -> None:
    found = list(cloud.pages(BOSS, "", "organizations", "list_accounts", "Accounts", MaxResults=1))
    assert len({a["Id"] for a in found}) == 4
    assert cloud.tally().counts["organizations", "list_accounts"].calls >= 4


def test_throttling_is_repeated_and_counted(cloud: Cloud, lab: Lab, calls: list[Call]) -> None:
    lab.set_faults([Fault(service="config", kind="throttle", times=3)])
    cloud.call(SHOP, "eu-west-1", "config", "describe_configuration_recorder_status")
    count = cloud.tally().counts["config", "describe_configuration_recorder_status"]
    assert (count.calls, count.retries, count.throttles) == (1, 3, 3)
    assert calls[-1].attempts == 4
    assert calls[-1].code == ""


def test_an_outage_is_repeated_for_reading_only(cloud: Cloud, lab: Lab) -> None:
    lab.set_faults(
        [Fault(service="config", kind="outage", times=2), Fault(service="organizations", kind="outage", times=1)]
    )
    cloud.call(SHOP, "eu-west-1", "config", "describe_delivery_channels")
    with pytest.raises(AwsError):
        cloud.call(BOSS, "", "organizations", "create_organizational_unit", ParentId="r-0000", Name="x")
    assert cloud.tally().counts["organizations", "create_organizational_unit"].retries == 0


def test_a_lost_answer_is_asked_for_again(cloud: Cloud, lab: Lab) -> None:
    lab.set_faults([Fault(service="cloudtrail", kind="drop", times=1)])
    assert cloud.call(SHOP, "eu-west-1", "cloudtrail", "describe_trails")["trailList"] == []


def test_a_refusal_says_what_where_and_what_to_do(cloud: Cloud, lab: Lab, calls: list[Call]) -> None:
    lab.set_faults([Fault(service="config", kind="deny")])
    with pytest.raises(AwsError) as caught:
        cloud.call(SHOP, "eu-west-1", "config", "describe_delivery_channels")
    assert caught.value.message.startswith(f"could not describe delivery channels in {SHOP} eu-west-1: ")
    assert caught.value.code.startswith("AccessDenied")
    assert caught.value.hint
    assert calls[-1].code == caught.value.code


def test_a_closed_door_is_knocked_at_once(cloud: Cloud, lab: Lab) -> None:
    lab.set_faults([Fault(service="sts", action="AssumeRole", kind="deny")])
    for _ in range(5):
        with pytest.raises(AwsError, match=f"could not enter account {SHOP} as {ROLE}"):
            cloud.call(SHOP, "eu-west-1", "config", "describe_delivery_channels")
    assert cloud.tally().counts["sts", "assume_role"].calls == 1
    lab.set_faults([])
    cloud.forget(SHOP)
    cloud.call(SHOP, "eu-west-1", "config", "describe_delivery_channels")


def test_settling_waits_for_a_role_that_was_just_made(cloud: Cloud, lab: Lab) -> None:
    lab.set_faults([Fault(service="sts", action="AssumeRole", kind="deny", times=2)])
    cloud.enter(SHOP, settling=30)
    assert arn(cloud, SHOP).split(":")[4] == SHOP


def test_the_lab_is_never_left(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    for endpoint in ("https://sts.amazonaws.com", "http://127.0.0.1.example.com", "http://127.0.0.1@evil.example", ""):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(AwsError, match="lab mode"):
            Cloud.open(access_role=ROLE)


def test_the_lab_is_not_left_by_a_service_endpoint_either(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://sts.example.com")
    assert Cloud.open(access_role=ROLE).caller.account == BOSS


def test_no_credentials_and_no_profile_are_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AwsError) as caught:
        Cloud.open(profile="nobody", access_role=ROLE)
    assert caught.value.code == "ProfileNotFound"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(AwsError) as caught:
        Cloud.open(access_role=ROLE)
    assert caught.value.code == "NoCredentialsError"
    assert "AWS_PROFILE" in caught.value.hint


def test_an_endpoint_that_does_not_answer_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(AwsError) as caught:
        Cloud.open(access_role=ROLE)
    assert caught.value.code == "EndpointConnectionError"
    assert caught.value.hint


def test_a_wrong_parameter_is_an_aws_error_too(cloud: Cloud) -> None:
    with pytest.raises(AwsError, match="Parameter validation failed"):
        cloud.call(BOSS, "", "organizations", "describe_policy", Nonsense=1)


def test_what_the_lab_cannot_do_is_said_not_repeated(cloud: Cloud) -> None:
    with pytest.raises(AwsError) as caught:
        cloud.call(SHOP, "eu-west-1", "guardduty", "list_detectors")
    assert caught.value.code == "NotInLab"
    assert cloud.tally().counts["guardduty", "list_detectors"].retries == 0


def test_interrupting_a_sweep_stops_it(cloud: Cloud) -> None:
    asked: list[int] = []

    def function(number: int) -> int:
        asked.append(number)
        if number == 3:
            raise KeyboardInterrupt
        return number

    with pytest.raises(KeyboardInterrupt):
        sweep(cloud, range(100_000), function)
    assert len(asked) < 100_000


def test_a_bug_in_a_sweep_is_not_swallowed(cloud: Cloud) -> None:
    with pytest.raises(ZeroDivisionError):
        sweep(cloud, [1, 0], lambda number: 1 // number)


def test_a_sweep_keeps_the_order_and_the_failures(cloud: Cloud) -> None:
    def function(number: int) -> int:
        if number % 2:
            raise AwsError(str(number))
        return number

    steps: list[None] = []
    found = sweep(cloud, range(9), function, lambda: steps.append(None))
    assert [r.message if isinstance(r, AwsError) else r for r in found] == [0, "1", 2, "3", 4, "5", 6, "7", 8]
    assert len(steps) == 9
    assert sweep(cloud, [], function) == []


def test_sessions_are_renewed_before_they_end() -> None:
    watch, assumed = Watch(), list[str]()

    def assume(account: str, _settling: float) -> Any:
        assumed.append(account)
        return f"credentials {len(assumed)}"

    members = Memberships(assume, watch.clock)
    assert members.enter("1") == members.enter("1") == "credentials 1"
    watch.time = 49 * 60
    assert members.enter("1") == "credentials 1"
    watch.time = 51 * 60
    assert members.enter("1") == "credentials 2"


@pytest.mark.parametrize(
    ("rule", "answer", "asks"),
    [
        ({}, {"NextToken": "a"}, {"NextToken": "a"}),
        ({}, {"nextToken": "a"}, {"nextToken": "a"}),
        ({}, {"NextMarker": "a"}, {"Marker": "a"}),
        ({}, {"NextToken": ""}, {}),
        ({"input_token": "Marker", "output_token": "Marker", "more_results": "IsTruncated"}, {"Marker": "a"}, {}),
        (
            {"input_token": ["KeyMarker", "VersionIdMarker"], "output_token": ["NextKeyMarker", "NextVersionIdMarker"]},
            {"NextKeyMarker": "k", "NextVersionIdMarker": "v"},
            {"KeyMarker": "k", "VersionIdMarker": "v"},
        ),
        ({"input_token": "M", "output_token": "Next || Items[-1].Key"}, {"Items": [{"Key": "z"}]}, {"M": "z"}),
    ],
)
def test_the_next_page(rule: dict[str, Any], answer: dict[str, Any], asks: dict[str, str]) -> None:
    assert next_request(rule, answer) == asks


def test_errors_hold_no_credentials_and_name_the_policy_that_denies() -> None:
    import botocore.exceptions as boto

    said = "User AKIAIOSFODNN7EXAMPLE is not authorized with an explicit deny in a service control policy " + "x" * 5000
    answer: Any = {"Error": {"Code": "AccessDenied", "Message": said}}
    error = translate(boto.ClientError(answer, "Op"), doing="list trails", where="1")
    assert "AKIAIOSFODNN7EXAMPLE" not in error.message
    assert len(error.message) < 800
    assert "service control policy denies it" in error.hint
