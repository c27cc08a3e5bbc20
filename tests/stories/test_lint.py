"""policies lint as a person types it: files, folders, pipes, the AWS CLI's answers, a snapshot; every form."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.model.made import ARCHIVE, BOSS, BUCKET, HOME, ROOT, UNIT, snapshot
from trailkeep.app import snapshot_file
from trailkeep.model.organization import Policy
from trailkeep.model.snapshot import Unreachable

pytestmark = pytest.mark.story

Run = Callable[..., subprocess.CompletedProcess[str]]
RECIPE: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": ["s3:DeleteBucket", "s3:DeleteObject"],
            "Resource": ["arn:aws:s3:::", "arn:aws:s3:::/*"],
        },
        {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "arn:aws:cloudtrail:*::trail/"},
    ],
}
GOOD = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "cloudtrail:UpdateTrail", "Resource": "*"}}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A folder in which trailkeep is typed."""

    def typed(*words: str, stdin: str | bytes = "") -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TRAILKEEP_"))}
        raw = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run(
            [sys.executable, "-m", "trailkeep", "policies", "lint", *words],
            cwd=tmp_path,
            capture_output=True,
            input=raw,
            timeout=60,
            check=False,
            env={**environment, "NO_COLOR": "1"},
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return typed


def write(folder: Path, name: str, content: Any) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return name


def test_the_recipe_s_policy_protects_nothing_and_comes_back_corrected(run: Run, tmp_path: Path) -> None:
    said = run(write(tmp_path, "scps/recipe.json", RECIPE))
    assert said.returncode == 3, said.stderr
    assert said.stdout.count("resource-matches-nothing") == 2
    assert "arn:aws:cloudtrail:*:*:trail/*" in said.stdout
    assert "with your own names for <…>" in said.stdout
    assert "taken for a policy of kind scp" in said.stdout
    assert "1 policy: 2 errors" in said.stdout


def test_a_sound_policy_is_quiet(run: Run, tmp_path: Path) -> None:
    said = run(write(tmp_path, "a.json", GOOD), "--kind", "scp")
    assert (said.returncode, said.stdout) == (0, "1 policy: nothing found\n")


def test_a_folder_is_judged_together_and_leaves_other_json_out(run: Run, tmp_path: Path) -> None:
    stop = {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}
    rest = {
        "Effect": "Deny",
        "Action": ["cloudtrail:Delete*", "cloudtrail:Put*", "cloudtrail:Update*"],
        "Resource": "*",
    }
    write(tmp_path, "scps/stop.json", {"Version": "2012-10-17", "Statement": stop})
    alone = run("scps")
    assert alone.returncode == 0
    assert "companions-missing" in alone.stdout
    write(tmp_path, "scps/rest.json", {"Version": "2012-10-17", "Statement": rest})
    write(tmp_path, "scps/package.json", {"name": "x"})
    both = run("scps")
    assert "companions-missing" not in both.stdout
    assert "package.json: left out" in both.stdout
    write(tmp_path, "scps/broken.json", "{")
    assert run("scps").returncode == 3


@pytest.mark.parametrize(
    ("wrapped", "kind"),
    [
        ({"Policy": {"PolicySummary": {"Type": "SERVICE_CONTROL_POLICY"}, "Content": json.dumps(RECIPE)}}, "scp"),
        ({"PolicyVersion": {"Document": RECIPE, "VersionId": "v1"}}, "identity"),
        ({"Policy": json.dumps(RECIPE)}, "identity"),
        ({"RoleName": "r", "PolicyDocument": RECIPE}, "identity"),
    ],
)
def test_answers_of_the_aws_cli_can_be_piped_in(run: Run, wrapped: Any, kind: str) -> None:
    said = run("-", "-o", "json", stdin=json.dumps(wrapped))
    assert said.returncode == 3, said.stderr
    found = json.loads(said.stdout)
    assert found["policies"] == [{"name": "standard input", "kind": kind}]
    assert {f["id"] for f in found["findings"]} == {"resource-matches-nothing"}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ({"Effect": "Allow", "Principal": {"AWS": BOSS}, "Action": "sts:AssumeRole"}, "trust"),
        ({"Effect": "Allow", "Principal": {"AWS": BOSS}, "Action": "kms:Decrypt", "Resource": "*"}, "key"),
        ({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}, "resource"),
        ({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}, "identity"),
    ],
)
def test_a_kind_is_guessed_from_what_is_in_it(run: Run, statement: Any, kind: str) -> None:
    said = run("-", "-o", "json", stdin=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert json.loads(said.stdout)["policies"][0]["kind"] == kind
    assert f"kind {kind}" in said.stdout


def test_every_form_says_the_same(run: Run, tmp_path: Path) -> None:
    name = write(tmp_path, "scp.json", RECIPE)
    lines = [json.loads(line) for line in run(name, "-o", "jsonl").stdout.splitlines()]
    assert [(x["severity"], x["id"], x["number"]) for x in lines] == [
        ("error", "resource-matches-nothing", 1),
        ("error", "resource-matches-nothing", 2),
    ]
    assert lines[0]["corrected"][0]["Resource"] == ["arn:aws:s3:::<bucket>", "arn:aws:s3:::<bucket>/*"]
    suite = ET.fromstring(run(name, "-o", "junit").stdout)
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    sarif = json.loads(run(name, "-o", "sarif").stdout)
    assert [r["ruleId"] for r in sarif["runs"][0]["results"]] == ["resource-matches-nothing"] * 2
    assert run(name, "-o", "junit", "--output-file", "lint.xml").returncode == 3
    assert ET.parse(tmp_path / "lint.xml").getroot().tag == "testsuite"


def test_a_snapshot_is_judged_where_its_policies_are_attached(run: Run, tmp_path: Path) -> None:
    base = snapshot()
    full = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}

    def scp(name: str, document: Any, *targets: str) -> Policy:
        return Policy(
            id=f"p-{name.lower()}",
            name=name,
            type="SERVICE_CONTROL_POLICY",
            aws_managed=name.startswith("Full"),
            content=json.dumps(document),
            targets=frozenset(targets),
        )

    policies = (scp("FullAWSAccess", full, ROOT, UNIT, BOSS, ARCHIVE), scp("Recipe", RECIPE, UNIT))
    organization = replace(base.organization, policies=policies)
    healthy = replace(base, organization=organization, buckets=(), keys=(), roles=(), guards=(), unreachable=())
    snapshot_file.write(healthy, tmp_path / "s.json.gz")
    said = run("--snapshot", "s.json.gz")
    assert said.returncode == 3, said.stderr
    assert "SCP Recipe (p-recipe)" in said.stdout
    assert f"arn:aws:s3:::{BUCKET}/*" in said.stdout, "the trail's own bucket, by name"

    lost = Unreachable(account=ARCHIVE, region=HOME, what=f"bucket {BUCKET} policy", reason="AccessDenied", hint="")
    clean = replace(healthy, organization=replace(organization, policies=policies[:1]), unreachable=(lost,))
    snapshot_file.write(clean, tmp_path / "s.json.gz")
    blind = run("--snapshot", "s.json.gz")
    assert blind.returncode == 4
    assert f"UNKNOWN, could not be read: {ARCHIVE}" in blind.stdout


@pytest.mark.parametrize(
    ("words", "stdin", "hint"),
    [
        ((), "", "--snapshot FILE"),
        (("nowhere.json",), "", "check the path"),
        (("-", "--kind", "bucket"), "{}", "vpc-endpoint"),
        (("--snapshot", "nowhere.gz"), "", "hint:"),
        (("-",), b"\xff\xfe", "pipe a policy"),
        (("empty",), "", "with a Statement"),
    ],
)
def test_misuse_says_what_to_do(
    run: Run, tmp_path: Path, words: tuple[str, ...], stdin: str | bytes, hint: str
) -> None:
    (tmp_path / "empty").mkdir()
    said = run(*words, stdin=stdin)
    assert said.returncode in {1, 2}
    assert hint in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "junit", "sarif"])
def test_odd_names_are_printed_safely(run: Run, form: str) -> None:
    odd = {
        "Sid": "\ud800\u001b[31m\u202e",
        "Effect": "Deny",
        "Action": "s3:\u001bx",
        "Resource": "arn:aws:s3:::\u202e\ud800",
    }
    said = run("-", "--kind", "scp", "-o", form, stdin=json.dumps({"Version": "2012-10-17", "Statement": odd}))
    assert said.returncode == 3, said.stderr
    assert "\u001b" not in said.stdout
    assert "\u202e" not in said.stdout


def test_hostile_input_is_a_finding(run: Run) -> None:
    for text in ("{" * 5000, '{"Statement":' + "[" * 40_000, "null", '{"Policy": 7}', '{"Policy": {"Content": "{"}}'):
        said = run("-", stdin=text)
        assert said.returncode == 3, said.stderr
        assert "unreadable" in said.stdout
        assert "Traceback" not in said.stderr
