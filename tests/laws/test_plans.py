"""Laws of plans, on organizations and specifications nobody thought of."""

from dataclasses import dataclass, replace
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.laws.worlds import blind, specs, worlds
from trailkeep.errors import SpecError
from trailkeep.model.change import AttachPolicy, Change, PutTrail, SetLogging
from trailkeep.model.ids import AccountId
from trailkeep.model.plan import Plan
from trailkeep.model.snapshot import Snapshot
from trailkeep.setup.conflicts import contradictions_with
from trailkeep.setup.places import excluded as exclusions
from trailkeep.setup.plan import after, make_plan
from trailkeep.setup.spec import Spec

many = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def fitting(spec: Spec, world: Snapshot) -> Plan | None:
    """The plan, or None where the specification is refused for this organization."""
    if contradictions_with(spec, world):
        return None
    try:
        return make_plan(spec, world)
    except SpecError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A specification, an organization that it fits, and the plan."""

    spec: Spec
    world: Snapshot
    plan: Plan


def a_plan_applied_leaves_nothing_to_plan(made: Made) -> None:
    assert make_plan(made.spec, after(made.plan.changes, made.world)).changes == ()


def stages_never_go_back(made: Made) -> None:
    changes = made.plan.changes
    assert all(a.when <= b.when for a, b in pairwise(changes))


def at_no_step_is_there_a_trail_without_its_bucket_policy(made: Made) -> None:
    for change, before in _steps(made):
        if isinstance(change, PutTrail) and change.after is not None:
            bucket = before.bucket(change.after.bucket)
            assert bucket is not None
            assert bucket.policy
            assert "cloudtrail.amazonaws.com" in bucket.policy
            if change.after.kms_key:
                assert change.after.kms_key in {k.arn for k in before.keys}


def at_no_step_is_there_a_guardrail_before_the_roles_it_exempts(made: Made) -> None:
    for change, before in _steps(made):
        if isinstance(change, AttachPolicy) and change.type == "SERVICE_CONTROL_POLICY":
            assert any(r.name == made.spec.guardrails.break_glass_role for r in before.roles)
            assert any(p.id == change.policy for p in before.organization.policies)


def the_canary_comes_first(made: Made) -> None:
    attached = [c for c in made.plan.changes if isinstance(c, AttachPolicy) and c.name.endswith("-logging")]
    if made.spec.guardrails.canary and any(c.canary for c in attached):
        assert attached[0].canary


def full_access_is_never_detached_and_nothing_is_deleted_unasked(made: Made) -> None:
    for change in made.plan.changes:
        assert not (isinstance(change, AttachPolicy) and not change.after)
        assert not (isinstance(change, PutTrail) and change.after is None)
        assert not (isinstance(change, SetLogging) and not change.after)


def what_is_undone_backwards_was_never_done(made: Made) -> None:
    """Every reversible change, taken back in reverse order, leaves only what cannot be undone."""
    changes = made.plan.changes
    seen = after(changes, made.world)
    undone = tuple(u for c in reversed(changes) if (u := c.undo()) is not None)
    back = after(undone, seen)
    kept = after(tuple(c for c in changes if c.undo() is None), made.world)
    assert back.organization.trusted_access == kept.organization.trusted_access
    assert back.organization.delegations == kept.organization.delegations
    assert {p.id: p.targets for p in back.organization.policies} == {
        p.id: p.targets for p in kept.organization.policies
    }
    assert {g.arn for g in back.guards} == {g.arn for g in made.world.guards}


def the_stand_ins_of_a_plan_are_all_chosen_by_some_earlier_change(made: Made) -> None:
    values: dict[str, str] = {}
    for number, planned in enumerate(made.plan.changes):
        change = planned.bind(values)
        assert not change.is_unbound, f"{change.resource} needs what nothing before it makes"
        assert "\\u2039" not in repr(change)
        values |= {token: _real(token, number) for token in change.chosen}


LAWS = (
    a_plan_applied_leaves_nothing_to_plan,
    stages_never_go_back,
    at_no_step_is_there_a_trail_without_its_bucket_policy,
    at_no_step_is_there_a_guardrail_before_the_roles_it_exempts,
    the_canary_comes_first,
    full_access_is_never_detached_and_nothing_is_deleted_unasked,
    what_is_undone_backwards_was_never_done,
    the_stand_ins_of_a_plan_are_all_chosen_by_some_earlier_change,
)


@many
@given(spec=specs(), world=worlds(), data=st.data())
def test_the_laws_of_a_plan(spec: Spec, world: Snapshot, data: st.DataObject) -> None:
    """All of them at once: making up an organization and planning for it costs far more than asking any law."""
    plan = fitting(spec, world)
    if plan is None:
        return
    made = Made(spec=spec, world=world, plan=plan)
    for law in LAWS:
        law(made)
    dedicated = {spec.accounts.log_archive.email, spec.accounts.security.email}
    members = [a for a in world.active() if a.id != world.organization.management and a.email not in dedicated]
    if members:
        an_account_nobody_can_enter_is_left_alone_and_makes_the_plan_incomplete(
            made, data.draw(st.sampled_from(members)).id
        )


def an_account_nobody_can_enter_is_left_alone_and_makes_the_plan_incomplete(made: Made, lost: AccountId) -> None:
    spec, world = made.spec, made.world
    cells = {a: c for a, c in world.cells.items() if a != lost}
    dark = replace(world, unreachable=(*world.unreachable, blind(lost)), cells=cells)
    plan = make_plan(spec, dark)
    assert not any(c.account == lost for c in plan.changes)
    excluded = any(lost in {a for a, _ in gone} for gone in [exclusions(spec, dark.organization, dark.taken.date())])
    assert excluded or not plan.is_complete


def _steps(made: Made) -> list[tuple[Change, Snapshot]]:
    steps, seen = [], made.world
    for change in made.plan.changes:
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
        fits.append(fitting(spec, world) is not None)

    look()
    assert sum(fits) > len(fits) / 3
