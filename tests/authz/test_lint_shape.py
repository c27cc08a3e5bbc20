"""Patterns against ARN templates: never "nothing" for what can match, and nothing only where the evaluator agrees."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trailkeep.authz import catalogue
from trailkeep.authz.arns import ResourcePattern
from trailkeep.authz.lint.scope import expand
from trailkeep.authz.lint.shape import Fit, best, fit
from trailkeep.authz.patterns import encode

SERVICES = ("s3", "cloudtrail", "config", "kms", "iam", "logs", "sqs", "lambda", "ec2", "apigateway", "health")
TEMPLATES = sorted(t for s in SERVICES for t in catalogue.templates(s))
BUCKET, OBJECT = "arn:${Partition}:s3:::${BucketName}", "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
TRAIL = "arn:${Partition}:cloudtrail:${Region}:${Account}:trail/${TrailName}"
KNOWN = {"Partition": "aws", "Region": "eu-west-1", "Account": "111111111111"}

instances = st.sampled_from(TEMPLATES).flatmap(
    lambda template: st.tuples(
        st.just(template), st.lists(st.sampled_from(("a", "x1", "logs.b", "q_7")), min_size=9, max_size=9)
    )
)


def filled(template: str, names: list[str]) -> str:
    left = iter(names)
    return re.sub(r"\$\{([^}]*)\}|\*", lambda m: KNOWN.get(m[1] or "", next(left, "z")), template)


@given(instances, st.data())
@settings(max_examples=300, deadline=None)
def test_a_pattern_that_matches_an_arn_never_counts_as_empty(made: tuple[str, list[str]], data: st.DataObject) -> None:
    """Whatever part of a real ARN is replaced by a wildcard, the pattern still matches: the evaluator is the oracle."""
    template, names = made
    arn = filled(template, names)
    start = data.draw(st.integers(0, len(arn)))
    end = data.draw(st.integers(start, min(len(arn), start + 40)))
    pattern = arn[:start] + data.draw(st.sampled_from(["*", "?" * (end - start), "**"])) + arn[end:]
    if ResourcePattern(encode(pattern)).matches(arn) is not False:
        assert fit(pattern, template) is not Fit.NO
    assert fit(arn, template) is Fit.YES


@given(st.text(alphabet="arn:aws:s3cloudtrail/*?1-", max_size=40), instances)
@settings(max_examples=300, deadline=None)
def test_an_empty_pattern_matches_no_arn_of_the_template(pattern: str, made: tuple[str, list[str]]) -> None:
    template, names = made
    if fit(pattern, template) is Fit.NO:
        assert ResourcePattern(encode(pattern)).matches(filled(template, names)) is False


@pytest.mark.parametrize(
    ("pattern", "template", "expected"),
    [
        ("arn:aws:s3:::", BUCKET, Fit.NO),
        ("arn:aws:s3:::/*", OBJECT, Fit.NO),
        ("arn:aws:s3:::b", OBJECT, Fit.NO),
        ("arn:aws:s3:::b/*", BUCKET, Fit.NO),
        ("arn:aws:s3:::b*", OBJECT, Fit.YES),
        ("arn:aws:s3:::?*/x", OBJECT, Fit.YES),
        ("arn:aws:s3:::*", BUCKET, Fit.YES),
        ("arn:aws-cn:s3:::b", BUCKET, Fit.YES),
        ("arn:aws:cloudtrail:*::trail/", TRAIL, Fit.NO),
        ("arn:aws:cloudtrail:*:*:trail/", TRAIL, Fit.NO),
        ("arn:aws:cloudtrail:*:*:trail/*", TRAIL, Fit.YES),
        ("arn:aws:cloudtrail:*:trail/x", TRAIL, Fit.DOUBTFUL),
        ("arn:aws:cloudtrail:*", TRAIL, Fit.YES),
        ("arn:aws:cloudtrail", TRAIL, Fit.DOUBTFUL),
        ("arn:aws:cloudtrail:eu-west-1:${aws:PrincipalAccount}:trail/x", TRAIL, Fit.YES),
        ("*", TRAIL, Fit.YES),
        ("", TRAIL, Fit.NO),
    ],
)
def test_a_pattern_and_a_template(pattern: str, template: str, expected: Fit) -> None:
    assert fit(pattern, template) is expected


def test_every_template_of_aws_fits_itself_with_stars() -> None:
    """No service's ARNs are called empty when every variable is a star."""
    for service in sorted(catalogue.services()):
        for template in catalogue.templates(service):
            pattern = re.sub(r"\$\{[^}]*\}", "*", template)
            assert best(pattern, (template,)) is not Fit.NO, template


def test_without_variables_a_dollar_sign_is_a_dollar_sign() -> None:
    assert (
        fit("arn:aws:iam::${aws:x}:role/r", "arn:${Partition}:iam::${Account}:role/${R}", version="2008-10-17")
        is Fit.NO
    )


def test_actions_are_named_as_aws_names_them() -> None:
    assert [str(a) for a in expand("S3:deleteobject") or ()] == ["s3:DeleteObject"]
    assert {str(a) for a in expand("cloudtrail:Stop*") or ()} >= {"cloudtrail:StopLogging"}
    assert expand("nothing:Here") == ()
    assert expand("*") is expand("*:Get") is None
