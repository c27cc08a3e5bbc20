"""Trails: one that hears everybody, those of others left alone, those that were named retired."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.setup import build
from tests.setup.planning import notes, of, settled, snapshot
from trailkeep.model.change import PutTrail, SetBucket, SetKey, SetLogging, SetSelectors, Stage
from trailkeep.model.ids import Region
from trailkeep.model.organization import State
from trailkeep.model.plan import Duplicate, Plan
from trailkeep.model.snapshot import Foreign, Volume
from trailkeep.model.trail import Selectors, Trail
from trailkeep.setup.plan import after, make_plan

TRAIL_BUCKET = f"acme-trail-{build.LOG_ARCHIVE}-{build.HOME}"
MEMBERS = {"scope": "members", "log_bucket_data_events": False}


def own(account: str = build.PAYMENTS, name: str = "audit", **changes: Any) -> Trail:
    """A member's own running trail into its own bucket."""
    return build.trail(owner=account, name=name, is_organization=False, bucket=f"{account}-logs", kms_key="", **changes)


def test_one_organization_trail_is_made_whole_before_it_runs() -> None:
    plan = make_plan(build.spec(), snapshot())
    changes = [c for c in plan.changes if c.when is Stage.TRAIL]
    assert [type(c) for c in changes] == [PutTrail, SetSelectors, SetLogging]
    (put,) = of(PutTrail, plan)
    trail = put.trail
    assert (trail.owner, trail.home_region, trail.bucket) == (build.MANAGEMENT, build.HOME, TRAIL_BUCKET)
    assert trail.is_organization
    assert trail.is_multi_region
    assert trail.validates_files
    assert trail.global_events
    assert not trail.recursive, "CloudTrail's own deliveries would be logged in a loop"


@pytest.mark.parametrize(
    "other",
    [
        {"is_multi_region": False},
        {"is_organization": False},
        {"validates_files": False},
        {"global_events": False},
        {"bucket": "elsewhere"},
        {"prefix": "logs"},
        {"kms_key": ""},
    ],
)
def test_an_organization_trail_with_other_settings_is_put_right_in_one_call(other: dict[str, object]) -> None:
    done = settled()
    wrong = replace(done, trails=tuple(replace(t, **other) for t in done.trails))  # type: ignore[arg-type]
    (change,) = [c for c in make_plan(build.spec(), wrong).changes if not isinstance(c, SetKey | SetBucket)]
    assert isinstance(change, PutTrail)
    assert change.before == wrong.trails[0]
    assert change.after is not None
    undone = change.undo()
    assert isinstance(undone, PutTrail)
    assert undone.after == wrong.trails[0]


def test_a_stopped_trail_is_started() -> None:
    done = settled()
    stopped = replace(done, trails=tuple(replace(t, is_logging=False) for t in done.trails))
    (change,) = make_plan(build.spec(), stopped).changes
    assert isinstance(change, SetLogging)
    assert change.after


def test_selectors_that_leave_events_out_are_replaced_and_data_events_kept() -> None:
    done = settled()
    lambdas = '{"FieldSelectors": [], "Name": "lambda"}'
    narrow = Selectors(management="write", excluded_sources=("kms.amazonaws.com",), data=(lambdas,))
    plan = make_plan(build.spec(), replace(done, trails=tuple(replace(t, selectors=narrow) for t in done.trails)))
    (change,) = plan.changes
    assert isinstance(change, SetSelectors)
    assert (change.after.management, change.after.excluded_sources) == ("all", ())
    assert lambdas in change.after.data
    names = {json.loads(s)["Name"] for s in change.after.data}
    assert names == {"lambda", "log buckets"}


def test_a_trail_in_another_home_region_is_refused_because_aws_cannot_move_it() -> None:
    elsewhere = build.trail(home_region=Region("us-east-1"))
    plan = make_plan(build.spec(), snapshot(trails=(elsewhere,)))
    assert of(PutTrail, plan) == []
    (note,) = notes(plan, "refused")
    assert "lives in us-east-1" in note.text
    assert "home_region: us-east-1" in note.hint
    assert not plan.is_complete


def test_a_second_copy_is_left_running_and_priced() -> None:
    """$2.00 for each 100,000 events of every copy after the first."""
    volumes = tuple(Volume(account=a.id, events_per_month=350_000, sampled_hours=1) for a in build.ACCOUNTS)
    plan = make_plan(build.spec(), snapshot(trails=(own(),), volumes=volumes))
    assert plan.duplicates == (Duplicate(trail=own(), monthly_cost=7.0),)
    assert not [c for c in of(SetLogging, plan) if c.name == "audit"]


def test_a_second_organization_trail_is_priced_over_all_accounts_or_not_at_all() -> None:
    second = build.trail(name="old-org", bucket="old")
    everybody = [a.id for a in (*build.ACCOUNTS, *build.DEDICATED)]
    volumes = tuple(Volume(account=a, events_per_month=100_000, sampled_hours=1) for a in everybody)
    full = make_plan(build.spec(), snapshot(trails=(second,), volumes=volumes))
    assert [d.monthly_cost for d in full.duplicates] == [2.0 * len(everybody)]
    partly = make_plan(build.spec(), snapshot(trails=(second,), volumes=volumes[1:]))
    assert [d.monthly_cost for d in partly.duplicates] == [None], "an unknown volume is no volume of zero"


@pytest.mark.parametrize(
    "quiet",
    [{"is_logging": False}, {"selectors": Selectors(management="none", excluded_sources=(), data=())}],
)
def test_a_trail_that_records_no_management_events_is_no_copy(quiet: dict[str, Any]) -> None:
    assert make_plan(build.spec(), snapshot(trails=(own(**quiet),))).duplicates == ()


def test_a_trail_that_was_named_is_stopped_and_deleted_last() -> None:
    before = snapshot(trails=(own(build.PLAYGROUND), own(build.PAYMENTS, "other")))
    spec = build.spec(guardrails={"attach_to": [], "canary": None})
    plan = make_plan(spec, before, retire=frozenset({"audit"}))
    retired = [c for c in plan.changes if c.when is Stage.RETIRE]
    assert [type(c) for c in retired] == [SetLogging, PutTrail]
    assert {c.account for c in retired} == {build.PLAYGROUND}
    assert plan.changes[-2:] == tuple(retired)
    assert retired[1].confirmation == "audit", "what deletes is typed by name"
    assert [d.trail.name for d in plan.duplicates] == ["other"]


def test_where_a_guardrail_forbids_deletion_a_retired_trail_is_only_stopped() -> None:
    plan = make_plan(build.spec(), snapshot(trails=(own(build.PAYMENTS),)), retire=frozenset({"audit"}))
    retired = [c for c in plan.changes if c.when is Stage.RETIRE]
    assert [type(c) for c in retired] == [SetLogging]


def test_the_wanted_trail_and_those_of_others_are_never_retired() -> None:
    theirs = own(build.PAYMENTS, "aws-controltower-BaselineCloudTrail")
    foreign = Foreign(owner="Control Tower", kind="trail", name=theirs.name, account=build.PAYMENTS)
    before = snapshot(trails=(build.trail(), theirs), foreign=(foreign,))
    plan = make_plan(build.spec(), before, retire=frozenset({"trailkeep", theirs.name, theirs.arn}))
    assert [c for c in plan.changes if c.when is Stage.RETIRE] == []


def test_control_towers_organization_trail_is_left_alone_and_no_second_one_is_made() -> None:
    theirs = build.trail(name="aws-controltower-BaselineCloudTrail", bucket="aws-controltower-logs-666666666666")
    foreign = Foreign(owner="Control Tower", kind="trail", name=theirs.name, account=build.MANAGEMENT)
    spec = build.spec()
    before = snapshot(trails=(theirs,), foreign=(foreign,))
    plan = make_plan(spec, before)
    assert of(PutTrail, plan) == []
    assert of(SetLogging, plan) == []
    assert {c.bucket for c in of(SetBucket, plan)} == {f"acme-config-{build.LOG_ARCHIVE}-{build.HOME}"}
    texts = [(n.subject, n.text, n.hint) for n in notes(plan, "left alone")]
    assert any("already hears every account" in text for _, text, _ in texts)
    assert any(theirs.bucket in hint for _, _, hint in texts)
    assert plan.duplicates == ()
    assert make_plan(spec, after(plan.changes, before)).changes == ()


def test_control_towers_stopped_trail_is_no_reason_to_have_none() -> None:
    theirs = build.trail(name="aws-controltower-BaselineCloudTrail", bucket="theirs", is_logging=False)
    foreign = Foreign(owner="Control Tower", kind="trail", name=theirs.name, account=build.MANAGEMENT)
    plan = make_plan(build.spec(), snapshot(trails=(theirs,), foreign=(foreign,)))
    assert [c.trail.name for c in of(PutTrail, plan)] == ["trailkeep"]


def test_the_recipes_literal_way_gives_each_account_a_trail_of_its_own() -> None:
    plan = make_plan(build.spec(trail=MEMBERS), snapshot())
    made = of(PutTrail, plan)
    assert {c.account for c in made} == {a.id for a in (*build.ACCOUNTS, *build.DEDICATED)}
    assert {c.trail.name for c in made} == {"trailkeep-member"}, "an organization trail shows under its own name"
    assert not any(c.trail.is_organization for c in made)
    assert {c.account for c in made if c.deletable} == {build.MANAGEMENT}
    guarded = next(c for c in made if c.account == build.WEB)
    assert guarded.undo() is None, "the guardrails let nobody delete a member's trail"


def test_while_moving_to_an_organization_trail_the_bucket_lets_both_in_until_the_old_ones_are_gone() -> None:
    old = settled(build.spec(trail=MEMBERS))
    spec = build.spec()
    moving = make_plan(spec, old)
    assert "trailkeep-member" in _policy(moving)
    names = frozenset({"trailkeep-member"})
    leaving = make_plan(spec, old, retire=names)
    widened, narrowed = of(SetBucket, leaving, bucket=TRAIL_BUCKET, setting="policy")
    assert "trailkeep-member" in widened.after
    assert "trailkeep-member" not in narrowed.after
    stopped = [c.when for c in leaving.changes if isinstance(c, SetLogging) and not c.after]
    assert stopped
    assert [c.when for c in of(SetKey, leaving, setting="policy", last=True)] == [narrowed.when]
    assert max(stopped) < narrowed.when, "a trail that may no longer write must not run any more"


def test_an_exclusion_holds_until_its_day() -> None:
    rule = {"ou": "Sandbox", "reason": "denied by SCP", "until": "2026-11-23"}
    spec = build.spec(trail=MEMBERS, organization={"exclude": [rule]})
    on_its_day = make_plan(spec, snapshot())
    assert build.PLAYGROUND not in {c.account for c in of(PutTrail, on_its_day)}
    (note,) = notes(on_its_day, "excluded")
    assert (note.subject, note.text, note.hint) == ("Sandbox", "denied by SCP", "until 2026-11-23")
    assert on_its_day.is_complete, "what is excluded on purpose is not incomplete"
    the_day_after = make_plan(spec, snapshot(taken=build.NOW.replace(day=24)))
    assert build.PLAYGROUND in {c.account for c in of(PutTrail, the_day_after)}
    assert notes(the_day_after, "excluded") == []


def test_an_account_that_is_closed_is_expected_nowhere() -> None:
    closed = replace(build.account(build.WEB, "web"), state=State.CLOSED)
    accounts = tuple(closed if a.id == build.WEB else a for a in (*build.ACCOUNTS, *build.DEDICATED))
    plan = make_plan(build.spec(trail=MEMBERS), build.snapshot(organization=build.organization(accounts=accounts)))
    assert not [c for c in plan.changes if c.account == build.WEB]
    assert [n.text for n in notes(plan, "excluded")] == ["the account is CLOSED"]


def _policy(plan: Plan) -> str:
    (change,) = of(SetBucket, plan, bucket=TRAIL_BUCKET, setting="policy")
    return str(change.after)
