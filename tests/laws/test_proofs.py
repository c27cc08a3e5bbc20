"""Laws of proofs: what is proved no request can do, what is refuted a request does, and policies only add up."""

import copy
import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.authz.prove import made as m
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.prove.answer import Answering
from trailkeep.authz.prove.encode import widths_of
from trailkeep.authz.prove.formula import Formulas
from trailkeep.authz.prove.proof import Guard, Hole, Unsettled
from trailkeep.authz.prove.solve import Solver
from trailkeep.authz.request import Request

EXAMPLES = int(os.environ.get("TRAILKEEP_PROOF_EXAMPLES", "300"))
LAWS = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def asked(made: m.Made, nature: str = "answer") -> Hole | Guard | Unsettled:
    deed, attacker = m.put(made)
    every = [*made.policies.identity, *(made.policies.boundary or ())]
    every += [p for level in (*made.policies.scp, *made.policies.rcp) for p in level.policies]
    every += [made.policies.resource] if made.policies.resource else []
    with Solver(Formulas()) as solver:
        return getattr(Answering(solver, widths_of(s for p in every for s in p.statements), ()), nature)(deed, attacker)


def allowed(made: m.Made, request: Request) -> bool:
    return evaluate(request, made.policies, made.attacker.facts).is_allowed


@LAWS
@given(m.questions)
def test_what_is_proved_no_request_can_do(made: m.Made) -> None:
    answer = asked(made)
    if isinstance(answer, Guard):
        assert next((r for r in m.requests(made) if allowed(made, r)), None) is None
    elif isinstance(answer, Hole):
        assert allowed(made, answer.witness.request)
        assert not answer.witness.decision.assumptions


@LAWS
@given(m.questions)
def test_what_always_works_no_request_is_refused(made: m.Made) -> None:
    answer = asked(made, "always")
    if isinstance(answer, Guard):
        assert next((r for r in m.requests(made) if not allowed(made, r)), None) is None
    elif isinstance(answer, Hole):
        assert not allowed(made, answer.witness.request)


@LAWS
@given(m.questions)
def test_what_can_be_done_is_shown(made: m.Made) -> None:
    answer = asked(made, "can")
    if isinstance(answer, Hole):
        surely = (evaluate(r, made.policies, made.attacker.facts) for r in m.requests(made))
        assert not any(d.is_allowed and not d.assumptions for d in surely)
