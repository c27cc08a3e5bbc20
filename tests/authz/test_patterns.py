"""Wildcards: they agree with the plain definition, and no pattern is slow."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailkeep.authz.arns import ActionPattern, ArnCondition, ResourcePattern
from trailkeep.authz.patterns import LONGEST, Glob, encode
from trailkeep.authz.template import Template

texts = st.text(alphabet="ab*?", max_size=12)


def by_definition(pattern: str, text: str) -> bool:
    translated = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(translated, text, re.DOTALL) is not None


@settings(max_examples=600, deadline=None)
@given(texts, texts)
def test_a_glob_agrees_with_its_definition(pattern: str, text: str) -> None:
    assert Glob(encode(pattern)).matches(text) == by_definition(pattern, text)


@pytest.mark.parametrize(
    "pattern", ["*a" * 4000, "*a?" * 2600 + "c", "?" * LONGEST, "*" * LONGEST, "*" + "?a" * 4000 + "b*", "*aab" * 2000]
)
@pytest.mark.parametrize("text", ["a" * 20_000, "b" * 20_000, "ab" * 10_000, ""])
def test_thousands_of_wildcards_end(pattern: str, text: str) -> None:
    begun = time.process_time()
    Glob(encode(pattern)).matches(text)
    assert time.process_time() - begun < 5, "not linear"  # quadratic or worse would take minutes


@pytest.mark.parametrize("pattern", ["a" * (LONGEST + 1), "a\ufdd0", "\ufdd1"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="a pattern"):
        encode(pattern)


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", "*", True),
        ("arn:aws:s3:::b/*", "*", False),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/", True),
        ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:222222222222:q", None),
        ("arn:aws:sqs:eu-west-1", "arn:aws:sqs:eu-west-1:222222222222:q", None),
        ("arn:aws:sqs:eu-west-2", "arn:aws:sqs:eu-west-1:222222222222:q", False),
        ("arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:222222222222:q", True),
        ("arn:aws:*:eu-west-1:*:*", "arn:aws:sqs:eu-west-1:222222222222:q", None),
        ("arn:aws:ec2:*:instance/*", "arn:aws:ec2:eu-west-1:222222222222:instance/i", None),
        ("arn:aws:iam::*:*/Admin", "arn:aws:iam::222222222222:role/Admin", None),
        ("arn:aws:s3:::*/x", "arn:aws:s3:::b/x", True),
        ("arn:aws:s3:::b/a:b:*", "arn:aws:s3:::b/a:b:c:d", True),
    ],
)
def test_a_resource_pattern(pattern: str, resource: str, expected: bool | None) -> None:
    assert ResourcePattern(encode(pattern)).matches(resource) is expected


def test_wildcards_in_a_service_settle_nothing() -> None:
    assert ActionPattern(encode("*:GetObject")).matches("s3:getobject") is None
    assert ActionPattern(encode("*:GetObject")).matches("s3:putobject") is False
    assert ArnCondition(encode("*")).matches("arn:aws:iam::222222222222:role/a") is None


def test_a_variable_never_smuggles_a_pattern_in() -> None:
    template = Template("a/${k}", "2012-10-17", Glob, Glob.matches)
    assert template.matches("a/x", {"k": ("\ufdd0",)}) is False
    assert template.matches("a/*", {"k": ("*",)}) is True
    assert template.matches("a/x", {"k": ("*",)}) is None
    assert template.matches("a/x", {"k": ("x" * 10_000,)}) is False
