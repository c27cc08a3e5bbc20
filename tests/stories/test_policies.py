"""policies show, explain and test on a snapshot file, as a person types them."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.model.made import ARCHIVE, BOSS, BUCKET, ROOT, UNIT, snapshot
from trailkeep.app import snapshot_file
from trailkeep.model.document import canonical
from trailkeep.model.organization import Policy

pytestmark = pytest.mark.story

Run = Callable[..., subprocess.CompletedProcess[str]]
ADMIN = f"arn:aws:iam::{ARCHIVE}:role/Admin"
BREAK_GLASS = f"arn:aws:iam::{ARCHIVE}:role/BreakGlass"
OBJECT = f"arn:aws:s3:::{BUCKET}/AWSLogs/x.gz"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{ARCHIVE}:trail/own"


def policy(name: str, targets: list[str], *statements: Mapping[str, Any]) -> Policy:
    return Policy(
        id=f"p-{name.lower()}",
        name=name,
        type="SERVICE_CONTROL_POLICY",
        aws_managed=name == "FullAWSAccess",
        content=canonical({"Version": "2012-10-17", "Statement": list(statements)}),
        targets=frozenset(targets),
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A folder with a snapshot in it, and a shell in which trailkeep is typed."""
    base = snapshot()
    deny = {
        "Sid": "Trails",
        "Effect": "Deny",
        "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"],
        "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/BreakGlass"}},
    }
    leave = {"Sid": "Leave", "Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}
    policies = (
        policy("FullAWSAccess", [ROOT, UNIT, BOSS, ARCHIVE], {"Effect": "Allow", "Action": "*", "Resource": "*"}),
        policy("Guard", [UNIT], deny, leave),
    )
    organization = replace(base.organization, policies=policies)
    snapshot_file.write(replace(base, organization=organization), tmp_path / "snapshot.json.gz")

    def typed(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TRAILKEEP_"))}
        return subprocess.run(
            [sys.executable, "-m", "trailkeep", "policies", *words],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=60,
        )

    return typed


SNAPSHOT = ("--snapshot", "snapshot.json.gz")


def test_show_prints_the_tree_with_policies_where_they_are(run: Run) -> None:
    said = run("show", *SNAPSHOT)
    assert said.returncode == 0, said.stderr
    assert "Zebra Division" in said.stdout
    assert "SCP Guard (p-guard)" in said.stdout
    assert "management account: no SCP binds it" in said.stdout
    found = json.loads(run("show", *SNAPSHOT, "-o", "json").stdout)
    assert {t["id"] for t in found["targets"]} == {ROOT, UNIT, BOSS, ARCHIVE}


def test_show_names_the_level_that_decides(run: Run) -> None:
    said = run("show", *SNAPSHOT, "--account", "Acme Log Archive", "--action", "organizations:LeaveOrganization")
    assert said.returncode == 0, said.stderr
    assert "Decided at Zebra Division by SCPs" in said.stdout
    sometimes = run("show", *SNAPSHOT, "--account", ARCHIVE, "--action", "cloudtrail:StopLogging").stdout
    assert "ArnNotLike aws:PrincipalArn arn:aws:iam::*:role/BreakGlass" in sometimes
    assert "It depends on the conditions" in sometimes
    found = json.loads(run("show", *SNAPSHOT, "--account", ARCHIVE, "--action", "s3:GetObject", "-o", "json").stdout)
    assert found["decided_at"] is None


def ask(run: Run, who: str, action: str, resource: str, *more: str) -> subprocess.CompletedProcess[str]:
    return run("explain", "--principal", who, "--action", action, "--resource", resource, *SNAPSHOT, *more)


def test_explain_names_the_statement_and_the_level(run: Run) -> None:
    said = ask(run, ADMIN, "cloudtrail:StopLogging", TRAIL)
    assert said.returncode == 0, said.stderr
    assert "explicitly denied" in said.stdout
    assert "SCP at Zebra Division, Guard (p-guard), statement Trails" in said.stdout


def test_explain_calls_unknown_what_identity_policies_decide(run: Run) -> None:
    unknown = ask(run, BREAK_GLASS, "cloudtrail:StopLogging", TRAIL)
    assert unknown.returncode == 4
    assert "UNKNOWN" in unknown.stdout
    assumed = ask(run, BREAK_GLASS, "cloudtrail:StopLogging", TRAIL, "--administrator")
    assert assumed.returncode == 0
    assert "assuming administrator rights" in assumed.stdout
    assert "allowed" in assumed.stdout


def test_explain_knows_the_bucket_policy_and_its_owner(run: Run) -> None:
    assert "bucket policy of" in ask(run, ADMIN, "s3:DeleteObject", OBJECT).stdout
    root = ask(run, f"arn:aws:iam::{ARCHIVE}:root", "s3:DeleteBucketPolicy", f"arn:aws:s3:::{BUCKET}", "-o", "json")
    assert json.loads(root.stdout)["decision"] == "Allowed"
    stranger = ask(run, "arn:aws:iam::999999999999:user/eve", "s3:GetObject", OBJECT, "-o", "json")
    assert json.loads(stranger.stdout)["decision"] == "ExplicitlyDenied"
    assert "another organization" in stranger.stdout


def test_explain_calls_unknown_what_a_policy_it_has_not_seen_decides(run: Run) -> None:
    for resource in ("arn:aws:s3:::elsewhere/k", f"arn:aws:kms:eu-west-1:{ARCHIVE}:key/unseen"):
        action = "s3:GetObject" if ":s3:" in resource else "kms:Decrypt"
        said = ask(run, ADMIN, action, resource, "--administrator")
        assert said.returncode == 4
        assert "the snapshot does not hold it" in said.stdout


def test_explain_takes_context(run: Run) -> None:
    more = ("--context", f"aws:PrincipalArn={BREAK_GLASS}", "--administrator", "-o", "json")
    assert json.loads(ask(run, ADMIN, "cloudtrail:StopLogging", TRAIL, *more).stdout)["decision"] == "Allowed"
    bad = ask(run, ADMIN, "cloudtrail:StopLogging", TRAIL, "--context", "nonsense")
    assert bad.returncode == 2
    assert "KEY=VALUE" in bad.stderr


def test_explain_reads_an_event_from_a_pipe(run: Run) -> None:
    event = {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "errorCode": "AccessDenied",
        "errorMessage": f"User: x is not authorized to perform: cloudtrail:StopLogging on resource: {TRAIL}",
        "userIdentity": {"type": "AssumedRole", "arn": f"arn:aws:sts::{ARCHIVE}:assumed-role/Admin/bob"},
    }
    said = run("explain", "--event", "-", *SNAPSHOT, stdin=json.dumps(event))
    assert said.returncode == 0, said.stderr
    assert "statement Trails" in said.stdout
    assert "AWS answered: AccessDenied" in said.stdout
    assert run("explain", "--event", "-", *SNAPSHOT, stdin="{").returncode == 2


CASE: dict[str, Any] = {
    "id": "an admin cannot stop a trail",
    "request": {"principal": ADMIN, "action": "cloudtrail:StopLogging", "resource": TRAIL, "resource_account": ARCHIVE},
    "expected": {"decision": "ExplicitlyDenied"},
}


def test_cases_from_json_and_yaml_take_policies_from_the_snapshot(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.json").write_text(json.dumps([CASE]))
    (tmp_path / "cases" / "b.yaml").write_text(
        f"id: may read\nrequest: {{principal: '{ADMIN}', action: 'iam:ListRoles', resource: '*'}}\n"
        "expected: {decision: Allowed}\n"
    )
    said = run("test", "cases", *SNAPSHOT)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "2 cases: 2 as expected" in said.stdout
    assert "has no policies" in run("test", "cases").stderr


def test_yaml_leaves_dates_as_they_are_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dated.yaml").write_text(
        f"""
id: before the first of November
request:
  principal: {ADMIN}
  action: s3:GetObject
  resource: arn:aws:s3:::b/k
  context: {{aws:CurrentTime: 2026-10-31T12:00:00Z}}
policies:
  identity:
    - Version: 2012-10-17
      Statement:
        - {{Effect: Allow, Action: 's3:*', Resource: '*', Condition: {{DateLessThan: {{aws:CurrentTime: 2026-11-01}}}}}}
expected: {{decision: Allowed}}
"""
    )
    said = run("test", "dated.yaml")
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("text", ["1: 2", "? [a, b]\n: c", "id: *x", "{" * 5000])
def test_hostile_yaml_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    said = run("test", "odd.yaml")
    assert said.returncode == 2
    assert "Traceback" not in said.stderr


def test_yaml_aliases_that_stand_for_billions_are_never_written_out(run: Run, tmp_path: Path) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]" for n in range(30)]
    for place in ("id: *a29", "id: a\nrequest: {principal: *a29, action: a, resource: b}\nexpected: {decision: *a29}"):
        (tmp_path / "bomb.yaml").write_text("\n".join([*levels, place]) + "\n")
        assert run("test", "bomb.yaml").returncode == 2


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "junit"])
def test_odd_names_are_printed_safely(run: Run, tmp_path: Path, form: str) -> None:
    odd = {"Sid": "\ud800\u001b[31m\u202e", "Effect": "Allow", "Action": "*", "Resource": "*"}
    case = {**CASE, "id": "\ud800\u001b", "policies": {"identity": [{"Statement": odd}]}}
    (tmp_path / "odd.json").write_text(json.dumps([case]))
    said = run("test", "odd.json", "-o", form)
    assert said.returncode == 3, said.stderr
    assert "\u001b" not in said.stdout
    assert "\u202e" not in said.stdout


def test_a_mismatch_exits_with_3_in_every_form(run: Run, tmp_path: Path) -> None:
    wrong = {**CASE, "expected": {"decision": "Allowed"}}
    (tmp_path / "cases.json").write_text(json.dumps([CASE, wrong]))
    table = run("test", "cases.json", *SNAPSHOT)
    assert table.returncode == 3
    assert "✗ an admin cannot stop a trail: ExplicitlyDenied, expected Allowed" in table.stdout
    lines = [json.loads(line) for line in run("test", "cases.json", *SNAPSHOT, "-o", "jsonl").stdout.splitlines()]
    assert [line["passed"] for line in lines] == [True, False]
    assert set(lines[0]) >= {"id", "decision", "expected", "reasons"}
    suite = ET.fromstring(run("test", "cases.json", *SNAPSHOT, "-o", "junit").stdout)
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert len(json.loads(run("test", "cases.json", *SNAPSHOT, "-o", "json").stdout)) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "not JSON"),
        ("[]", "no case"),
        ('{"id": "a", "id": "b"}', "'id' stands twice"),
        ('[{"id": 7}]', "missing"),
        (json.dumps([{**CASE, "expected": {"decision": "yes"}}]), "yes"),
        (json.dumps([{**CASE, "policies": {"identity": [{"Statement": [{"Effect": "allow"}]}]}}]), "Effect"),
        (json.dumps([{**CASE, "policy": {}}]), "did you mean"),
    ],
)
def test_a_case_that_is_wrong_is_said_with_its_place(run: Run, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "cases.json").write_text(text)
    answer = run("test", "cases.json")
    assert answer.returncode == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("show", "--account", "Acme Log Archive"),
        ("explain", "--action", "s3:GetObject"),
        ("show", "--account", "nobody", "--action", "s3:GetObject"),
        ("explain", "--principal", "bob", "--action", "s3:GetObject", "--resource", "*"),
        ("explain", "--principal", ADMIN, "--action", "GetObject", "--resource", "*"),
    ],
)
def test_misuse_says_what_to_do(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words, *SNAPSHOT)
    assert said.returncode == 2
    assert "hint:" in said.stderr
    assert "Traceback" not in said.stderr
