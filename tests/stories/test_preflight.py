"""What would be denied is named before anything is changed."""

import json
from collections.abc import Sequence

import pytest

from tests.stories.desk import SECURITY, Desk
from trailkeep.lab import Fault

pytestmark = pytest.mark.story


def test_what_would_be_denied_in_the_management_account_is_named_and_nothing_is_changed(desk: Desk) -> None:
    desk.lab.set_faults(
        [
            Fault(service="organizations", action="CreatePolicy", kind="deny"),
            Fault(account=SECURITY, service="kms", action="CreateKey", kind="deny"),
        ]
    )
    desk.apply().expect(
        1,
        "nothing was changed, because this would be denied",
        "organizations:CreatePolicy in Small (111111111111)",
        "kms:CreateKey in Security Tooling (222222222222)",
        "grant these actions",
    )
    assert desk.writes() == []


READING = [f"{s}:{verb}*" for s in ("cloudtrail", "controltower", "s3") for verb in ("Describe", "Get", "List")]


def test_a_caller_with_too_little_is_told_what_is_missing(desk: Desk) -> None:
    allowed = [
        {"Effect": "Allow", "Action": ["organizations:*", "iam:*", "sts:*", "ssm:*", "config:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["account:List*", *READING], "Resource": "*"},
        {"Effect": "Deny", "Action": "organizations:Enable*", "Resource": "*"},
    ]
    desk.run("plan", environment=user(desk, allowed)).expect(0)
    said = desk.run("apply", "--yes", "--confirm", "Log Archive", environment=user(desk, allowed))
    said.expect(1, "organizations:EnableAWSServiceAccess in Small", "organizations:EnablePolicyType in Small")
    assert "cloudtrail:CreateTrail on arn:aws:cloudtrail:us-east-1:111111111111:trail/trailkeep in Small" in said.err
    assert [c for c in desk.writes() if c["service"] != "iam"] == []


def test_what_cannot_be_simulated_is_said_and_does_not_stop_it(desk: Desk) -> None:
    desk.lab.set_faults([Fault(service="iam", action="SimulatePrincipalPolicy", kind="deny")])
    said = desk.apply().expect(0, "could not be checked beforehand", "Small (111111111111)")
    assert said.err.count("could not be checked beforehand") == 2, "one line an account"


def user(desk: Desk, statements: Sequence[object]) -> dict[str, str]:
    """The environment of a new user of the management account with these permissions."""
    iam, name = desk.client("iam"), f"user-{len(desk.lab.calls())}"
    iam.create_user(UserName=name)
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.put_user_policy(UserName=name, PolicyName="its", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
