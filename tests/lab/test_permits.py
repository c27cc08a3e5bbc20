"""The small policy evaluator."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkeep.lab.permits import Request, decide, like

SERVICE = Request(
    action="s3:PutObject",
    resource="arn:aws:s3:::logs/AWSLogs/1/x",
    service="cloudtrail.amazonaws.com",
    context={"aws:sourcearn": ("arn:aws:cloudtrail:eu-west-1:1:trail/t",), "aws:principalisawsservice": ("true",)},
)
PERSON = Request(
    action="s3:DeleteObject",
    resource="arn:aws:s3:::logs/k",
    arns=("arn:aws:iam::1:role/Admin",),
    account="1",
    context={"aws:principalarn": ("arn:aws:iam::1:role/Admin",), "aws:principalisawsservice": ("false",)},
)


def policy(effect: str = "Allow", **members: Any) -> dict[str, Any]:
    return {"Statement": {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "*", **members}}


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"StringEquals": {"AWS:SourceArn": "arn:aws:cloudtrail:eu-west-1:1:trail/t"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:1:trail/*"}}, True),
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:1:trail/*"}}, False),
        ({"StringEquals": {"aws:SourceOrgID": "o-1"}}, False),
        ({"StringNotEquals": {"aws:SourceOrgID": "o-1"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceOrgID": "o-1"}}, True),
        ({"StringNotEqualsIfExists": {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:1:trail/t"}}, False),
        ({"Null": {"aws:SourceOrgID": "true"}}, True),
        ({"Null": {"aws:SourceArn": True}}, False),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, True),
        ({"NoSuchOperator": {"aws:SourceArn": "*"}}, False),
    ],
)
def test_conditions(condition: dict[str, Any], met: bool) -> None:
    assert decide(policy(Condition=condition), SERVICE) == ("allow" if met else "none")


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": "1"}, True),
        ({"AWS": ["arn:aws:iam::1:root"]}, True),
        ({"AWS": "arn:aws:iam::1:role/Admin"}, True),
        ({"AWS": "arn:aws:iam::2:root"}, False),
        ({"Service": "cloudtrail.amazonaws.com"}, False),
    ],
)
def test_principals(principal: Any, named: bool) -> None:
    assert decide(policy(Principal=principal), PERSON) == ("allow" if named else "none")


def test_not_principal_and_not_action() -> None:
    statement = {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "arn:aws:iam::2:root"},
        "NotAction": "s3:Get*",
        "Resource": "*",
    }
    assert decide({"Statement": [statement]}, PERSON) == "deny"


@given(st.permutations([policy()["Statement"], policy("Deny")["Statement"], policy(Action="ec2:*")["Statement"]]))
def test_a_deny_wins_wherever_it_stands(statements: list[Any]) -> None:
    assert decide({"Statement": statements}, PERSON) == "deny"


@given(st.text(alphabet="ab*?.[", max_size=8), st.text(alphabet="ab.[", max_size=8))
def test_only_star_and_question_mark_are_special(pattern: str, value: str) -> None:
    assert like(value, value)
    assert like("*" + value, "anything" + value)
    if not set(pattern) & set("*?"):
        assert like(pattern, value) == (pattern == value)


@pytest.mark.parametrize("nothing", [None, b"", "not json"])
def test_no_policy_says_nothing(nothing: Any) -> None:
    assert decide(nothing, PERSON) == "none"
