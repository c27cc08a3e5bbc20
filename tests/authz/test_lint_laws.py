"""Laws of lint: what it says can never happen does not happen in the evaluator, whatever is tried."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.lint import lint
from trailkeep.authz.lint.deny_never_holds import ID
from trailkeep.authz.lint.document import read
from trailkeep.authz.policy import parse
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Facts, Level, Policies, Request, Verdict

ADMIN = read_principal("arn:aws:iam::111111111111:role/Admin")
KEY = "aws:PrincipalTag/level"
OPERATORS = (
    "StringEquals StringNotEquals StringLike StringNotLike StringEqualsIgnoreCase NumericLessThan NumericGreaterThan "
    "NumericEquals NumericNotEquals DateLessThan DateGreaterThan StringEqualsIfExists ForAnyValue:StringEquals "
    "ForAllValues:StringEquals Bool"
).split()
VALUES = ("1", "2", "3", "true", "2026", "2027")
TRIED: tuple[str | None, ...] = (None, *VALUES, "0", "1.5", "2.5", "TRUE", "false", "x", "", "2026-06-01", "4000")


def values_for(operator: str) -> st.SearchStrategy[list[str]]:
    fitting = ("true", "false") if operator == "Bool" else ("1", "2", "3", "2026", "2027")
    wild = ("*", "?", "2*") if "Like" in operator else ()
    plain = (
        ("a", "A", "true") if operator.partition(":")[2].startswith("String") or operator.startswith("String") else ()
    )
    return st.lists(st.sampled_from((*fitting, *wild, *plain)), min_size=1, max_size=2)


tests = st.dictionaries(st.sampled_from([*OPERATORS, "Null"]), st.just(KEY), min_size=1, max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {
            name: st.fixed_dictionaries(
                {KEY: st.sampled_from(["true", "false"]) if name == "Null" else values_for(name)}
            )
            for name in chosen
        }
    )
)


def denied(block: dict[str, Any], value: str | None) -> bool:
    statement = {"Effect": "Deny", "Action": "cloudtrail:UpdateTrail", "Resource": "*", "Condition": block}
    policy = parse({"Version": "2012-10-17", "Statement": statement}, kind="scp")
    context = {} if value is None else {KEY.lower(): (value,)}
    request = Request(principal=ADMIN, action="cloudtrail:UpdateTrail", resource="arn:aws:x", context=context)
    decision = evaluate(request, Policies(scp=(Level(target="", policies=(policy,)),)), Facts())
    return decision.verdict is Verdict.EXPLICITLY_DENIED


@given(tests)
@settings(max_examples=300, deadline=None)
def test_a_deny_that_is_said_to_bind_nobody_denies_nothing(block: dict[str, Any]) -> None:
    statement = {"Effect": "Deny", "Action": "cloudtrail:UpdateTrail", "Resource": "*", "Condition": block}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    never = any(f.id == ID for f in lint([read(text, name="p", form="scp")]))
    if never:
        assert not any(denied(block, value) for value in TRIED)


@given(st.sampled_from(["StringEquals", "NumericEquals"]), st.sampled_from(VALUES[:3]), st.sampled_from(VALUES[:3]))
def test_two_different_values_at_once_are_always_found(operator: str, one: str, other: str) -> None:
    block = {operator: {KEY: one}, f"{operator}IfExists": {KEY: other}}
    statement = {"Effect": "Deny", "Action": "cloudtrail:UpdateTrail", "Resource": "*", "Condition": block}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    assert any(f.id == ID for f in lint([read(text, name="p", form="scp")])) == (one != other)
