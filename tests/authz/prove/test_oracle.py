"""z3's theory of strings as a second opinion on small questions: the same answer, or none."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.authz.prove import made as m
from tests.authz.prove.oracle import Oracle
from trailkeep.authz.prove.proof import Guard, Hole

pytest.importorskip("z3")
from tests.laws.test_proofs import asked

ROLE = next(a for a in m.ATTACKERS if a.kind == "role" and a.account == m.OWNER)
resources = st.sampled_from(
    [f"{m.START}*", f"{m.START}a*", f"{m.START}?", "arn:aws:s3:::l*gs/a/*", "*", f"{m.START}*b"]
)
conditions = st.sampled_from([
    {},
    {"StringEquals": {"aws:PrincipalTag/t": ["a", "b"]}},
    {"StringNotLike": {"aws:PrincipalTag/t": "a*"}},
    {"StringLikeIfExists": {"aws:PrincipalTag/t": "?b*"}},
    {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/a*", "arn:aws:iam::*:role/x/*"]}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/?*s"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"Null": {"aws:PrincipalTag/t": "false"}, "StringLike": {"aws:PrincipalTag/t": "*a"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}},
])  # fmt: skip


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    element = draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
    found = {"Effect": draw(st.sampled_from(["Allow", "Deny", "Deny"])), "Action": "s3:*"}
    block = draw(conditions)
    return {**found, element: draw(st.lists(resources, min_size=1, max_size=2))} | (
        {"Condition": block} if block else {}
    )


documents = st.lists(statements(), min_size=1, max_size=3).map(
    lambda s: {"Version": "2012-10-17", "Statement": [*m.FULL["Statement"], *s]}
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents, documents)
def test_z3_says_the_same_or_nothing(identity: dict[str, Any], scp: dict[str, Any]) -> None:
    world = {"identity": [identity], "boundary": None, "resource": None, "scp": [[scp]], "rcp": []}
    made = m.Made(attacker=ROLE, deed=m.DEEDS[0], documents=world)
    answer = asked(made)
    deed, attacker = m.put(made)
    told = Oracle(1).is_possible(deed, attacker)
    assert isinstance(answer, Guard | Hole)
    if told is not None:
        assert told is isinstance(answer, Hole)
