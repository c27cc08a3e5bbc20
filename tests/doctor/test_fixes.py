"""Fixes put things right, name who may run them, and never ask for what the policies in force deny."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.doctor import made
from tests.doctor.edits import CONFIG, LA, TRAIL
from tests.doctor.plants import PLANTS
from tests.setup import build
from trailkeep.authz.request import Layer
from trailkeep.doctor import requests
from trailkeep.doctor.causes.a22_selectors import advanced
from trailkeep.doctor.diagnose import Diagnosis
from trailkeep.doctor.verdict import Command, State, Verdict
from trailkeep.doctor.view import View
from trailkeep.model.trail import Selectors

NEVER = (
    "delete-object",
    "delete-bucket",
    "bypass",
    "stop-logging",
    "delete-trail",
    "schedule-key-deletion",
    "disable-key",
)


@cache
def diagnosed(cause: str) -> Diagnosis:
    plant = PLANTS[cause]
    return made.found(plant.edit(plant.start()), plant.spec, plant.answers, **plant.said)


def verdict(diagnosis: Diagnosis, cause: str) -> Verdict:
    return next(v for v in diagnosis.verdicts if v.cause == cause)


def commands() -> Iterator[tuple[str, Command]]:
    for cause in PLANTS:
        for found in diagnosed(cause).of(State.CONFIRMED):
            for fix in found.fixes:
                yield from ((cause, c) for c in fix.commands)


def test_every_confirmed_cause_says_what_to_do_and_what_shows_it() -> None:
    for cause in PLANTS:
        for found in diagnosed(cause).of(State.CONFIRMED):
            assert found.fixes, found.cause
            assert all(fix.words for fix in found.fixes)
            assert all(f.where and f.said and f.source for f in found.found)


def test_no_command_destroys_and_every_one_may_be_run() -> None:
    listed = list(commands())
    assert len(listed) > 20
    for cause, command in listed:
        assert not any(word in command.text for word in NEVER), (cause, command.text)
        assert command.role, command.text
        words = shlex.split(command.text)
        assert words[0] == "aws"
        assert "‹" not in command.text


def test_every_command_is_allowed_by_the_policies_of_the_organization_it_is_printed_for() -> None:
    for cause in ("A5", "A9", "B4", "B9", "B10", "B11", "D8", "A28"):
        plant = PLANTS[cause]
        view = View(snapshot=plant.edit(plant.start()), spec=plant.spec)
        for found in diagnosed(cause).of(State.CONFIRMED):
            for command in (c for fix in found.fixes for c in fix.commands):
                bucket = view.snapshot.bucket(command.resource.rpartition(":::")[2])
                key = view.key(command.resource)
                policy = view.policy_of(bucket) if bucket else view.policy_of_key(key) if key else None
                said = requests.by_person(
                    view, command.role, command.action, command.resource, command.account, policy=policy
                )
                assert said.is_allowed, command


def test_a_command_that_an_scp_denies_is_withheld_and_the_statement_named() -> None:
    deny = {"Sid": "NoPolicy", "Effect": "Deny", "Action": "s3:PutBucketPolicy", "Resource": "*"}
    snapshot = made.with_policy(PLANTS["A5"].edit(made.healthy()), "strict", [LA], deny)
    (fix,) = verdict(made.found(snapshot), "A5").fixes
    assert [c.action for c in fix.commands] == ["s3:GetBucketPolicy"]
    assert "strict (p-strict)" in fix.withheld[0]
    assert "NoPolicy" in fix.withheld[0]


def test_break_glass_is_named_where_only_it_may() -> None:
    deny = {
        "Sid": "OnlyGlass",
        "Effect": "Deny",
        "Action": "s3:PutBucketPolicy",
        "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/TrailkeepBreakGlass"}},
    }
    snapshot = made.with_policy(PLANTS["A5"].edit(made.healthy()), "strict", [LA], deny)
    (fix,) = verdict(made.found(snapshot), "A5").fixes
    assert fix.commands[1].role.endswith(f"::{LA}:role/TrailkeepBreakGlass")


def test_delete_markers_are_read_by_version_and_never_removed() -> None:
    (fix,) = verdict(diagnosed("B2"), "B2").fixes
    assert "GetObject" in fix.words
    assert [c.text.split()[2] for c in fix.commands] == ["list-object-versions"]


def _added(policy: str, statement: str) -> str:
    new: dict[str, Any] = json.loads(statement)

    def change(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*(s for s in statements if s["Sid"] != new["Sid"]), new]

    return made.edited(policy, change)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("A5", "trail"),
        ("A6", "trail"),
        ("A7", "trail"),
        ("A8", "trail"),
        ("A9", "trail"),
        ("A30", "config"),
        ("B9", "trail"),
        ("C5", "trail"),
    ],
)
def test_the_statement_that_is_printed_removes_the_cause(cause: str, kind: str) -> None:
    plant = PLANTS[cause]
    snapshot = plant.edit(plant.start())
    fixes = verdict(made.found(snapshot), cause).fixes
    assert all(
        fix.statement and fix.into.partition(",")[0] == f"bucket policy of {TRAIL if kind == 'trail' else CONFIG}"
        for fix in fixes
    )
    for fix in fixes:
        snapshot = made.with_bucket(snapshot, kind, policy=lambda b, s=fix.statement: _added(b.policy, s))
    assert cause not in made.confirmed(made.found(snapshot))


@pytest.mark.parametrize("cause", ["A12", "A32"])
def test_the_statement_for_a_key_removes_the_cause(cause: str) -> None:
    snapshot = PLANTS[cause].edit(made.healthy())
    for fix in verdict(made.found(snapshot), cause).fixes:
        snapshot = made.with_key(snapshot, policy=lambda k, s=fix.statement: _added(k.policy, s))
    assert cause not in made.confirmed(made.found(snapshot))


def test_a_deny_about_an_encryption_header_has_to_go() -> None:
    snapshot = made.with_bucket(
        made.healthy(),
        "trail",
        policy=lambda b: made.edited(
            b.policy,
            lambda statements: [
                *statements,
                {
                    "Sid": "Header",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:PutObject",
                    "Resource": f"arn:aws:s3:::{TRAIL}/*",
                    "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
                },
            ],
        ),
    )
    (fix,) = verdict(made.found(snapshot), "A9").fixes
    assert fix.statement == ""
    assert "has to go" in fix.words


def test_the_recipes_own_placeholder_is_found_in_iam_and_bucket_policies() -> None:
    guarded = made.healthy()
    literal = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Action": ["s3:DeleteObject", "s3:DeleteBucket"],
                "Resource": ["arn:aws:s3:::", "arn:aws:s3:::/*"],
            }
        ],
    }
    broken = replace(guarded, guards=tuple(replace(g, content=json.dumps(literal)) for g in guarded.guards))
    assert made.confirmed(made.found(broken)) == {"B7"}
    policy = made.with_bucket(
        guarded,
        "trail",
        policy=lambda b: made.edited(
            b.policy,
            lambda ss: [
                s | ({"Resource": "arn:aws:s3:::other/*"} if s["Sid"] == "DenyDestruction" else {}) for s in ss
            ],
        ),
    )
    diagnosis = made.found(policy)
    assert made.confirmed(diagnosis) == {"B7"}
    assert verdict(diagnosis, "B7").found[0].where == f"bucket policy of {TRAIL}"


def test_guardrails_of_members_count_where_the_specification_wants_them() -> None:
    snapshot = made.changed_policies(
        made.healthy(), lambda p: replace(p, targets=frozenset({build.SANDBOX})) if p.name == "trailkeep-logging" else p
    )
    found = verdict(made.found(snapshot), "B6").found
    assert {f.said.partition(" on ")[0] for f in found} == {
        "an administrator may cloudtrail:StopLogging",
        "an administrator may config:StopConfigurationRecorder",
    }
    off = made.with_organization(made.healthy(), policy_types={"RESOURCE_CONTROL_POLICY": "ENABLED"})
    assert "never enabled" in verdict(made.found(off), "B6").found[0].said


def test_an_archive_in_the_management_account_is_guarded_by_nothing() -> None:
    snapshot = made.with_bucket(made.healthy(), "trail", account=build.MANAGEMENT)
    assert "no guardrail binds the management account" in verdict(made.found(snapshot, None), "B6").found[0].said


def test_layers_are_asked_alone() -> None:
    view = View(snapshot=made.healthy(), spec=made.SPEC)
    who = f"arn:aws:iam::{LA}:role/Admin"
    arn = f"arn:aws:s3:::{TRAIL}/x"
    assert not requests.by_person(view, who, "s3:DeleteObject", arn, LA).is_allowed
    assert requests.by_person(view, who, "s3:DeleteObject", arn, LA, layers=frozenset({Layer.RESOURCE})).is_allowed


def argument(cause: str, flag: str) -> Any:
    """What the command of a fix gives for an option, as JSON."""
    (fix,) = verdict(diagnosed(cause), cause).fixes
    words = shlex.split(fix.commands[0].text)
    return json.loads(words[words.index(flag) + 1])


def test_commands_carry_what_is_to_be_written() -> None:
    rules = argument("B10", "--lifecycle-configuration")["Rules"]
    assert [(r["ID"], r["Expiration"]["Days"], r["Filter"]) for r in rules] == [
        ("trailkeep-retention", 2557, {"Prefix": ""})
    ], "the rule that ends logs early is not in the set"
    lock = argument("B5", "--object-lock-configuration")
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}
    assert argument("A14", "--server-side-encryption-configuration")["Rules"][0]["ApplyServerSideEncryptionByDefault"][
        "KMSMasterKeyID"
    ].endswith(made.KEY_ID)
    management, data = argument("A22", "--advanced-event-selectors")
    assert management["FieldSelectors"] == [{"Field": "eventCategory", "Equals": ["Management"]}]
    assert data["Name"] == "log buckets"


def test_a_basic_selector_is_kept_in_the_advanced_form() -> None:
    basic = json.dumps({"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::x/"], "ReadWriteType": "WriteOnly"})
    told = json.loads(advanced(Selectors(management="none", excluded_sources=(), data=(basic, "{", "7"))))
    assert len(told) == 2
    assert {"Field": "readOnly", "Equals": ["false"]} in told[1]["FieldSelectors"]
