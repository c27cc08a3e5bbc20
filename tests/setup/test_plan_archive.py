"""The archive: made, adopted, never weakened."""

from dataclasses import replace

import pytest

from tests.laws.worlds import blind
from tests.setup import build
from tests.setup.planning import notes, of, settled, snapshot
from trailkeep.errors import SpecError
from trailkeep.model.archive import LifecycleRule, Lock
from trailkeep.model.change import (
    CreateAccount,
    CreateBucket,
    CreateKey,
    CreateUnit,
    EnableMfaDelete,
    MoveAccount,
    PutTrail,
    SetBucket,
    SetKey,
    Stage,
)
from trailkeep.model.organization import State
from trailkeep.setup.desired.archive import RULE
from trailkeep.setup.places import excluded
from trailkeep.setup.plan import after, make_plan

TRAIL_BUCKET = f"acme-trail-{build.LOG_ARCHIVE}-{build.HOME}"
CONFIG_BUCKET = f"acme-config-{build.LOG_ARCHIVE}-{build.HOME}"
MFA = {"protection": "mfa", "lock": None, "retention_days": None}


def rule(id: str, **changes: object) -> LifecycleRule:  # noqa: A002
    harmless = LifecycleRule(
        id=id,
        enabled=True,
        prefix="",
        expire_days=None,
        noncurrent_days=None,
        abort_multipart_days=None,
        expired_delete_markers=False,
        other="",
    )
    return replace(harmless, **changes)  # type: ignore[arg-type]


def test_where_there_is_no_archive_account_one_is_made_in_its_unit() -> None:
    plan = make_plan(build.spec(accounts={"log_archive": {"ou": "Security/Logs"}}), build.snapshot())
    assert [c.unit.name for c in of(CreateUnit, plan)] == ["Logs"]
    assert [c.new.name for c in of(CreateAccount, plan)] == ["Log Archive", "Security Tooling"]
    assert {c.names[1] for c in of(MoveAccount, plan)} == {"Security/Logs", "Security"}
    assert plan.changes[0].when is Stage.ACCOUNT
    assert all(c.confirmation for c in of(CreateAccount, plan)), "an account cannot be unmade: its name is typed"


def test_an_account_with_that_address_is_adopted_and_only_moved() -> None:
    archive = build.account(build.LOG_ARCHIVE, "Logs of old", build.SANDBOX, email="AWS+log-archive@example.com")
    accounts = (*build.ACCOUNTS, archive, build.DEDICATED[1])
    plan = make_plan(build.spec(), build.snapshot(organization=build.organization(accounts=accounts)))
    assert of(CreateAccount, plan) == []
    (moved,) = of(MoveAccount, plan)
    assert (moved.moved, moved.names) == (build.LOG_ARCHIVE, ("Sandbox", "Security"))
    assert [c.bucket.account for c in of(CreateBucket, plan)] == [build.LOG_ARCHIVE] * 2


def test_an_account_deeper_inside_its_unit_stays_there() -> None:
    deeper = build.unit("ou-exam-deeplogs", "Deep", build.SECURITY)
    archive = build.account(build.LOG_ARCHIVE, "Log Archive", deeper.id)
    found = build.organization(accounts=(*build.ACCOUNTS, archive, build.DEDICATED[1]), units=(*build.UNITS, deeper))
    assert of(MoveAccount, make_plan(build.spec(), build.snapshot(organization=found))) == []


@pytest.mark.parametrize("state", [State.SUSPENDED, State.CLOSED, State.PENDING_CLOSURE])
def test_a_closed_archive_account_is_said_and_nothing_is_planned(state: State) -> None:
    closed = replace(build.DEDICATED[0], state=state)
    found = build.organization(accounts=(*build.ACCOUNTS, closed, build.DEDICATED[1]))
    with pytest.raises(SpecError, match=state):
        make_plan(build.spec(), build.snapshot(organization=found))


def test_an_excluded_unit_does_not_hold_an_account_that_is_about_to_leave_it() -> None:
    tooling = replace(build.DEDICATED[1], parent=build.SANDBOX)
    found = build.organization(accounts=(*build.ACCOUNTS, build.DEDICATED[0], tooling))
    spec = build.spec(organization={"exclude": [{"ou": "Sandbox", "reason": "no logging there"}]})
    gone = excluded(spec, found, build.NOW.date())
    assert gone == {(build.PLAYGROUND, None)}, "what is not read now could not be planned for after the move"
    plan = make_plan(spec, build.snapshot(organization=found))
    recording = {c.account for c in plan.changes if c.when is Stage.RECORDER}
    assert build.TOOLING in recording
    assert build.PLAYGROUND not in recording


def test_two_buckets_and_a_key_of_another_account_in_a_safe_order() -> None:
    plan = make_plan(build.spec(), snapshot())
    assert [c.bucket.name for c in of(CreateBucket, plan)] == [TRAIL_BUCKET, CONFIG_BUCKET]
    (key,) = of(CreateKey, plan)
    assert key.account == build.TOOLING
    stages = [c.when for c in plan.changes if isinstance(c, CreateKey | CreateBucket | SetBucket | PutTrail)]
    assert stages == sorted(stages)
    trail = [c.setting for c in of(SetBucket, plan, bucket=TRAIL_BUCKET)]
    assert trail == ["blocks_public_access", "ownership", "encryption", "lifecycle", "lock", "tags", "policy"]
    config = [c.setting for c in of(SetBucket, plan, bucket=CONFIG_BUCKET)]
    assert config == ["versioning", "blocks_public_access", "ownership", "encryption", "lifecycle", "tags", "policy"]


def test_without_kms_there_is_no_key() -> None:
    plan = make_plan(build.spec(archive={"encryption": "s3"}), snapshot())
    assert of(CreateKey, plan) == []
    (trail,) = of(PutTrail, plan)
    assert trail.trail.kms_key == ""


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_that_is_on_its_way_out_is_brought_back_and_stays(state: str) -> None:
    done = settled()
    lost = replace(done, keys=tuple(replace(k, state=state) for k in done.keys))
    (change,) = make_plan(build.spec(), lost).changes
    assert isinstance(change, SetKey)
    assert (change.setting, change.before, change.after) == ("state", state, "Enabled")
    assert change.undo() is None


@pytest.mark.parametrize(
    ("has", "wanted"),
    [
        (Lock(mode="GOVERNANCE", days=730), {"mode": "governance", "days": 365}),
        (Lock(mode="COMPLIANCE", days=365), {"mode": "governance", "days": 365}),
        (Lock(mode="COMPLIANCE", days=730), {"mode": "compliance", "days": 400}),
    ],
)
def test_a_lock_is_never_weakened(has: Lock, wanted: dict[str, object]) -> None:
    with pytest.raises(SpecError, match="would shrink") as refused:
        make_plan(build.spec(archive={"lock": wanted}), snapshot(buckets=(build.bucket(lock=has),)))
    assert refused.value.hint


@pytest.mark.parametrize(
    "has", [None, Lock(mode=None, days=None), Lock(mode="GOVERNANCE", days=1), Lock(mode="GOVERNANCE", days=365)]
)
def test_a_lock_is_strengthened(has: Lock | None) -> None:
    spec = build.spec(archive={"lock": {"mode": "compliance", "days": 365}})
    plan = make_plan(spec, snapshot(buckets=(build.bucket(lock=has),)))
    (change,) = of(SetBucket, plan, bucket=TRAIL_BUCKET, setting="lock")
    assert (change.before, change.after) == (has, Lock(mode="COMPLIANCE", days=365))
    assert change.confirmation == TRAIL_BUCKET, "compliance cannot be undone by anybody: its name is typed"
    assert change.undo() is None


def test_rules_of_others_stay_unless_they_end_logs_earlier() -> None:
    gentle = (
        rule("archive tier", other='{"Transitions":[{"Days":90,"StorageClass":"GLACIER"}]}'),
        rule("uploads", abort_multipart_days=1),
        rule("late", expire_days=4000, noncurrent_days=365),
        rule("switched off", enabled=False, expire_days=1),
    )
    harsh = (
        rule("early", expire_days=30),
        rule("early versions", noncurrent_days=1),
        rule("on a day", other='{"Expiration":{"Date":"2027-01-01"}}'),
    )
    bucket = build.bucket(lifecycle=(*gentle, *harsh))
    (change,) = of(
        SetBucket, make_plan(build.spec(), snapshot(buckets=(bucket,))), bucket=TRAIL_BUCKET, setting="lifecycle"
    )
    assert [r.id for r in change.after] == [RULE, *(r.id for r in gentle)]
    assert change.before == bucket.lifecycle
    ours = change.after[0]
    assert (ours.expire_days, ours.noncurrent_days, ours.prefix) == (2557, 90, "")


def test_tags_of_others_stay() -> None:
    bucket = build.bucket(tags=(("cost-centre", "42"), ("owner", "somebody")))
    plan = make_plan(build.spec(), snapshot(buckets=(bucket,)))
    (change,) = of(SetBucket, plan, bucket=TRAIL_BUCKET, setting="tags")
    assert dict(change.after) == {"cost-centre": "42", "owner": "platform"}


def test_mfa_delete_is_a_step_for_a_person_before_the_guardrails() -> None:
    plan = make_plan(build.spec(archive=MFA), snapshot())
    steps = of(EnableMfaDelete, plan)
    assert [s.bucket for s in steps] == [TRAIL_BUCKET, CONFIG_BUCKET]
    step = steps[0]
    assert step.account == build.LOG_ARCHIVE
    assert Stage.RECORDER < step.when < Stage.GUARDRAIL, "afterwards the SCP would bind the root user too"
    text = "\n".join(step.procedure)
    assert [line[:2] for line in step.procedure] == [f"{n}." for n in range(1, 7)]
    assert f"account {build.LOG_ARCHIVE} as the root user" in text
    assert (
        f"aws s3api put-bucket-versioning --profile root-log-archive --bucket {TRAIL_BUCKET} "
        '--versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "$MFA_DEVICE_ARN $MFA_CODE"'
    ) in text
    assert f"get-bucket-versioning --profile root-log-archive --bucket {TRAIL_BUCKET}" in text
    assert "Delete the root access key" in text


def test_with_mfa_delete_there_is_no_lifecycle_and_no_lock_and_once_it_is_on_nothing_is_left() -> None:
    spec = build.spec(archive=MFA)
    before = snapshot()
    plan = make_plan(spec, before)
    assert not [c for c in of(SetBucket, plan) if c.setting in {"lifecycle", "lock"}]
    assert make_plan(spec, after(plan.changes, before)).changes == ()


def test_a_bucket_that_was_changed_by_somebody_is_put_right() -> None:
    done = settled()
    buckets = tuple(
        replace(b, versioning="Suspended", blocks_public_access=False, policy="", ownership="ObjectWriter")
        if b.name == TRAIL_BUCKET
        else b
        for b in done.buckets
    )
    plan = make_plan(build.spec(), replace(done, buckets=buckets))
    assert [c.setting for c in of(SetBucket, plan)] == ["versioning", "blocks_public_access", "ownership", "policy"]


def test_an_archive_that_cannot_be_entered_is_no_ground_to_build_on() -> None:
    with pytest.raises(SpecError, match="Log Archive"):
        make_plan(build.spec(), snapshot(unreachable=(blind(build.LOG_ARCHIVE),)))


def accounts(number: int) -> dict[str, object]:
    members = (build.account(f"{n:012d}", f"m{n}") for n in range(100_000_000_000, 100_000_000_000 + number))
    found = build.organization(accounts=(*build.ACCOUNTS, *build.DEDICATED, *members))
    return {"organization": found}


def test_a_list_of_accounts_fits_only_so_many() -> None:
    """The organization's id says the same in a line; the list is for where AWS Config does not take it."""
    spec = build.spec(recorder={"write_condition": "accounts"})
    with pytest.raises(SpecError, match="AWS takes 20,480") as refused:
        make_plan(spec, snapshot(**accounts(800)))
    assert "write_condition: organization" in refused.value.hint
    assert make_plan(spec, snapshot(**accounts(500))).changes
    assert make_plan(build.spec(), snapshot(**accounts(800))).changes


def test_what_is_as_it_should_be_needs_nothing() -> None:
    plan = make_plan(build.spec(), settled())
    assert plan.changes == ()
    assert plan.is_complete
    assert notes(plan, "refused") == []
