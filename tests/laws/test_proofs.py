"""Laws of proofs: what is proved no request can do, what is refuted a request does, and policies only add up.

Each proof is held against every request of a small world in which all that policies can tell apart is there. For more
than CI's sixty worlds a law, set TRAILKEEP_PROOF_EXAMPLES.
"""

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

EXAMPLES = int(os.environ.get("TRAILKEEP_PROOF_EXAMPLES", "60"))
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


def added(made: m.Made, kind: str, statement: dict[str, Any]) -> m.Made:
    """The same with one statement more, in a policy that is there; otherwise as it is."""
    documents = copy.deepcopy(made.documents)
    found = documents[kind]
    while isinstance(found, list):
        found = next(iter(found), None)
    if found is not None:
        found["Statement"].append(statement)
    return m.Made(attacker=made.attacker, deed=made.deed, documents=documents)


@LAWS
@given(m.questions, st.sampled_from(["identity", "boundary", "resource", "scp", "rcp"]), st.data())
def test_one_more_deny_never_breaks_a_proof(made: m.Made, kind: Any, data: st.DataObject) -> None:
    more = added(made, kind, data.draw(m.statements(kind, "Deny")))
    if isinstance(asked(made), Guard):
        assert isinstance(asked(more), Guard)


@LAWS
@given(m.questions, st.sampled_from(["identity", "boundary", "resource", "scp"]), st.data())
def test_one_more_allow_never_closes_a_hole(made: m.Made, kind: Any, data: st.DataObject) -> None:
    more = added(made, kind, data.draw(m.statements(kind, "Allow")))
    if isinstance(asked(made), Hole):
        assert not isinstance(asked(more), Guard)
