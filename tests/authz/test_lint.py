"""Lint by cases: a policy, and exactly what is found in it; tests/cases/lint has a file for each subject."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trailkeep.authz.lint import lint
from trailkeep.authz.lint.document import read
from trailkeep.authz.lint.finding import Finding, Severity

CASES = Path(__file__).parents[1] / "cases" / "lint"
PAGE = Path(__file__).parents[2] / "docs" / "policies.md"

IDS = tuple(
    "resource-matches-nothing action-never-meets-resource resource-of-another-service action-does-not-exist "
    "wrong-partition deny-binds-nobody allow-never-holds exempts-nobody condition-key-never-present "
    "attached-to-nobody rcp-does-not-reach delivery-caught s3-delete-deny-on-everything companions-missing "
    "not-action-deny not-principal principal-not-allowed version-missing allow-missing invalid-sid policy-too-long "
    "no-slot-left unreadable".split()
)


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.json")):
        for case in json.loads(file.read_text()):
            yield pytest.param(case, id=f"{file.stem}: {case['what']}")


def found(policy: Any, kind: Any, **known: Any) -> tuple[Finding, ...]:
    return lint([read(json.dumps(policy), name="policy", form=kind, **known)])


@pytest.mark.parametrize("case", list(cases()))
def test_what_is_found(case: dict[str, Any]) -> None:
    findings = found(case["policy"], case["kind"])
    seen = sorted([str(f.severity), f.id, f.number] for f in findings)
    assert seen == sorted(case["found"]), [f.what for f in findings]
    assert all(f.why and f.source.startswith("https://docs.aws.amazon.com/") for f in findings)
    if "corrected" in case:
        assert [dict(s) for s in findings[0].corrected] == case["corrected"]


@pytest.mark.parametrize("case", [c for c in cases() if c.values[0].get("found")])
def test_a_corrected_statement_is_free_of_what_it_corrects(case: dict[str, Any]) -> None:
    """Linted again in its place, with the words in angle brackets filled in, the finding is gone."""
    findings = [f for f in found(case["policy"], case["kind"]) if f.corrected and f.number]
    listed = case["policy"].get("Statement", [])
    before = listed if isinstance(listed, list) else [listed]
    for finding in findings:
        mended = [*before[: finding.number - 1], *finding.corrected, *before[finding.number :]]
        text = json.dumps({**case["policy"], "Statement": mended}).replace("<bucket>", "acme-logs")
        again = lint([read(text, name="policy", form=case["kind"])])
        places = set(range(finding.number, finding.number + len(finding.corrected)))
        assert not [f for f in again if f.id == finding.id and f.number in places], finding.id


def test_companions_may_be_in_another_policy() -> None:
    def scp(*actions: str) -> Any:
        text = json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": actions, "Resource": "*"}}
        )
        return read(text, name=actions[0], form="scp")

    stop, rest = scp("cloudtrail:StopLogging"), scp("cloudtrail:DeleteTrail", "cloudtrail:Update*", "cloudtrail:Put*")
    assert [f.id for f in lint([stop])] == ["companions-missing"]
    assert lint([stop, rest]) == ()


def test_a_finding_says_which_actions_are_missing_and_why() -> None:
    policy = {"Statement": {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}}
    finding = next(f for f in found(policy, "scp") if f.id == "companions-missing")
    assert "cloudtrail:UpdateTrail" in finding.what
    assert "redirects it to another bucket" in finding.why
    assert finding.severity is Severity.WARNING


def test_white_space_counts_only_where_aws_counts_it() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    padded = text.replace(" ", " " * 2000)
    (long,) = lint([read(padded, name="p", form="scp")])
    assert (long.severity, "without it, it has" in long.why) == (Severity.WARNING, True)
    assert lint([read(padded, name="p", form="identity")]) == ()


def test_a_trust_policy_can_grow_to_twice_its_quota() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": [f"arn:aws:iam::{n:012}:root" for n in range(80)]}}
    policy = {"Version": "2012-10-17", "Statement": {**statement, "Action": "sts:AssumeRole"}}
    (long,) = found(policy, "trust")
    assert (long.severity, "raised to 4,096" in long.why) == (Severity.WARNING, True)


def test_the_page_names_every_finding_and_every_finding_has_a_case() -> None:
    text = PAGE.read_text()
    in_cases = {id_ for case in cases() for _, id_, _ in case.values[0]["found"]}
    assert {id_ for id_ in IDS if f"`{id_}`" not in text} == set()
    needs_snapshot = {"attached-to-nobody", "no-slot-left"}
    elsewhere = {"allow-never-holds", "wrong-partition", *needs_snapshot}
    assert set(IDS) - in_cases <= elsewhere


def test_an_allow_that_can_never_hold_is_a_warning() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    never = {**statement, "Condition": {"StringEquals": {"aws:PrincipalAccount": "1111"}}}
    (finding,) = found({"Version": "2012-10-17", "Statement": never}, "identity")
    assert (finding.id, finding.severity) == ("allow-never-holds", Severity.WARNING)


def test_a_value_that_aws_has_still_to_choose_may_be_anything() -> None:
    """Documents of a plan name accounts and keys that do not exist yet."""
    role = "arn:aws:iam::‹account Log Archive›:role/BreakGlass"
    statement = {"Effect": "Deny", "Action": "s3:PutBucketAcl", "Resource": "arn:aws:s3:::logs-‹account Log Archive›"}
    exempt = {**statement, "Condition": {"ArnNotEquals": {"aws:PrincipalArn": role}}}
    assert found({"Version": "2012-10-17", "Statement": exempt}, "scp") == ()
    key = {"Effect": "Deny", "Action": "kms:CreateGrant", "Resource": "‹key alias/logs›"}
    assert found({"Version": "2012-10-17", "Statement": key}, "scp") == ()
