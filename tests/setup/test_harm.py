"""No plan holds a guardrail that would stop a delivery, an auditor, trailkeep itself or an application."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.laws.worlds import specs, worlds
from tests.setup import build, planning
from trailkeep.authz.prove.claims import NEEDED
from trailkeep.authz.prove.prove import verdicts
from trailkeep.errors import SpecError
from trailkeep.model.change import AttachPolicy, PutPolicy
from trailkeep.model.plan import after
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.declared import declared
from trailkeep.setup.desired import guardrails
from trailkeep.setup.plan import make_plan
from trailkeep.setup.spec import Spec

READER = f"arn:aws:iam::{build.IDENTITY}:role/SecurityAudit"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deny(action: str, resource: str = "*", **condition: Any) -> dict[str, Any]:
    return {"Sid": "TooMuch", "Effect": "Deny", "Action": action, "Resource": resource, **condition}


def planned(monkeypatch: pytest.MonkeyPatch, name: str, content: str) -> Any:
    """A plan made with a guardrail of ours that went wrong."""
    monkeypatch.setattr(guardrails, name, lambda *_: content)
    return make_plan(build.spec(archive={"readers": [READER]}), planning.snapshot())


@pytest.mark.parametrize(
    ("rail", "name", "content", "words"),
    [
        ("trailkeep-logging", "member_scp", document(deny("config:*")), "trailkeep's own role"),
        ("trailkeep-logging", "member_scp", document(deny("s3:DeleteObject")), "everyday work"),
        ("trailkeep-archive", "archive_scp", document(deny("s3:PutBucketPolicy")), "trailkeep's own role"),
        (
            "trailkeep-archive-resources",
            "archive_rcp",
            document({**deny("s3:PutObject"), "Principal": "*"}),
            "CloudTrail can deliver",
        ),
        (
            "trailkeep-archive-resources",
            "archive_rcp",
            document({**deny("s3:GetObject"), "Principal": "*"}),
            "Named auditors can read",
        ),
    ],
)
def test_a_guardrail_that_does_harm_is_refused_with_the_request_it_would_stop(
    monkeypatch: pytest.MonkeyPatch, rail: str, name: str, content: str, words: str
) -> None:
    plan = planned(monkeypatch, name, content)
    refused = planning.notes(plan, "refused")
    assert refused
    assert all(n.subject == rail for n in refused)
    assert any(words in n.text and "TooMuch" in n.text for n in refused)
    assert not [c for c in plan.changes if isinstance(c, AttachPolicy) and c.name == rail]
    assert not [c for c in plan.changes if isinstance(c, PutPolicy) and c.policy.name == rail]
    assert [c for c in plan.changes if isinstance(c, AttachPolicy)]  # the others are as safe as ever
    assert not plan.is_complete


def test_what_somebody_elses_policy_stops_is_not_blamed_on_ours() -> None:
    theirs = build.FULL_ACCESS.__class__(
        id="p-theirs0000",
        name="no-config",
        type="SERVICE_CONTROL_POLICY",
        aws_managed=False,
        content=document(deny("config:PutConfigurationRecorder")),
        targets=frozenset({build.ROOT}),
    )
    world = planning.snapshot(organization=planning.organization(policies=(build.FULL_ACCESS, theirs)))
    assert not planning.notes(make_plan(build.spec(), world), "refused")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs(), worlds())
def test_no_plan_ever_stops_what_worked_without_its_guardrails(spec: Spec, world: Snapshot) -> None:
    try:
        plan = make_plan(spec, world)
    except SpecError:
        return
    others = tuple(c for c in plan.changes if not isinstance(c, AttachPolicy | PutPolicy))
    stopped = {
        (proof.claim, hole.deed.action, hole.attacker.who)
        for proof in verdicts(declared(spec, after(plan.changes, world)), NEEDED)
        for hole in proof.holes
    }
    anyway = {
        (proof.claim, hole.deed.action, hole.attacker.who)
        for proof in verdicts(declared(spec, after(others, world)), NEEDED)
        for hole in proof.holes
    }
    assert stopped <= anyway
