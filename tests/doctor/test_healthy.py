"""A healthy organization has no cause: whatever the profile, with and without a specification; and it says what it looked at."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.doctor import made
from tests.setup import build, planning
from trailkeep.doctor.cause import Family
from trailkeep.doctor.causes import BY_ID, CAUSES
from trailkeep.doctor.diagnose import diagnose
from trailkeep.doctor.symptoms import Sight
from trailkeep.doctor.verdict import State
from trailkeep.doctor.view import Subject, View

PROFILES: dict[str, dict[str, Any]] = {
    "organization, lock": {},
    "organization, mfa": made.MFA,
    "members, lock": {"trail": {"scope": "members"}},
    "members, mfa": {"trail": {"scope": "members"}, **made.MFA},
    "s3 encryption": {"archive": {"encryption": "s3"}},
    "accounts as writers": {"recorder": {"write_condition": "accounts"}},
    "readers": {"archive": {"readers": [f"arn:aws:iam::{build.IDENTITY}:role/Audit"]}},
    "kept for ever": {"archive": {"retention_days": None}},
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("with_spec", [True, False], ids=["specified", "unspecified"])
def test_nothing_is_confirmed_and_nothing_that_matters_is_open(profile: str, with_spec: bool) -> None:
    spec = build.spec(**PROFILES[profile])
    diagnosis = made.found(made.healthy(spec), spec if with_spec else None)
    assert made.confirmed(diagnosis) == set(), [v.found[0] for v in diagnosis.of(State.CONFIRMED)]
    assert [v.cause for v in diagnosis.open] == []
    assert diagnosis.unexplained == ()
    logs = next(s for s in diagnosis.symptoms if s.family is Family.LOGS)
    assert (logs.sight, logs.fine) == (Sight.NOT_SEEN, 21)


@pytest.mark.parametrize("profile", PROFILES)
def test_before_the_first_delivery_nothing_is_confirmed_and_it_is_said(profile: str) -> None:
    spec = build.spec(**PROFILES[profile])
    diagnosis = diagnose(View(snapshot=planning.settled(spec), spec=spec), Subject())
    assert made.confirmed(diagnosis) == set()
    logs = next(s for s in diagnosis.symptoms if s.family is Family.LOGS)
    assert logs.sight is Sight.UNKNOWN
    assert "A35" in {v.cause for v in diagnosis.open}


def test_every_cause_is_answered_and_says_why() -> None:
    diagnosis = made.found(made.healthy())
    assert {v.cause for v in diagnosis.verdicts} == {c.id for c in CAUSES}
    assert sum(v.fine for v in diagnosis.verdicts) > 500
    for verdict in diagnosis.of(State.RULED_OUT):
        assert verdict.because, verdict.cause
    for verdict in diagnosis.of(State.UNKNOWN):
        assert all(u.because and (u.probes or u.tell) for u in verdict.unsure), verdict.cause


@pytest.mark.parametrize("family", Family)
def test_a_symptom_has_its_own_causes(family: Family) -> None:
    diagnosis = diagnose(View(snapshot=made.healthy(), spec=made.SPEC), Subject(), family)
    assert {BY_ID[v.cause].family for v in diagnosis.verdicts} == {family}
    assert made.confirmed(diagnosis) == set()
    costs = [BY_ID[v.cause].cost for v in diagnosis.verdicts]
    assert costs == sorted(costs), "from cheap to expensive"


def test_deletion_that_is_reported_stays_open_until_the_archive_is_verified() -> None:
    alone = made.found(made.healthy())
    assert {"B1", "B3"} <= {v.cause for v in alone.idle}
    reported = diagnose(View(snapshot=made.healthy(), spec=made.SPEC), Subject(), Family.DELETION)
    assert {"B1", "B3"} <= {v.cause for v in reported.open}


def test_closed_and_new_accounts_are_no_causes_by_themselves() -> None:
    joined = build.NOW - timedelta(hours=2)
    snapshot = made.with_account(made.healthy(), build.WEB, joined=joined)
    assert made.confirmed(made.found(snapshot)) == set()
    quiet = made.with_cell(snapshot, lambda c: replace(c, trails=()), build.WEB)
    assert "A20" in made.confirmed(made.found(quiet))


def test_an_account_that_does_not_exist_is_no_member() -> None:
    diagnosis = made.found(made.healthy(), account="123123123123")
    assert made.confirmed(diagnosis) == {"A20"}


def test_an_organization_with_nothing_in_it_lacks_trail_and_recorder() -> None:
    diagnosis = made.found(planning.snapshot(), made.SPEC)
    assert {"A2", "A27", "A29"} <= made.confirmed(diagnosis)
    assert not {"A5", "A9", "A12", "B7", "C1"} & made.confirmed(diagnosis)
