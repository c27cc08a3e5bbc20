"""A witness has every key that makes a difference, those that all requests have among them."""

from typing import Any

import pytest

from tests.authz.prove import guarded as g
from tests.setup import build
from trailkeep.authz.prove.proof import Verdict


def allows(condition: Any) -> Verdict:
    full = g.document({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition})
    world = g.with_policies(g.world(), [g.policy("Sometimes", full, *sorted(build.FULL_ACCESS.targets))])
    proof = g.proof(world, "membership")
    assert all(h.witness.decision.is_allowed for h in proof.holes)
    return proof.verdict


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"Null": {"aws:CurrentTime": "false"}}, Verdict.REFUTED),
        ({"Null": {"aws:CurrentTime": "true"}}, Verdict.PROVED),
        ({"StringLike": {"aws:RequestedRegion": "*"}}, Verdict.REFUTED),
        ({"Null": {"aws:SourceIp": "false"}, "IpAddress": {"aws:SourceIp": ["0.0.0.0/0", "::/0"]}}, Verdict.REFUTED),
        ({"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}}, Verdict.REFUTED),
        ({"ForAnyValue:StringLike": {"aws:TagKeys": "*"}}, Verdict.REFUTED),
        ({"StringEquals": {"x:y": "a"}, "NumericEquals": {"x:y": "1"}}, Verdict.UNKNOWN),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:01Z"}}, Verdict.REFUTED),
        ({"NumericGreaterThan": {"x:y": "1e30"}, "NumericLessThan": {"x:y": "1e31"}}, Verdict.REFUTED),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-other"}}, Verdict.PROVED),
    ],
)  # fmt: skip
def test_a_condition_of_all_that_is_allowed(condition: Any, verdict: Verdict) -> None:
    assert allows(condition) is verdict
