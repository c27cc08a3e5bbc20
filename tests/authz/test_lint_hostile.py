"""Hostile policies: whatever is in them, findings come back, in bounded time, and every one can be printed."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import FORMS, LARGEST, Form, read
from trailkeep.authz.lint.finding import Finding
from trailkeep.report.lint import finding_json

LONG = "arn:aws:ec2:*:*:" + "*a?" * 2000
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["*", "arn:aws:s3:::b", "s3:Get*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
elements = st.sampled_from(
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"]
)
values = json_values | st.sampled_from(
    ["Allow", "Deny", "*", "s3:DeleteObject", "arn:aws:s3:::", {"StringEquals": {"aws:PrincipalArn": "${a}*"}}]
)


def judged(text: str, form: Form = "scp") -> tuple[Finding, ...]:
    found = lint([read(text, name="hostile", form=form)])
    for finding in found:
        json.dumps(finding_json(finding))
    return found


@given(st.lists(st.dictionaries(elements, values), max_size=4), st.sampled_from(FORMS))
@settings(max_examples=300, deadline=None)
def test_nothing_that_json_can_say_is_a_crash(statements: list[Any], form: Form) -> None:
    judged(json.dumps({"Version": "2012-10-17", "Statement": statements}), form)


def wide(**rest: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Deny", **rest}]})


@pytest.mark.parametrize(
    "text",
    [
        wide(Action=["s3:" + "*a" * 400 + str(i) for i in range(50)], Resource="*"),
        wide(Action=["ec2:Describ" + str(i) for i in range(2500)], Resource="*"),
        wide(Action=["ec2:Describe*", "ec2:Run*"], Resource=[f"arn:aws:ec2:*:*:x{i}/*" for i in range(600)]),
        wide(Action="ec2:*", Resource=[LONG + str(i) for i in range(7)]),
        wide(Action="s3:*", Resource=["arn:aws:s3:::" + "?" * 8000] * 5),
        wide(Action="s3:*", Resource="*", Condition={"StringEquals": {f"aws:k{i}": "x" for i in range(2000)}}),
        wide(
            Action="s3:*", Resource="*", Condition={"NumericLessThan": {"s3:max-keys": [str(i) for i in range(4000)]}}
        ),
    ],
    ids=["stars", "near misses", "resources", "holes", "question marks", "keys", "numbers"],
)
def test_large_documents_come_back(text: str) -> None:
    assert len(text) < LARGEST
    assert judged(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[1]", "no Statement"),
        ('{"Statement":' + "[" * 40_000, "nested too deeply"),
        ('{"Statement":[],"Statement":[]}', "twice"),
        (wide(Action="s3:" + "x" * 200_000), "not looked into"),
        ('{"Version":null,"Statement":[]}', "Version is not text"),
    ],
    ids=["empty", "cut off", "a list", "deep", "a key twice", "long", "version"],
)
def test_what_is_no_policy_is_a_finding(text: str, said: str) -> None:
    (only,) = judged(text)
    assert (only.id, only.number) == ("unreadable", 0)
    assert said in only.what


def test_odd_unicode_is_found_and_printed_safely() -> None:
    found = judged('{"Statement":{"Effect":"Deny","Action":"\\ud800\\u202e","Resource":"arn:\\ud800\\u001b:::::"}}')
    assert {"action-does-not-exist", "wrong-partition"} <= {f.id for f in found}
    assert "\u202e" not in json.dumps([finding_json(f) for f in found], ensure_ascii=False)
