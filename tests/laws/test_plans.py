"""Laws of plans, on organizations and specifications nobody thought of."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.worlds import blind, specs, worlds
from trailkeep.errors import SpecError
from trailkeep.model.change import AttachPolicy, Change, PutTrail, SetLogging
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.places import excluded as exclusions
from trailkeep.setup.plan import after, make_plan
from trailkeep.setup.spec import Spec

many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def fitting(spec: Spec, world: Snapshot) -> bool:
    """Whether the specification is not refused for this organization."""
    if contradictions_with(spec, world):
        return False
    try:
        make_plan(spec, world)
    except SpecError:
        return False
    return True


@many
@given(spec=specs(), world=worlds())
def test_a_plan_applied_leaves_nothing_to_plan(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world):
        return
    plan = make_plan(spec, world)
    assert make_plan(spec, after(plan.changes, world)).changes == ()


@many
@given(spec=specs(), world=worlds())
def test_stages_never_go_back(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world):
        return
    changes = make_plan(spec, world).changes
    assert all(a.when <= b.when for a, b in pairwise(changes))


@many
@given(spec=specs(), world=worlds())
def test_at_no_step_is_there_a_trail_without_its_bucket_policy(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world):
        return
    for change, before in _steps(spec, world):
        if isinstance(change, PutTrail) and change.after is not None:
            bucket = before.bucket(change.after.bucket)
            assert bucket is not None
            assert bucket.policy
            assert "cloudtrail.amazonaws.com" in bucket.policy
            if change.after.kms_key:
                assert change.after.kms_key in {k.arn for k in before.keys}


@many
@given(spec=specs(), world=worlds())
def test_at_no_step_is_there_a_guardrail_before_the_roles_it_exempts(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world):
        return
    for change, before in _steps(spec, world):
        if isinstance(change, AttachPolicy) and change.type == "SERVICE_CONTROL_POLICY":
            assert any(r.name == spec.guardrails.break_glass_role for r in before.roles)
            assert any(p.id == change.policy for p in before.organization.policies)


@many
@given(spec=specs(), world=worlds())
def test_the_canary_comes_first(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world):
        return
    attached = [
        c for c in make_plan(spec, world).changes if isinstance(c, AttachPolicy) and c.name.endswith("-logging")
    ]
    if spec.guardrails.canary and any(c.canary for c in attached):
        assert attached[0].canary


@many
@given(spec=specs(), world=worlds())
def test_full_access_is_never_detached_and_nothing_is_deleted_unasked(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world):
        return
    for change in make_plan(spec, world).changes:
        assert not (isinstance(change, AttachPolicy) and not change.after)
        assert not (isinstance(change, PutTrail) and change.after is None)
        assert not (isinstance(change, SetLogging) and not change.after)


@many
@given(spec=specs(), world=worlds())
def test_what_is_undone_backwards_was_never_done(spec: Spec, world: Snapshot) -> None:
    """Every reversible change, taken back in reverse order, leaves only what cannot be undone."""
    if not fitting(spec, world):
        return
    changes = make_plan(spec, world).changes
    seen = after(changes, world)
    undone = tuple(u for c in reversed(changes) if (u := c.undo()) is not None)
    back = after(undone, seen)
    kept = after(tuple(c for c in changes if c.undo() is None), world)
    assert back.organization.trusted_access == kept.organization.trusted_access
    assert back.organization.delegations == kept.organization.delegations
    assert {p.id: p.targets for p in back.organization.policies} == {
        p.id: p.targets for p in kept.organization.policies
    }
    assert {g.arn for g in back.guards} == {g.arn for g in world.guards}


@many
@given(spec=specs(), world=worlds())
def test_the_stand_ins_of_a_plan_are_all_chosen_by_some_earlier_change(spec: Spec, world: Snapshot) -> None:
    if not fitting(spec, world):
        return
    values: dict[str, str] = {}
    for number, planned in enumerate(make_plan(spec, world).changes):
        change = planned.bind(values)
        assert not change.is_unbound, f"{change.resource} needs what nothing before it makes"
        assert "\\u2039" not in repr(change)
        values |= {token: _real(token, number) for token in change.chosen}


@many
@given(spec=specs(), world=worlds(), data=st.data())
def test_an_account_nobody_can_enter_is_left_alone_and_makes_the_plan_incomplete(
    spec: Spec, world: Snapshot, data: st.DataObject
) -> None:
    if not fitting(spec, world):
        return
    dedicated = {spec.accounts.log_archive.email, spec.accounts.security.email}
    members = [a for a in world.active() if a.id != world.organization.management and a.email not in dedicated]
    if not members:
        return
    lost = data.draw(st.sampled_from(members)).id
    cells = {a: c for a, c in world.cells.items() if a != lost}
    dark = replace(world, unreachable=(*world.unreachable, blind(lost)), cells=cells)
    plan = make_plan(spec, dark)
    assert not any(c.account == lost for c in plan.changes)
    excluded = any(lost in {a for a, _ in gone} for gone in [exclusions(spec, dark.organization, dark.taken.date())])
    assert excluded or not plan.is_complete


def _steps(spec: Spec, world: Snapshot) -> list[tuple[Change, Snapshot]]:
    steps, seen = [], world
    for change in make_plan(spec, world).changes:
        steps.append((change, seen))
        seen = change.apply_to(seen)
    return steps


def _real(token: str, number: int) -> str:
    if token.startswith("‹account"):
        return f"9{number:011d}"
    if token.startswith("‹unit"):
        return f"ou-abcd-{number:08d}"
    return f"p-{number:08d}"


def test_the_laws_are_tried_on_organizations_that_fit() -> None:
    """A law that refuses every world would prove nothing."""
    fits: list[bool] = []

    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(spec=specs(), world=worlds())
    def look(spec: Spec, world: Snapshot) -> None:
        fits.append(fitting(spec, world))

    look()
    assert sum(fits) > len(fits) / 3
