"""The principals there are: their own policies decide, accounts that are alike are alike, what was not read is unknown."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.authz.prove import guarded as g
from tests.setup import build
from trailkeep.authz.prove.proof import Proof, Verdict
from trailkeep.authz.prove.prove import prove
from trailkeep.authz.prove.world import World
from trailkeep.model.ids import AccountId
from trailkeep.model.snapshot import Unreachable

ADMIN = g.document({"Effect": "Allow", "Action": "*", "Resource": "*"})
READER = g.document({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"})
DELETES = g.document({"Effect": "Allow", "Action": "s3:DeleteObject*", "Resource": "*"})
STOPS = g.document({"Effect": "Allow", "Action": "config:StopConfigurationRecorder", "Resource": "*"})
LINKED = "/aws-service-role/x.amazonaws.com/"
OPEN = g.world()
ROOTS = g.policy("Roots", g.document({
    "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
}), build.ROOT)  # fmt: skip
NO_ROOT = g.world(ROOTS)


def found(claim: str, *principals: Any, world: World = NO_ROOT, **more: Any) -> Proof:
    return g.as_is(world, claim, g.principals(principals, **more))


def holes(proof: Proof) -> set[tuple[str, str]]:
    return {(h.attacker.who, h.deed.action) for h in proof.holes}


def test_without_the_principals_nothing_is_known() -> None:
    assert prove(OPEN, claims=g.of("logs-kept")).as_is[0].verdict is Verdict.UNKNOWN


def test_a_principal_without_rights_breaks_nothing_and_one_with_them_does() -> None:
    harmless = g.principal(build.LOG_ARCHIVE, "Reader", READER)
    assert found("logs-kept", harmless).verdict is Verdict.PROVED
    bad = found("logs-kept", harmless, g.principal(build.LOG_ARCHIVE, "Cleaner", DELETES))
    assert bad.verdict is Verdict.REFUTED
    assert {who for who, _ in holes(bad)} == {f"arn:aws:iam::{build.LOG_ARCHIVE}:role/Cleaner"}


def test_a_root_user_needs_no_policy() -> None:
    assert found("logs-kept", world=OPEN).verdict is Verdict.REFUTED


def test_a_boundary_binds_and_an_empty_one_binds_most() -> None:
    bounded = g.principal(build.LOG_ARCHIVE, "Cleaner", ADMIN, boundary=READER)
    assert found("logs-kept", bounded).verdict is Verdict.PROVED
    assert found("logs-kept", replace(bounded, boundary=None)).verdict is Verdict.REFUTED


def test_a_user_may_be_spoken_of_by_name() -> None:
    own = g.document({"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"})
    assert found("logs-kept", g.principal(build.LOG_ARCHIVE, "ann", own, kind="user")).verdict is Verdict.PROVED


def test_service_linked_roles_are_bound_by_no_scp() -> None:
    world = g.with_policies(OPEN, [p for p in OPEN.organization.policies if p.name == "FullAWSAccess"] + [
        g.policy("No", g.document({"Effect": "Deny", "Action": "*", "Resource": "*"}), build.ROOT)
    ])  # fmt: skip
    assert found("recorders-kept", g.principal(build.WEB, "Any", STOPS), world=world).verdict is Verdict.PROVED
    linked = g.principal(build.WEB, "Linked", STOPS, path=LINKED)
    assert {a for _, a in holes(found("recorders-kept", linked, world=world))} == {"config:StopConfigurationRecorder"}


@pytest.mark.parametrize("account", [build.IDENTITY, build.PAYMENTS, build.WEB, build.PLAYGROUND])
def test_a_service_linked_role_is_found_in_every_account_whichever_stands_for_it(account: str) -> None:
    proof = found("recorders-kept", g.principal(account, "Linked", STOPS, path=LINKED), world=LARGE)
    assert proof.verdict is Verdict.REFUTED


def test_an_exempt_role_does_not_break_a_claim() -> None:
    world = replace(NO_ROOT, exempt=("arn:aws:iam::*:role/Keeper",))
    assert found("logs-kept", g.principal(build.LOG_ARCHIVE, "Keeper", ADMIN), world=world).verdict is Verdict.PROVED
    assert found("logs-kept", g.principal(build.LOG_ARCHIVE, "Keeper2", ADMIN), world=world).verdict is Verdict.REFUTED


@pytest.mark.parametrize("content", ["", "{", "[]", '{"Statement": [{"Effect": "Allow", "Akshun": "*"}]}'])
def test_a_policy_that_cannot_be_read_may_allow_anything(content: str) -> None:
    assert found("logs-kept", g.principal(build.LOG_ARCHIVE, "Odd", content)).verdict is Verdict.UNKNOWN


def test_an_account_that_was_not_read_is_unknown() -> None:
    others = [a.id for a in build.ACCOUNTS + build.DEDICATED if a.id != build.LOG_ARCHIVE]
    proof = found("logs-kept", accounts=others)
    assert proof.verdict is Verdict.UNKNOWN
    assert str(build.LOG_ARCHIVE) in proof.unsettled[0].subject


# accounts that are alike ------------------------------------------------------------------------------------------------

TWINS = ("800000000001", "800000000002", "800000000003")
_accounts = build.ACCOUNTS + build.DEDICATED + tuple(build.account(t, f"twin {t[-1]}", build.WORKLOADS) for t in TWINS)


def _large() -> World:
    world = g.world(ROOTS)
    full = replace(build.FULL_ACCESS, targets=build.FULL_ACCESS.targets | set(TWINS))
    organization = build.organization(
        accounts=_accounts, policies=(full, ROOTS), policy_types=world.organization.policy_types
    )
    return g.seen(world, organization=organization)


LARGE = _large()


class Alone(World):
    """The same, where no account stands for another."""

    @property
    def _partly(self) -> bool:
        return True


ALONE = Alone(snapshot=LARGE.snapshot)
numbers = st.sampled_from([*TWINS, build.WEB, "*", "8000*"])
policies = st.builds(
    lambda effect, action, account, key, operator: g.document(
        {"Effect": "Allow", "Action": "config:*", "Resource": "*"},
        {
            "Effect": effect,
            "Action": action,
            "Resource": f"arn:aws:config:*:{account}:configuration-recorder/*",
            "Condition": {operator: {key: account}},
        },
    ),
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["config:*", "config:Stop*"]),
    numbers,
    st.sampled_from(["aws:PrincipalAccount", "aws:PrincipalTag/account"]),
    st.sampled_from(["StringLike", "StringNotLike"]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(TWINS), policies), min_size=1, max_size=3))
def test_accounts_that_are_alike_are_answered_as_if_each_was_asked(made: list[tuple[str, Any]]) -> None:
    people = [g.principal(account, f"r{n}", document) for n, (account, document) in enumerate(made)]
    together, alone = (found("recorders-kept", *people, world=w) for w in (LARGE, ALONE))
    if together.verdict is not Verdict.UNKNOWN:
        assert together.verdict is alone.verdict
        assert holes(together) == holes(alone)
    assert (together.verdict is Verdict.PROVED) <= (alone.verdict is Verdict.PROVED)


@pytest.mark.parametrize(
    "unless",
    [
        {"StringNotLike": {"aws:PrincipalAccount": "*3"}},
        {"StringNotLike": {"aws:PrincipalArn": "*3:role/*"}},
        {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::8*3:role/*"}},
        {"NumericLessThanEquals": {"aws:PrincipalAccount": "800000000002"}},
    ],
)
def test_accounts_that_a_policy_tells_apart_by_a_part_of_their_number_are_not_alike(unless: Any) -> None:
    denies = {"Effect": "Deny", "Action": ["config:*"], "Resource": "*", "Condition": unless}
    guard = g.policy("Guard", g.document(denies), build.WORKLOADS)
    world = g.with_policies(LARGE, (*LARGE.organization.policies, guard))
    asked = {h.attacker.account for h in g.proof(world, "recorders-kept").holes}
    assert asked & set(TWINS) == {TWINS[2]}


def test_a_trail_of_its_own_tells_an_account_apart() -> None:
    trail = build.trail(owner=TWINS[1], is_organization=False)
    world = g.seen(LARGE, trails=(trail,), buckets=(build.bucket(),))
    assert {h.attacker.account for h in g.proof(world, "trails-kept").holes} == {TWINS[1]}


# what was not read ------------------------------------------------------------------------------------------------------


def lost(account: str, what: str, region: str = "") -> Unreachable:
    return Unreachable(account=AccountId(account), region=region, what=what, reason="AccessDenied", hint="")


BUCKET = build.bucket().name


@pytest.mark.parametrize(
    ("claim", "unread"),
    [
        ("logs-kept", lost(build.LOG_ARCHIVE, f"bucket acme-trail-{build.LOG_ARCHIVE}-{build.HOME} policy", build.HOME)),
        ("buckets-kept", lost(build.LOG_ARCHIVE, f"bucket acme-trail-{build.LOG_ARCHIVE}-{build.HOME} versioning", build.HOME)),
        ("logs-kept", lost(build.LOG_ARCHIVE, "")),
        ("trails-kept", lost(build.WEB, "trails")),
        ("trails-kept", lost(build.WEB, "trails", build.HOME)),
        ("trails-kept", lost(build.WEB, "", build.HOME)),
    ],
)  # fmt: skip
def test_what_could_not_be_read_is_never_proved(claim: str, unread: Unreachable) -> None:
    assert g.said(g.ours(), claim)[claim] is Verdict.PROVED
    assert g.said(g.seen(g.ours(), unreachable=(unread,)), claim)[claim] is Verdict.UNKNOWN


@pytest.mark.parametrize("claim", ["logs-kept", "writers", "readers", "buckets-kept"])
def test_a_bucket_that_was_declared_and_not_seen_is_never_proved(claim: str) -> None:
    some = g.seen(g.ours(), buckets=g.ours().snapshot.buckets[:1])
    assert g.said(some, claim)[claim] is Verdict.UNKNOWN
    assert g.said(g.seen(some, buckets=()), claim)[claim] is Verdict.UNKNOWN


def test_a_key_that_was_not_read_is_never_proved() -> None:
    keys = g.ours().snapshot.keys
    assert g.said(g.seen(g.ours(), keys=()), "readable")["readable"] is Verdict.UNKNOWN
    blank = tuple(replace(k, policy="") for k in keys)
    assert g.said(g.seen(g.ours(), keys=blank), "readable")["readable"] is Verdict.UNKNOWN


@pytest.mark.parametrize("content", ["{", '{"Statement": [{"Effect": "Deny", "Action": 7}]}', "[" * 5000])
def test_a_policy_of_the_organization_that_cannot_be_read_protects_nothing(content: str) -> None:
    broken = [replace(p, content=content) if not p.aws_managed else p for p in g.ours().organization.policies]
    assert g.said(g.with_policies(g.ours(), broken), "membership")["membership"] is not Verdict.PROVED
