"""Names and documents of unknown origin: they break nothing, are printed safely, and are quoted for the shell."""

import json
import shlex
from dataclasses import replace

import pytest

from tests.doctor import made
from tests.doctor.edits import FOREIGN, HOME, LA, PAYMENTS, rule, rules
from tests.doctor.plants import PLANTS
from tests.report.views import EVIL, control_characters, poisoned, seen
from trailkeep.doctor.verdict import State
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Selectors
from trailkeep.report.doctor import diagnosis_json, render

BAD_NAME = "x; rm -rf ~ $(id) `id` 'quoted' \"double\""
DOCUMENTS = [
    "",
    "not json",
    "[]",
    "{}",
    '{"Statement": 7}',
    '{"Statement": [7, null, []]}',
    '{"Statement": {"Effect": "Allow"}}',
    '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": []}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::x:root", "arn", "::::::"]}, "Action": "*", "Resource": "*"}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": {"Service": 7}, "Action": "*", "Resource": "*", "Condition": {"StringEquals": 3}}]}',
    '{"Statement": [{"Sid": {"a": 1}, "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*", "Condition": {"BoolIfExists": {"aws:SecureTransport": "true"}}}]}',
    "{" * 3000,
    json.dumps(
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{FOREIGN}:root"},
                    "Action": "*",
                    "Resource": EVIL,
                }
            ]
        }
    ),
]


@pytest.mark.parametrize("text", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_any_text_may_stand_where_a_policy_is_expected(text: str) -> None:
    snapshot = made.with_bucket(made.with_bucket(made.healthy(), "trail", policy=text), "config", policy=text)
    snapshot = made.with_key(snapshot, policy=text)
    snapshot = made.changed_policies(
        snapshot, lambda p: replace(p, content=text) if p.name.startswith("trailkeep") else p
    )
    for spec in (made.SPEC, None):
        diagnosis = made.found(snapshot, spec)
        assert made.confirmed(diagnosis) | {v.cause for v in diagnosis.open}
        assert not control_characters(seen(render(diagnosis, details=True)))


@pytest.mark.parametrize(
    "other", ["{", "[]", '{"Transitions": 7}', '{"Transitions": [7, {"Days": "x"}], "Filter": 3}', "{" * 3000]
)
def test_any_text_may_stand_where_a_rule_is_expected(other: str) -> None:
    assert made.found(rules(rule(other=other))(made.healthy())).verdicts


@pytest.mark.parametrize(
    "selector", ["{", "7", "[]", '{"Values": 7}', '{"FieldSelectors": [7, {"Field": "eventCategory"}]}']
)
def test_any_text_may_stand_where_a_selector_is_expected(selector: str) -> None:
    snapshot = made.with_trail(
        made.healthy(), selectors=Selectors(management="all", excluded_sources=(), data=(selector,))
    )
    assert "B13" in made.confirmed(made.found(snapshot))


@pytest.mark.parametrize("cause", ["A1", "A5", "A9", "A11", "A27", "B4", "B7", "B12", "C6", "C10", "D12"])
def test_hostile_words_everywhere_are_printed_safely(cause: str) -> None:
    plant = PLANTS[cause]
    snapshot: Snapshot = poisoned(plant.edit(plant.start()))
    diagnosis = made.found(snapshot, None, plant.answers, **plant.said)
    text = seen(render(diagnosis, details=True))
    assert not control_characters(text)
    assert "\x1b" not in json.dumps(diagnosis_json(diagnosis, snapshot.organization.id))


def test_a_hostile_name_cannot_leave_its_word_in_a_command() -> None:
    snapshot = made.with_trail(made.with_bucket(made.healthy(), "trail", name=BAD_NAME, versioning=""), bucket=BAD_NAME)
    diagnosis = made.found(snapshot, None)
    commands = [c.text for v in diagnosis.of(State.CONFIRMED) for f in v.fixes for c in f.commands]
    assert any(BAD_NAME in shlex.split(text) for text in commands)
    assert all(shlex.split(text)[0] == "aws" for text in commands)


def test_a_tree_with_a_circle_is_walked_once() -> None:
    snapshot = made.healthy()
    units = snapshot.organization.units
    circle = {i: replace(u, parent=next(iter(units))) for i, u in units.items()}
    assert made.found(made.with_organization(snapshot, units=circle), None).verdicts


def test_a_recorder_may_name_any_text_as_its_role() -> None:
    for role in ("", "nonsense", "arn:aws:iam::1:role/x", EVIL, f"arn:aws:iam::{PAYMENTS}:user/x"):
        snapshot = made.with_cell(
            made.healthy(),
            lambda c, r=role: replace(c, recorder=replace(c.recorder, role=r)) if c.recorder else c,  # type: ignore[misc]
            PAYMENTS,
            HOME,
        )
        assert made.found(snapshot).verdicts


def test_a_key_may_be_named_by_anything() -> None:
    for key in ("alias/x", "1234", "arn:aws:kms", "arn:aws:kms:nowhere:1:key/x", EVIL):
        snapshot = made.with_trail(made.healthy(), kms_key=key)
        assert {"A11", "A12"} <= made.unknown(made.found(snapshot))


def test_an_account_of_the_archive_that_nobody_knows() -> None:
    snapshot = made.healthy()
    accounts = {a: x for a, x in snapshot.organization.accounts.items() if a != LA}
    assert "B14" in made.confirmed(made.found(made.with_organization(snapshot, accounts=accounts)))
