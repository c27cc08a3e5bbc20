"""What could not be read is UNKNOWN: never confirmed, never ruled out; and probes settle it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.doctor import made
from tests.doctor.edits import CONFIG, HOME, LA, OPT_IN, ORG, TOOLING, TRAIL, WEB, probe, rows
from tests.setup import build
from trailkeep.doctor.cause import Family
from trailkeep.doctor.diagnose import PROBES, probes
from trailkeep.doctor.symptoms import Sight
from trailkeep.doctor.verdict import Answer, State
from trailkeep.model.ids import AccountId
from trailkeep.model.snapshot import Snapshot, Unreachable


def blind(snapshot: Snapshot, account: str, what: str = "", region: str = "") -> Snapshot:
    lost = Unreachable(account=AccountId(account), region=region, what=what, reason="AccessDenied", hint="grant it")
    snapshot = replace(snapshot, unreachable=(*snapshot.unreachable, lost))
    if what:
        return snapshot
    cells = {a: c for a, c in snapshot.cells.items() if a != account}
    linked = {a: r for a, r in snapshot.service_linked_roles.items() if a != account}
    return replace(snapshot, cells=cells, service_linked_roles=linked)


@pytest.mark.parametrize(
    ("what", "causes"),
    [
        (f"bucket {TRAIL} policy", "A5 A6 A7 A8 A9 A10 C5 B9 B12"),
        (f"bucket {TRAIL} versioning", "B4 D8 D6"),
        (f"bucket {TRAIL} object lock", "B5 D7"),
        (f"bucket {TRAIL} lifecycle", "B10 D1 D2 D3 D4 D5 D7 D9 D13 A37"),
        (f"bucket {TRAIL} encryption", "A14"),
        (f"bucket {TRAIL} request payment", "A15"),
        (f"bucket {CONFIG} policy", "A9 A10 A30"),
        (f"bucket {CONFIG} object lock", "A31"),
    ],
)
def test_a_setting_that_was_not_read_leaves_its_causes_open(what: str, causes: str) -> None:
    diagnosis = made.found(blind(made.healthy(), LA, what, HOME))
    for cause in causes.split():
        verdict = next(v for v in diagnosis.verdicts if v.cause == cause)
        assert verdict.state is State.UNKNOWN, cause
        assert verdict.lost
        assert cause in {v.cause for v in diagnosis.open}
    assert made.confirmed(diagnosis) == set()


def test_an_account_that_cannot_be_entered_is_open_cell_by_cell() -> None:
    diagnosis = made.found(blind(made.healthy(), WEB))
    assert made.confirmed(diagnosis) == set()
    assert {"A24", "A27", "A28", "A29", "A33", "A34", "A35", "C6", "C8"} <= {v.cause for v in diagnosis.open}
    recorder = next(v for v in diagnosis.verdicts if v.cause == "A27")
    assert recorder.fine == 18
    assert {u.because for u in recorder.unsure} == {"could not be read: AccessDenied"}


def test_config_that_was_not_read_is_no_missing_recorder() -> None:
    gone = made.with_cell(made.healthy(), lambda c: replace(c, recorder=None, channel=None), WEB, HOME)
    diagnosis = made.found(blind(gone, WEB, "config", HOME))
    assert made.confirmed(diagnosis) == set()
    assert "A27" in {v.cause for v in diagnosis.open}


def test_a_trail_whose_status_was_not_read_is_not_stopped_for_sure() -> None:
    diagnosis = made.found(made.with_trail(made.healthy(), is_logging=None))
    assert "A1" in {v.cause for v in diagnosis.open}
    assert "A1" not in made.confirmed(diagnosis)


def test_members_whose_trails_were_not_read_may_have_one() -> None:
    spec = build.spec(trail={"scope": "members"})
    snapshot = made.healthy(spec)
    snapshot = replace(snapshot, trails=tuple(t for t in snapshot.trails if t.owner != WEB))
    assert "A2" in made.confirmed(made.found(snapshot, spec))
    diagnosis = made.found(blind(snapshot, WEB, "trails"), spec)
    assert {"A1", "A2", "A5"} <= {v.cause for v in diagnosis.open}
    assert "A2" not in made.confirmed(diagnosis)


def test_selectors_that_were_not_read_leave_events_open() -> None:
    diagnosis = made.found(made.with_trail(made.healthy(), selectors=None))
    assert {"A22", "B13"} <= {v.cause for v in diagnosis.open}


def test_without_any_bucket_nothing_about_buckets_is_ruled_out() -> None:
    diagnosis = made.found(replace(made.healthy(), buckets=()), None)
    open_ = {v.cause for v in diagnosis.open}
    assert {"A4", "A5", "A14", "A15", "B4", "B6", "B7", "B9", "B10", "B12", "D1", "D8", "D12"} <= open_
    assert made.confirmed(diagnosis) == set()


def test_a_key_that_was_not_read_is_asked_for() -> None:
    snapshot = replace(made.healthy(), keys=())
    key = build.key().arn
    diagnosis = made.found(snapshot)
    assert {"A11", "A12", "A14", "A32", "B11"} <= {v.cause for v in diagnosis.open}
    asked = [p for p in probes(diagnosis) if p.operation == "describe_key"]
    assert asked == [probe("describe_key", TOOLING, HOME, key)]
    told = made.found(snapshot, answers={asked[0]: rows({"state": "PendingDeletion"})})
    assert {"A11", "A14", "B11"} <= made.confirmed(told)
    fine = made.found(snapshot, answers={asked[0]: rows({"state": "Enabled"})})
    assert not {"A11", "A14", "B11"} & made.unknown(fine)


def test_a_bucket_that_was_not_read_is_asked_for() -> None:
    snapshot = blind(replace(made.healthy(), buckets=()), LA, "buckets")
    asked = probe("head_bucket", LA, about=TRAIL)
    assert asked in probes(made.found(snapshot))
    assert "A4" in made.confirmed(made.found(snapshot, answers={asked: rows({"state": "gone"})}))
    assert "A4" not in made.unknown(made.found(snapshot, answers={asked: rows({"state": "forbidden"})}))
    assert "A4" in made.unknown(made.found(snapshot, answers={asked: Answer(refused="throttled")}))


def test_what_cloudtrail_reports_confirms_a_bucket_that_is_gone() -> None:
    snapshot = made.with_cell(
        made.healthy(), lambda c: replace(c, trails=tuple(replace(t, delivery_error="NoSuchBucket") for t in c.trails))
    )
    assert "A4" in made.confirmed(made.found(snapshot, None))


@pytest.mark.parametrize(
    ("cause", "answer"),
    [
        ("A17", probe("describe_resource_policy", build.MANAGEMENT)),
        ("C11", probe("describe_hub", TOOLING, HOME)),
        ("D11", probe("describe_retention_configurations", WEB, HOME)),
    ],
)
def test_what_aws_refuses_stays_unknown_with_its_words(cause: str, answer: object) -> None:
    diagnosis = made.found(made.healthy(), answers={answer: Answer(refused="could not ask: Denied")})  # type: ignore[dict-item]
    verdict = next(v for v in diagnosis.verdicts if v.cause == cause)
    assert verdict.state is State.UNKNOWN
    assert any("could not ask: Denied" in u.because for u in verdict.unsure)


def test_a_listing_rules_markers_out_only_for_what_was_listed() -> None:
    one = probe("list_object_versions", LA, HOME, f"{TRAIL}/AWSLogs/{ORG}/{WEB}/CloudTrail/{HOME}/2026/11/20/")
    said: dict[str, Any] = {"account": WEB, "region": HOME, "day": (build.NOW.date().replace(day=20))}
    clean = rows({"kind": "version", "key": "a"})
    assert "B2" not in made.unknown(made.found(made.healthy(), answers={one: clean}, **said))
    whole = Answer(rows=(clean.rows[0],) * 1000)
    assert "B2" in made.unknown(made.found(made.healthy(), answers={one: whole}, **said))


def test_questions_are_limited_for_each_cause() -> None:
    stale = made.with_cell(
        made.healthy(),
        lambda c: replace(
            c, trails=tuple(replace(t, delivered=build.NOW.replace(hour=11, minute=30)) for t in c.trails)
        ),
    )
    asked = probes(made.found(stale))
    assert len([p for p in asked if p.operation == "lookup_events" and not p.about]) == 21 <= PROBES


@pytest.mark.parametrize(("account", "whose"), [(WEB, "web (444444444444)"), (None, "any account")])
def test_a_region_that_is_not_enabled_says_why_nothing_is_to_be_seen(account: str | None, whose: str) -> None:
    diagnosis = made.found(made.healthy(), account=AccountId(account) if account else None, region=OPT_IN)
    symptom = next(s for s in diagnosis.symptoms if s.family is Family.LOGS)
    assert symptom.sight is Sight.UNKNOWN
    assert f"{OPT_IN} is not enabled in {whose}" in symptom.said[0]
