"""Event patterns, by the examples of AWS's page on comparison operators and by laws."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailkeep.lab.eventbridge.input import fault_of, input_of
from trailkeep.lab.eventbridge.pattern import BadPatternError, matches, parse
from trailkeep.lab.eventbridge.state import Rule

EVENT = {
    "source": "aws.s3",
    "account": "111111111111",
    "resources": ["arn:aws:s3:::one", "arn:aws:s3:::two"],
    "detail": {
        "eventName": "PutBucketPolicy",
        "readOnly": False,
        "count": 3,
        "nothing": None,
        "sourceIPAddress": "10.1.2.3",
        "requestParameters": {"bucketName": "acme-trail-111111111111-eu-west-1"},
        "list": [{"a": 1}, {"a": 2, "b": 3}],
        "empty": "",
    },
}


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({"source": ["aws.s3", "aws.kms"]}, True),
        ({"source": ["aws.kms"]}, False),
        ({"resources": ["arn:aws:s3:::two"]}, True),
        ({"detail": {"readOnly": [False]}}, True),
        ({"detail": {"readOnly": [0]}}, False),
        ({"detail": {"nothing": [None]}}, True),
        ({"detail": {"empty": [""]}}, True),
        ({"detail": {"count": [3]}}, True),
        ({"detail": {"eventName": [{"prefix": "PutBucket"}, {"prefix": "DeleteBucket"}]}}, True),
        ({"detail": {"eventName": [{"prefix": {"equals-ignore-case": "putbucket"}}]}}, True),
        ({"detail": {"eventName": [{"suffix": "Policy"}]}}, True),
        ({"detail": {"eventName": [{"suffix": {"equals-ignore-case": "POLICY"}}]}}, True),
        ({"detail": {"eventName": [{"equals-ignore-case": "putbucketpolicy"}]}}, True),
        ({"detail": {"eventName": [{"wildcard": "Put*Pol*y"}]}}, True),
        ({"detail": {"eventName": [{"wildcard": "Put*Pol"}]}}, False),
        ({"detail": {"eventName": [{"anything-but": ["GetObject", "PutBucketPolicy"]}]}}, False),
        ({"detail": {"eventName": [{"anything-but": "GetObject"}]}}, True),
        ({"detail": {"eventName": [{"anything-but": {"prefix": "Put"}}]}}, False),
        ({"detail": {"eventName": [{"anything-but": {"suffix": ["x", "y"]}}]}}, False),
        ({"detail": {"eventName": [{"anything-but": {"wildcard": "Get*"}}]}}, True),
        ({"detail": {"absent": [{"anything-but": "x"}]}}, False),
        ({"detail": {"errorCode": [{"exists": False}]}}, True),
        ({"detail": {"eventName": [{"exists": False}]}}, False),
        ({"detail": {"nothing": {"deeper": [{"exists": False}]}}}, True),
        ({"detail": {"requestParameters": {"bucketName": [{"wildcard": "acme-*-111111111111-*"}]}}}, True),
        ({"detail": {"count": [{"numeric": [">", 0, "<=", 3]}]}}, True),
        ({"detail": {"count": [{"numeric": ["<", 3]}]}}, False),
        ({"detail": {"sourceIPAddress": [{"cidr": "10.0.0.0/8"}]}}, True),
        ({"detail": {"sourceIPAddress": [{"cidr": "192.168.0.0/16"}]}}, False),
        ({"detail": {"list": {"a": [2]}}}, True),
        ({"$or": [{"source": ["aws.kms"]}, {"detail": {"count": [3]}}]}, True),
        ({"source": ["aws.s3"], "$or": [{"account": ["9"]}, {"detail": {"count": [4]}}]}, False),
    ],
)
def test_patterns(pattern: dict[str, Any], wanted: bool) -> None:
    assert matches(parse(json.dumps(pattern)), EVENT) is wanted


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"a": {}}',
        '{"a": "b"}',
        '{"a": []}',
        '{"a": [["b"]]}',
        '{"a": [{"prefix": "x", "suffix": "y"}]}',
        '{"a": [{"numeric": [">"]}]}',
        '{"a": [{"exists": "yes"}]}',
        '{"a": [{"cidr": "10.0.0.0/99"}]}',
        '{"a": [{"anything-but": []}]}',
        '{"a": [{"anything-but": {"exists": true}}]}',
        '{"a": [{"wildcard": "a**"}]}',
        '{"$or": [{"a": ["b"]}]}',
    ],
)
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(BadPatternError):
        parse(text)


@given(st.text(), st.text())
def test_anything_but_is_the_opposite(value: str, other: str) -> None:
    event = {"a": value}
    for wanted in (other, {"prefix": other}, {"suffix": other}):
        yes = parse(json.dumps({"a": [wanted]}))
        no = parse(json.dumps({"a": [{"anything-but": wanted}]}))
        assert matches(yes, event) is not matches(no, event)


@given(st.lists(st.text(alphabet="ab*\\"), max_size=4), st.text(alphabet="ab*\\", max_size=6))
def test_a_wildcard_escaped_matches_itself(parts: list[str], text: str) -> None:
    told = text.replace("\\", "\\\\").replace("*", "\\*")
    assert matches({"a": [{"wildcard": told}]}, {"a": text})
    assert matches({"a": [{"wildcard": "*"}]}, {"a": "".join(parts)})


RULE = Rule(name="r", arn="arn:aws:events:eu-west-1:111111111111:rule/r", pattern="{}")


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ({"Input": '"fixed"'}, '"fixed"'),
        ({"InputPath": "$.detail.count"}, "3"),
        ({"InputPath": "$.resources[1]"}, '"arn:aws:s3:::two"'),
        (
            {"InputTransformer": {"InputPathsMap": {"n": "$.detail.eventName"}, "InputTemplate": '"<n> by <n>"'}},
            '"PutBucketPolicy by PutBucketPolicy"',
        ),
        (
            {"InputTransformer": {"InputPathsMap": {"n": "$.detail.count"}, "InputTemplate": '{"n": <n>, "s": "<n>"}'}},
            '{"n": 3, "s": "3"}',
        ),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"n": "$.absent"},
                    "InputTemplate": '"<n>: <aws.events.rule-name>"',
                }
            },
            '": r"',
        ),
    ],
)
def test_what_a_target_is_sent(target: dict[str, Any], text: str) -> None:
    assert fault_of(target) is None
    assert input_of(target, RULE, EVENT) == text


@given(st.text())
def test_a_template_stays_json_whatever_stands_in_the_event(value: str) -> None:
    words = {"InputPathsMap": {"v": "$.detail.v"}, "InputTemplate": '{"quoted": "a <v>", "bare": <v>}'}
    told = json.loads(input_of({"InputTransformer": words}, RULE, {"detail": {"v": value}}))
    assert told == {"quoted": f"a {value}", "bare": value}
