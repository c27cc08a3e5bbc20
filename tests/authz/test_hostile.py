"""Hostile documents: a clear error, or a statement that settles nothing; never a crash, never a silent yes."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.authz.made import ACCOUNT
from trailkeep.authz.case import read_case
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.event import asked_in
from trailkeep.authz.policy import parse, unreadable
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Facts, Policies, Request, Verdict
from trailkeep.errors import PolicyError, UsageError

USER = f"arn:aws:iam::{ACCOUNT}:user/alice"
REQUEST = Request(
    principal=read_principal(USER), action="s3:GetObject", resource="arn:aws:s3:::logs/x", resource_account=ACCOUNT
)
ALLOW = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, kind="identity")
GOOD: dict[str, Any] = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "not JSON"),
        ("[]", "no Statement"),
        ("{}", "no Statement"),
        ("null", "no Statement"),
        ('{"Statement":' + "[" * 100_000, "nested too deeply"),
        ('{"Statement":' + '{"a":' * 100_000, "nested too deeply"),
        ('{"Statement":[],"Statement":[]}', "twice"),
        ('{"Statement":{"Effect":"Allow","Effect":"Deny"}}', "'Effect' stands twice"),
        (json.dumps({"Statement": ["x" * (1 << 20)]}), "characters"),
        ('{"Statement":' + "9" * 5000 + "}", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        ('{"Version":7,"Statement":[]}', "Version"),
    ],
)
def test_what_is_no_policy_is_said_to_be_none(document: str | bytes, said: str) -> None:
    with pytest.raises(PolicyError) as raised:
        parse(document, kind="identity")
    assert said in raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize(
    "statement",
    [
        7,
        "Deny",
        {**GOOD, "Effect": "deny"},
        {**GOOD, "Action": 7},
        {**GOOD, "Action": []},
        {**GOOD, "NotAction": "s3:*"},
        {**GOOD, "Resource": {"a": "b"}},
        {**GOOD, "Resource": "a" * 9000},
        {**GOOD, "Resource": "\ufdd0"},
        {**GOOD, "Resurce": "*"},
        {**GOOD, "Principal": "*"},
        {**GOOD, "Condition": []},
        {**GOOD, "Condition": {"StringEquals": "x"}},
        {**GOOD, "Condition": {"StringEquals": {"a": []}}},
        {**GOOD, "Condition": {"StringEquals": {"a": {"b": "c"}}}},
        {**GOOD, "Condition": {"stringequals": {"a": "b"}}},
        {**GOOD, "Condition": {"ForSomeValues:StringEquals": {"a": "b"}}},
        {**GOOD, "Condition": {"NumericEquals": {"a": "nan"}}},
        {**GOOD, "Condition": {"DateEquals": {"a": "2026-13-45"}}},
        {**GOOD, "Condition": {"DateEquals": {"a": "0000-01-01"}}},
        {**GOOD, "Condition": {"Bool": {"a": "maybe"}}},
        {**GOOD, "Condition": {"IpAddress": {"a": "1.2.3.4/99"}}},
        {**GOOD, "Condition": {"BinaryEquals": {"a": "é"}}},
        {**GOOD, "Condition": {"Null": {"a": ["true", "false"]}}},
        {"Effect": "Deny", "Action": "*"},
        {"Effect": "Deny", "Resource": "*"},
    ],
)
def test_a_statement_that_cannot_be_read_denies_nothing_and_says_so(statement: Any) -> None:
    policy = parse({"Version": "2012-10-17", "Statement": [statement]}, kind="identity")
    assert len(policy.problems) == 1
    decision = evaluate(REQUEST, Policies(identity=(ALLOW, policy)), Facts())
    assert decision.verdict is Verdict.ALLOWED
    if isinstance(statement, dict) and statement["Effect"] == "Deny":
        assert "unreadable" in decision.assumptions[0].words


def test_an_allow_that_cannot_be_read_may_allow_anything_and_says_so() -> None:
    decision = evaluate(REQUEST, Policies(identity=(unreadable("p", "identity", "damaged"),)), Facts())
    assert decision.is_allowed
    assert "damaged" in decision.assumptions[0].words


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["Sid", *GOOD, "Principal", "NotResource", "Condition"]), json_values))
def test_no_statement_crashes(statement: dict[str, Any]) -> None:
    policy = parse({"Version": "2012-10-17", "Statement": [statement]}, kind="resource")
    evaluate(REQUEST, Policies(resource=policy), Facts())


@settings(max_examples=200, deadline=None)
@given(json_values | st.dictionaries(st.sampled_from(["id", "request", "policies", "expected"]), json_values))
def test_no_case_crashes(found: Any) -> None:
    with pytest.raises(UsageError):
        read_case(found, "cases.json")


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["eventName", "eventSource", "userIdentity", "requestParameters", "resources", "errorMessage"]),
        json_values,
    )
)
def test_no_event_crashes(found: Any) -> None:
    with contextlib.suppress(UsageError):
        asked_in(found)


def test_a_megabyte_of_statements_is_read_and_decided() -> None:
    statement = {**GOOD, "Resource": "arn:aws:s3:::x/*a*b*c", "Condition": {"StringLike": {"k": ["*a*a*a*a*b"] * 3}}}
    policy = parse(json.dumps({"Statement": [statement] * 5000}), kind="identity")
    assert len(policy.statements) == 5000
    assert evaluate(REQUEST, Policies(identity=(ALLOW, policy)), Facts()).is_allowed


@pytest.mark.parametrize("text", ["", "x", "arn:aws:s3:::b", "arn:aws:iam::1:root", f"arn:aws:iam::{ACCOUNT}:group/g"])
def test_what_is_no_principal_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_principal(text)
    assert raised.value.hint
