"""Guardrails: attached the canary first, and never where they would be unsafe."""

from dataclasses import replace

import pytest

from tests.laws.worlds import blind
from tests.setup import build
from tests.setup.planning import notes, of, organization, role, settled, snapshot
from trailkeep.model.change import (
    AttachGuard,
    AttachPolicy,
    Change,
    CreateRole,
    EnablePolicyType,
    PutGuard,
    PutPolicy,
    SetDelegate,
    SetTrustedAccess,
    Stage,
)
from trailkeep.model.identity import Role
from trailkeep.model.organization import Policy
from trailkeep.model.plan import Plan
from trailkeep.model.snapshot import Unreachable
from trailkeep.setup.desired.guardrails import MAX_SIZE
from trailkeep.setup.plan import make_plan

LOGGING = "trailkeep-logging"


def attached(plan: Plan, name: str = LOGGING) -> list[str]:
    return [c.path for c in of(AttachPolicy, plan, name=name)]


def scps(count: int, target: str) -> tuple[Policy, ...]:
    """So many policies of others on one target."""
    return tuple(
        replace(
            build.FULL_ACCESS, id=f"p-other{n:03d}", name=f"Other{n}", aws_managed=False, targets=frozenset({target})
        )
        for n in range(count)
    )


def test_the_canary_gets_it_first() -> None:
    plan = make_plan(build.spec(), snapshot())
    assert attached(plan) == ["Sandbox", "Security", "Workloads"]
    assert [c.canary for c in of(AttachPolicy, plan, name=LOGGING)] == [True, False, False]
    assert attached(plan, "trailkeep-archive") == ["Security/Log Archive", "Security/Security Tooling"]
    assert attached(plan, "trailkeep-archive-resources") == ["Security/Log Archive", "Security/Security Tooling"]


def test_policies_are_attached_after_everything_they_guard_is_in_place() -> None:
    plan = make_plan(build.spec(), snapshot())
    order = [type(c) for c in plan.changes]
    assert order.index(CreateRole) < order.index(AttachPolicy)
    assert order.index(EnablePolicyType) < order.index(PutPolicy) < order.index(AttachPolicy)
    assert {c.when for c in of(AttachPolicy, plan)} == {Stage.GUARDRAIL}


@pytest.mark.parametrize("name", ["OrganizationAccountAccessRole", "TrailkeepBreakGlass", "TrailkeepDeployer"])
def test_an_exempt_role_that_trusts_a_stranger_would_be_a_hole(name: str) -> None:
    stranger = "arn:aws:iam::999999999999:root"
    plan = make_plan(build.spec(), snapshot(roles=(role(build.WEB, name, trusts=stranger),)))
    assert attached(plan) == ["Sandbox", "Security"], "only where that account is, it is refused"
    (note,) = notes(plan, "refused")
    assert note.subject == "trailkeep-logging on Workloads"
    assert name in note.text
    assert stranger in note.text
    assert "web (444444444444)" in note.text
    assert build.MANAGEMENT in note.hint
    assert not plan.is_complete


def test_another_role_may_trust_whom_it_likes() -> None:
    plan = make_plan(
        build.spec(), snapshot(roles=(role(build.WEB, "Vendor", trusts="arn:aws:iam::999999999999:root"),))
    )
    assert notes(plan, "refused") == []


def test_a_trust_that_could_not_be_read_is_open_not_fine() -> None:
    found = snapshot(unreachable=(blind(build.WEB),))
    plan = make_plan(build.spec(), replace(found, cells={a: c for a, c in found.cells.items() if a != build.WEB}))
    assert "Workloads" in attached(plan)
    (note,) = notes(plan, "open")
    assert "exempt roles of web (444444444444)" in note.text
    assert note.subject == "trailkeep-logging on Workloads"
    assert not plan.is_complete


def test_roles_alone_that_could_not_be_read_are_open_too() -> None:
    lost = Unreachable(account=build.WEB, region="", what="roles", reason="AccessDenied", hint="allow iam:GetRole")
    plan = make_plan(build.spec(), snapshot(unreachable=(lost,)))
    assert [n.subject for n in notes(plan, "open")] == ["trailkeep-logging on Workloads"]
    assert plan.unreachable == (lost,)


def test_where_every_slot_is_taken_it_is_refused() -> None:
    full = organization(policies=(build.FULL_ACCESS, *scps(9, build.WORKLOADS)))
    plan = make_plan(build.spec(), build.snapshot(organization=full))
    assert attached(plan) == ["Sandbox", "Security"]
    (note,) = notes(plan, "refused")
    assert "10 policies are attached there" in note.text
    nearly = organization(policies=(build.FULL_ACCESS, *scps(8, build.WORKLOADS)))
    assert "Workloads" in attached(make_plan(build.spec(), build.snapshot(organization=nearly)))


def test_fewer_slots_may_be_allowed() -> None:
    spec = build.spec(guardrails={"max_policies_per_target": 1})
    plan = make_plan(spec, snapshot())
    assert "Workloads" not in attached(plan), "FullAWSAccess takes the only one"
    assert {n.kind for n in plan.notes if "limit" in n.text} == {"refused"}


def test_a_policy_that_may_be_attached_nowhere_is_not_written() -> None:
    stranger = "arn:aws:iam::999999999999:root"
    roles = tuple(role(a, trusts=stranger) for a in (build.WEB, build.IDENTITY, build.PLAYGROUND))
    plan = make_plan(build.spec(), snapshot(roles=roles))
    assert attached(plan) == []
    assert LOGGING not in {c.policy.name for c in of(PutPolicy, plan)}


def test_names_as_long_as_aws_takes_them_fit() -> None:
    spec = build.spec(
        organization={"access_role": "a" * 64},
        guardrails={"break_glass_role": "b" * 64, "deployer_role": "d" * 64},
        created={"iam_path": f"/{'p' * 126}/"},
    )
    assert notes(make_plan(spec, snapshot()), "refused") == []


def test_a_policy_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No names make ours too long today; what would happen if they did is tried on a smaller limit."""
    monkeypatch.setitem(MAX_SIZE, "SERVICE_CONTROL_POLICY", 100)
    plan = make_plan(build.spec(), snapshot())
    assert attached(plan) == []
    assert LOGGING not in {c.policy.name for c in of(PutPolicy, plan)}
    assert all("AWS takes 100" in n.text for n in notes(plan, "refused"))
    assert not plan.is_complete


def test_nothing_is_attached_where_nobody_asked() -> None:
    plan = make_plan(build.spec(guardrails={"attach_to": [], "canary": None}), snapshot())
    assert attached(plan) == []
    assert attached(plan, "trailkeep-archive") != [], "the archive itself is always guarded"


def test_without_the_rcp_its_type_is_not_switched_on() -> None:
    plan = make_plan(build.spec(guardrails={"resource_policy": False}), snapshot())
    assert "RESOURCE_CONTROL_POLICY" not in {c.type for c in of(EnablePolicyType, plan)}
    assert {c.policy.type for c in of(PutPolicy, plan)} == {"SERVICE_CONTROL_POLICY"}


def test_a_guardrail_that_somebody_edited_or_took_off_is_put_back() -> None:
    done = settled()
    policies = tuple(
        replace(p, content="{}", targets=p.targets - {build.WORKLOADS}) if p.name == LOGGING else p
        for p in done.organization.policies
    )
    plan = make_plan(build.spec(), replace(done, organization=replace(done.organization, policies=policies)))
    assert [type(c) for c in plan.changes] == [PutPolicy, AttachPolicy]
    (put,) = of(PutPolicy, plan)
    assert put.before is not None
    assert put.before.content == "{}"
    assert attached(plan) == ["Workloads"]


def test_where_it_is_attached_although_it_was_not_asked_for_it_stays() -> None:
    """Nothing is taken away unless it is named."""
    done = settled()
    assert make_plan(build.spec(guardrails={"attach_to": ["Security"]}), done).changes == ()


def test_the_archives_deny_policy_goes_to_every_role_but_the_way_back_and_those_of_aws() -> None:
    names = [
        "Admin",
        "OrganizationAccountAccessRole",
        "TrailkeepBreakGlass",
        "AWSServiceRoleForConfig",
        "AWSReservedSSO_Admin_0123456789abcdef",
        "aws-controltower-AdministratorExecutionRole",
    ]
    roles = (*(role(build.LOG_ARCHIVE, n) for n in names), role(build.WEB, "Elsewhere"))
    plan = make_plan(build.spec(), snapshot(roles=roles))
    assert [c.principal for c in of(AttachGuard, plan)] == ["Admin", "OrganizationAccountAccessRole"]
    (put,) = of(PutGuard, plan)
    assert put.guard.account == build.LOG_ARCHIVE
    assert put.path == "/"


def test_trusted_access_comes_before_delegation_and_what_is_on_stays() -> None:
    found = organization(trusted_access=frozenset({"cloudtrail.amazonaws.com", "sso.amazonaws.com"}))
    plan = make_plan(build.spec(), build.snapshot(organization=found))
    assert "cloudtrail.amazonaws.com" not in {c.service for c in of(SetTrustedAccess, plan)}
    order: list[type[Change]] = [type(c) for c in plan.changes if isinstance(c, SetTrustedAccess | SetDelegate)]
    assert order == sorted(order, key=[SetTrustedAccess, SetDelegate].index)
    assert {c.delegation.account for c in of(SetDelegate, plan)} == {build.TOOLING}


def test_a_name_prefix_and_path_are_on_everything_that_is_created() -> None:
    spec = build.spec(created={"name_prefix": "acme-sec", "iam_path": "/platform/"})
    plan = make_plan(spec, snapshot())
    assert {c.policy.name for c in of(PutPolicy, plan)} == {
        "acme-sec-archive",
        "acme-sec-logging",
        "acme-sec-archive-resources",
    }
    (made,) = of(CreateRole, plan)
    assert made.path == "/platform/"
    assert made.role.arn.endswith(":role/platform/TrailkeepBreakGlass")
    archive = next(c for c in of(PutPolicy, plan) if c.policy.name == "acme-sec-archive")
    assert "role/platform/TrailkeepBreakGlass" in archive.policy.content


def break_glass(found: tuple[Role, ...]) -> list[Role]:
    return [c.role for c in of(CreateRole, make_plan(build.spec(), snapshot(roles=found)))]


def test_a_break_glass_role_that_was_made_halfway_is_finished() -> None:
    (whole,) = break_glass(())
    assert break_glass((replace(whole, policies=frozenset()),)) == [whole]
    assert break_glass((whole,)) == []


def test_a_break_glass_role_of_somebody_s_own_is_left_as_it_is() -> None:
    (whole,) = break_glass(())
    own = replace(whole, trust=whole.trust.replace('"true"', '"false"'), policies=frozenset())
    assert break_glass((own,)) == []
