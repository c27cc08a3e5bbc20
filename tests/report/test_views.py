"""What people read: short whatever the size of the organization, and safe whatever AWS or a file says."""

import json
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.app.every_change import EVERY, at
from tests.laws.worlds import blind
from tests.report.views import EVIL, control_characters, poisoned, seen
from tests.setup import build
from trailkeep.app.execute import Failed, Outcome
from trailkeep.app.journal import Run
from trailkeep.app.setup import undo_of
from trailkeep.errors import AwsError
from trailkeep.model.change import AttachPolicy, Change, EnableMfaDelete, SetTrustedAccess
from trailkeep.model.diff import diff
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Account
from trailkeep.model.plan import Note, Plan, ordered
from trailkeep.model.snapshot import Foreign, Snapshot, Unreachable, Volume
from trailkeep.report.json import outcome_json, plan_json
from trailkeep.report.outcome import render_check, render_outcome
from trailkeep.report.plan import render_plan
from trailkeep.report.snapshot import render_differences, render_snapshot
from trailkeep.report.undo import render_undo
from trailkeep.report.words import account_name, brief, count, printable
from trailkeep.setup.delivery import Trouble, troubles
from trailkeep.setup.plan import after, make_plan

AUDIT = build.trail(owner=build.PAYMENTS, name="audit", is_organization=False, bucket="theirs")
DENIED = AwsError("User is not authorized to perform: config:PutConfigurationRecorder", code="AccessDenied")
EVERYTHING = Plan(changes=ordered(EVERY), notes=(), duplicates=(), unreachable=())


def small() -> Snapshot:
    """Half built: an archive account to adopt, a second copy, a recorder of somebody else, an account in the dark."""
    organization = build.organization(accounts=(*build.ACCOUNTS, build.DEDICATED[0]))
    found = build.snapshot(
        organization=organization,
        trails=(AUDIT,),
        volumes=(Volume(account=build.PAYMENTS, events_per_month=12_345_678, sampled_hours=1),),
        foreign=(Foreign(owner="Control Tower", kind="role", name="AWSControlTowerExecution", account=build.WEB),),
        unreachable=(replace(blind(build.WEB), hint="create OrganizationAccountAccessRole there"),),
    )
    return replace(found, cells={a: c for a, c in found.cells.items() if a != build.WEB})


def plan() -> Plan:
    spec = build.spec(
        organization={"exclude": [{"ou": "Sandbox", "regions": ["us-east-1"], "reason": "denied by SCP"}]},
        archive={"protection": "mfa", "lock": None, "retention_days": None},
    )
    return make_plan(spec, small())


def outcome(changes: tuple[Change, ...] = EVERY, failed: int = 1) -> Outcome:
    human = [c for c in changes if isinstance(c, EnableMfaDelete)]
    rest = [c for c in changes if not isinstance(c, EnableMfaDelete)]
    return Outcome(
        done=rest[failed + 2 :],
        failed=[Failed(change=c, error=DENIED) for c in rest[:failed]],
        untried=rest[failed : failed + 2],
        human=human,
        stopped="the account stage failed, and what follows stands on it",
    )


def test_a_plan(snapshot: SnapshotAssertion) -> None:
    assert seen(render_plan(plan(), small())) == snapshot


def test_an_empty_plan(snapshot: SnapshotAssertion) -> None:
    found = build.snapshot(organization=build.organization(accounts=build.ACCOUNTS + build.DEDICATED))
    done = after(make_plan(build.spec(), found).changes, found)
    assert seen(render_plan(make_plan(build.spec(), done), done)) == snapshot


def test_every_kind_of_change(snapshot: SnapshotAssertion) -> None:
    assert seen(render_plan(EVERYTHING, small())) == snapshot


def test_details_show_policies_in_full_and_the_page_behind_each_change() -> None:
    text = seen(render_plan(plan(), small(), details=True), width=100_000)
    for change in plan().changes:
        assert change.reason.source in text
        if change.undo() is None:
            assert change.irreversible in text
    assert '"Sid":"DenyPlainTransport"' in text
    assert '"Sid":"DenyPlainTransport"' not in seen(render_plan(plan(), small()))


def test_what_came_of_it(snapshot: SnapshotAssertion) -> None:
    assert seen(render_outcome(small().organization, outcome())) == snapshot


def test_what_reading_back_showed(snapshot: SnapshotAssertion) -> None:
    found = troubles(build.spec(), small())
    assert seen(render_check(plan(), found, small().organization)) == snapshot


def test_taking_it_back(snapshot: SnapshotAssertion) -> None:
    done = tuple(c for c in EVERY if not isinstance(c, EnableMfaDelete))
    undo = undo_of(Run(id="r", verb="apply", began="2026-11-23T12:00:00+00:00", undoes="", done=ordered(done)))
    assert seen(render_undo(undo.run.began, undo.waves, undo.kept, small().organization)) == snapshot


def test_an_organization_in_a_few_lines(snapshot: SnapshotAssertion) -> None:
    assert seen(render_snapshot(small())) == snapshot


def test_what_changed_between_two(snapshot: SnapshotAssertion) -> None:
    before = small()
    stopped = replace(before, trails=(replace(AUDIT, is_logging=False), build.trail(name="new")))
    assert seen(render_differences(diff(before, stopped))) == snapshot
    assert seen(render_differences(())) == "No difference.\n"


@pytest.fixture(scope="module")
def large() -> Snapshot:
    """5,000 accounts in three Regions, each with a trail of its own; every tenth could not be entered."""
    members: list[Account] = [
        build.account(f"{n:012d}", f"member {n}", (build.WORKLOADS, build.PROD, build.SANDBOX)[n % 3])
        for n in range(100_000_000_000, 100_000_004_993)
    ]
    dark = {m.id for m in members[::10]}
    found = build.snapshot(
        organization=build.organization(accounts=(*build.ACCOUNTS, *build.DEDICATED, *members)),
        trails=tuple(
            build.trail(owner=m.id, name=f"audit-{m.id}", is_organization=False, bucket=f"logs-{m.id}") for m in members
        ),
        unreachable=tuple(replace(blind(a), reason=f"no role in {a}") for a in sorted(dark)),
        foreign=tuple(
            Foreign(owner="Control Tower", kind="recorder", name=f"r{n}", account=m.id) for n, m in enumerate(members)
        ),
    )
    return replace(found, cells={a: c for a, c in found.cells.items() if a not in dark})


def test_five_thousand_accounts_fit_on_a_few_screens(large: Snapshot) -> None:
    made = make_plan(build.spec(), large)
    assert len(large.organization.accounts) == 5_000
    assert len(made.changes) > 30_000
    text = seen(render_plan(made, large))
    assert len(text.splitlines()) < 120
    assert f"{len(made.changes):,} changes" in text
    assert len(seen(render_snapshot(large)).splitlines()) < 40
    assert len(seen(render_check(made, troubles(build.spec(), large), large.organization)).splitlines()) < 40


def test_thousands_of_failures_are_not_all_told() -> None:
    many = tuple(SetTrustedAccess(**at(), service=f"s{n}", before=False, after=True) for n in range(5_000))
    text = seen(render_outcome(small().organization, outcome(many, failed=4_000)))
    assert len(text.splitlines()) < 60
    assert "more" in text


def hostile_notes() -> tuple[Note, ...]:
    return tuple(
        Note(kind=kind, subject=EVIL, text=EVIL, hint=EVIL) for kind in ("left alone", "refused", "open", "excluded")
    )


def hostile_plan() -> Plan:
    dark = Unreachable(account=AccountId(f"‹{EVIL}›"), region=EVIL, what=EVIL, reason=EVIL, hint=EVIL)
    duplicates = tuple(replace(d, trail=poisoned(d.trail)) for d in plan().duplicates)
    assert duplicates
    return Plan(
        changes=tuple(poisoned(c) for c in EVERYTHING.changes),
        notes=hostile_notes(),
        duplicates=duplicates,
        unreachable=(dark, poisoned(blind(build.WEB))),
    )


@pytest.mark.parametrize("details", [False, True])
def test_a_hostile_plan_can_do_nothing_to_the_terminal(details: bool) -> None:
    text = seen(render_plan(hostile_plan(), poisoned(small()), details=details))
    assert control_characters(text) == set()
    assert "[red]" in text, "what looks like markup is only text"


def test_a_hostile_outcome_can_do_nothing_to_the_terminal() -> None:
    bad = tuple(poisoned(c) for c in EVERY)
    made = outcome(bad)
    made.failed[0] = Failed(change=bad[0], error=AwsError(EVIL, code=EVIL, hint=EVIL))
    organization = poisoned(small()).organization
    assert control_characters(seen(render_outcome(organization, made))) == set()
    trouble = Trouble(account=build.WEB, region=build.HOME, text=EVIL)
    assert control_characters(seen(render_check(hostile_plan(), (trouble,), organization))) == set()


def test_a_hostile_journal_can_do_nothing_to_the_terminal() -> None:
    done = tuple(poisoned(c) for c in ordered(EVERY))
    undo = undo_of(Run(id="r", verb="apply", began=EVIL, undoes="", done=done))
    kept = tuple((c, EVIL) for c in done)
    text = seen(render_undo(undo.run.began, undo.waves, kept, poisoned(small()).organization))
    assert control_characters(text) == set()


def test_a_hostile_snapshot_can_do_nothing_to_the_terminal() -> None:
    bad = poisoned(small())
    assert control_characters(seen(render_snapshot(bad))) == set()
    assert control_characters(seen(render_differences(diff(small(), bad)))) == set()


def test_a_name_is_kept_as_far_as_it_is_harmless() -> None:
    assert printable("Zürich 東京 🚀 [red]") == "Zürich 東京 🚀 [red]"
    assert printable("a\x1b[31mb\u202ec\nd") == "a�[31mb�c�d"
    assert printable("x" * 500) == "x" * 400 + "…"
    assert count(1, "account") == "1 account"
    assert count(12_345, "account") == "12,345 accounts"
    assert count(2, "policy", "policies") == "2 policies"
    assert account_name(small().organization, build.WEB) == "web (444444444444)"
    assert account_name(small().organization, "999999999999") == "999999999999"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ('{"Statement":[{},{}]}', "2 statements"),
        ('{"Statement":{}}', "1 statement"),
        ("{not json", "{not json"),
        ("on", "on"),
        ("", ""),
    ],
)
def test_a_policy_is_told_by_its_statements(value: str, shown: str) -> None:
    assert brief(value) == shown


def test_machines_get_every_change_with_stable_keys() -> None:
    value = json.loads(json.dumps(plan_json(plan(), build.ORGANIZATION_ID)))
    assert value["trailkeep_plan"] == 1
    assert value["complete"] is False
    assert len(value["changes"]) == len(plan().changes)
    assert {frozenset(c) for c in value["changes"]} == {_KEYS}
    (copy,) = value["duplicates"]
    assert copy["monthly_cost_usd"] == pytest.approx(246.91)
    assert {u["account"] for u in value["unreachable"]} == {build.WEB}


def test_machines_get_what_came_of_it() -> None:
    value: dict[str, Any] = json.loads(
        json.dumps(outcome_json(outcome(), plan(), troubles(build.spec(), small()), build.ORGANIZATION_ID))
    )
    assert value["failed"][0]["code"] == "AccessDenied"
    assert len(value["done"]) + len(value["failed"]) + len(value["untried"]) + len(value["human"]) == len(EVERY)
    assert value["human"][0]["procedure"]
    assert value["stopped"]


_KEYS = frozenset("kind stage account region resource before after step why source reversible confirm".split())


def test_the_canary_is_called_one() -> None:
    rail = next(c for c in EVERY if isinstance(c, AttachPolicy))
    assert rail.shown == ("", "attached (canary)")
