"""Known verdicts: policies as others print them, our own set in every form, and holes closed by what is proposed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.authz.prove import guarded as g
from tests.setup import build
from trailkeep.authz.prove.claims import CLAIMS
from trailkeep.authz.prove.closing import Closing
from trailkeep.authz.prove.proof import Hole, Verdict
from trailkeep.authz.prove.prove import prove
from trailkeep.authz.prove.world import World
from trailkeep.authz.request import Layer
from trailkeep.model.ids import AccountId

FOLDER = Path(__file__).parents[2] / "cases" / "prove"
CASES = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def world_of(case: dict[str, Any]) -> World:
    made = {**CASES[case["like"]], **case} if "like" in case else case
    scps = [g.policy(p["name"], p["content"], *p["targets"]) for p in made["scps"]]
    changes: dict[str, Any] = {"exempt": tuple(made.get("exempt", ()))}
    if "trail" in made:
        changes["trails"] = (build.trail(**made["trail"]),)
    return g.world(*scps, bucket_policy=made["bucket_policy"], **changes)


def fits(world: World, hole: Hole, wanted: dict[str, str]) -> bool:
    """Whether it is the hole that a case names; an account is also that of those it stands for."""
    account = hole.attacker.account
    alike = world.alike(AccountId(account)) if account else ()
    arn = (hole.witness.request.context.get("aws:principalarn") or ("",))[0]
    return (
        hole.deed.action == wanted["action"]
        and wanted.get("account", account) in (account, *alike)
        and wanted.get("kind", hole.attacker.kind) == hole.attacker.kind
        and ("role" not in wanted or arn.endswith(f":role/{wanted['role']}"))
    )


@pytest.mark.parametrize("name", CASES)
def test_a_known_set_of_policies_has_its_known_verdicts(name: str) -> None:
    case = CASES[name]
    world = world_of(case)
    proofs = {p.claim: p for p in prove(world, claims=g.of(*case["expected"])).worst_case}
    assert {c: str(p.verdict) for c, p in proofs.items()} == case["expected"]
    for wanted in case.get("witnesses", ()):
        assert any(fits(world, hole, wanted) for hole in proofs[wanted["claim"]].holes), wanted
    for wanted in case.get("no_witness", ()):
        assert not any(fits(world, hole, wanted) for hole in proofs[wanted["claim"]].holes), wanted
    for claim, actions in case.get("only_actions", {}).items():
        assert {h.deed.action for h in proofs[claim].holes} == set(actions)
    assert all(h.witness.decision.is_allowed for p in proofs.values() for h in p.holes)


# our own set ------------------------------------------------------------------------------------------------------------

READER = "arn:aws:iam::222222222222:role/SecurityAudit"
OURS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "trails of members": {"trail": {"scope": "members"}},
    "mfa": {"archive": {"protection": "mfa", "lock": None, "retention_days": None}},
    "keys of S3": {"archive": {"encryption": "s3"}},
    "compliance": {"archive": {"lock": {"mode": "compliance", "days": 30}}},
    "readers": {"archive": {"readers": [READER]}},
    "everywhere": {"guardrails": {"canary": "Sandbox", "attach_to": ["root"]}},
    "members, mfa, S3": {
        "trail": {"scope": "members"},
        "archive": {"protection": "mfa", "lock": None, "retention_days": None, "encryption": "s3"},
    },
}


@pytest.mark.parametrize("name", OURS)
def test_our_own_set_holds_whatever_is_chosen(name: str) -> None:
    assert g.said(g.ours_of(OURS[name])) == {c.id: Verdict.PROVED for c in CLAIMS}


def test_in_an_account_without_guardrails_what_is_its_own_is_open() -> None:
    """Sandbox is a canary, so it is guarded too; what no unit of ours is above is not."""
    refuted = g.said(g.ours_of({"guardrails": {"canary": "Sandbox", "attach_to": ["Security"]}}))
    assert refuted["membership"] is Verdict.REFUTED
    assert refuted["logs-kept"] is Verdict.PROVED


# closings ---------------------------------------------------------------------------------------------------------------


def applied(world: World, closings: tuple[Closing, ...]) -> World:
    """The world after somebody did what a certificate proposes."""
    units = {world.organization.path(t): t for t in (*world.organization.units, *world.organization.accounts)}
    scps = [
        g.policy(f"Closing{n}", g.document(json.loads(c.statement)), *(units[place] for place in c.places))
        for n, c in enumerate(closings)
        if c.layer is Layer.SCP
    ]
    more = [json.loads(c.statement) for c in closings if c.layer is Layer.RESOURCE]
    changed = g.with_policies(world, (*world.organization.policies, *scps))
    buckets = tuple(replace(b, policy=_with(b.policy, more, ":s3:")) for b in world.snapshot.buckets)
    keys = tuple(replace(k, policy=_with(k.policy, more, ":kms:")) for k in world.snapshot.keys)
    return g.seen(changed, buckets=buckets, keys=keys)


def _with(text: str, statements: list[dict[str, Any]], service: str) -> str:
    document = json.loads(text) if text else g.document()
    document["Statement"] += [s for s in statements if service in s["Resource"]]
    return json.dumps(document)


@pytest.mark.parametrize("name", [n for n in CASES if "REFUTED" in CASES[n]["expected"].values()])
def test_what_is_proposed_closes_the_holes(name: str) -> None:
    claims = g.of(*(c for c in CASES[name]["expected"] if c != "exempt-roles"))
    world = world_of(CASES[name])
    certificate = prove(world, claims=claims)
    for _ in range(3):  # a statement for members uncovers, now and then, who else may
        world = applied(world, certificate.closings)
        certificate = prove(world, claims=claims)
    assert {p.claim: p.verdict for p in certificate.worst_case} == {c.id: Verdict.PROVED for c in claims}


@pytest.mark.parametrize(
    ("sid", "claim"), [("ConfigEncrypt", "config-delivers"), ("CloudTrailEncrypt1", "cloudtrail-delivers")]
)
def test_a_service_that_may_not_use_the_key_cannot_deliver(sid: str, claim: str) -> None:
    (key,) = g.ours().snapshot.keys
    document = json.loads(key.policy)
    rest = [s for s in document["Statement"] if s["Sid"] != sid]
    assert len(rest) < len(document["Statement"])
    without = replace(key, policy=json.dumps({**document, "Statement": rest}))
    assert g.said(g.seen(g.ours(), keys=(without,)), claim)[claim] is Verdict.REFUTED
