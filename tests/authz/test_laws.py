"""Laws of evaluation, on made policies: deny wins, allows only add, order and spelling do not matter."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.authz.made import Documents, compiled, requests, statements, worlds
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.request import Decision, Facts, Request, Verdict
from trailkeep.model.document import canonical

LAWS = settings(max_examples=150, deadline=None)


def decide(request: Request, world: Documents) -> Decision:
    return evaluate(request, compiled(world), Facts())


def with_statement(world: Documents, kind: str, statement: dict[str, Any]) -> Documents:
    """The world with one statement more, in a policy that is there; otherwise as it is."""
    changed = copy.deepcopy(world)
    found = changed[kind]
    document = found if kind in {"session", "resource"} else next(iter(found or ()), None)
    if isinstance(document, list):
        document = next(iter(document), None)
    if document is not None:
        document["Statement"].append(statement)
    return changed


kinds = st.sampled_from(["identity", "boundary", "session", "resource", "scp"])


@LAWS
@given(requests, worlds, kinds, st.data())
def test_one_more_deny_never_allows(request_: Request, world: Documents, kind: Any, data: st.DataObject) -> None:
    more = with_statement(world, kind, data.draw(statements(kind, "Deny")))
    if decide(request_, more).is_allowed:
        assert decide(request_, world).is_allowed


@LAWS
@given(requests, worlds, kinds, st.data())
def test_one_more_allow_never_denies(request_: Request, world: Documents, kind: Any, data: st.DataObject) -> None:
    more = with_statement(world, kind, data.draw(statements(kind, "Allow")))
    if decide(request_, world).is_allowed:
        assert decide(request_, more).is_allowed


@LAWS
@given(requests, worlds)
def test_a_deny_of_everything_wins(request_: Request, world: Documents) -> None:
    world["resource"] = {"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}
    decision = decide(request_, world)
    owners_root = request_.principal.kind == "root" and request_.action == "s3:DeleteBucketPolicy"
    assert decision.verdict is Verdict.EXPLICITLY_DENIED or owners_root


@LAWS
@given(requests, worlds, st.randoms(use_true_random=False))
def test_the_order_of_statements_and_policies_does_not_matter(request_: Request, world: Documents, chance: Any) -> None:
    shuffled = copy.deepcopy(world)

    def shuffle(found: Any) -> None:
        if isinstance(found, dict):
            chance.shuffle(found["Statement"])
        for inner in found if isinstance(found, list) else ():
            shuffle(inner)

    for kind in world:
        shuffle(shuffled[kind])
    chance.shuffle(shuffled["identity"])
    for level in shuffled["scp"]:
        chance.shuffle(level)
    assert decide(request_, shuffled).verdict is decide(request_, world).verdict


@LAWS
@given(requests, worlds)
def test_a_canonical_document_says_the_same(request_: Request, world: Documents) -> None:
    def same(found: Any) -> Any:
        if isinstance(found, dict):
            return json.loads(canonical(found))
        return [same(inner) for inner in found] if isinstance(found, list) else found

    rewritten = {kind: same(found) for kind, found in world.items()}
    assert decide(request_, rewritten).verdict is decide(request_, world).verdict


@LAWS
@given(requests, worlds)
def test_what_is_assumed_is_said_and_a_verdict_has_reasons(request_: Request, world: Documents) -> None:
    decision = decide(request_, world)
    assert decision.reasons
    assert all(reason.words for reason in (*decision.reasons, *decision.assumptions))
