"""What a person gets to read when something is wrong: what happened, where, what to do; never a traceback."""

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forks import start
from tests.stories.desk import SECURITY, Desk
from trailkeep.lab import Lab

pytestmark = pytest.mark.story

PLAN = "plan --check --snapshot seen.json.gz"


@pytest.fixture(scope="module")
def untouched() -> Iterator[Lab]:
    with start("small") as lab:
        yield lab


@pytest.fixture(scope="module")
def seen(untouched: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `trailkeep snapshot` keeps of that organization."""
    desk = Desk(tmp_path_factory.mktemp("seen"), untouched)
    desk.spec()
    desk.run("snapshot", "--spec", "trailkeep.yaml", "--output-file", "seen.json.gz").expect(0)
    return desk.folder / "seen.json.gz"


@pytest.fixture
def near(tmp_path: Path, untouched: Lab) -> Desk:
    """A desk at an organization that several tests look at and none changes."""
    desk = Desk(tmp_path, untouched)
    desk.spec()
    return desk


@pytest.fixture
def offline(tmp_path: Path, seen: Path) -> Desk:
    """A desk without an organization, but with a snapshot of one: `plan --snapshot seen.json.gz`."""
    desk = Desk(tmp_path)
    desk.spec()
    shutil.copy(seen, tmp_path / "seen.json.gz")
    return desk


def test_a_specification_that_is_not_there(alone: Desk) -> None:
    alone.run("plan").expect(2, "trailkeep.yaml: there is no such file", "trailkeep init")


def test_a_specification_that_is_not_yaml(alone: Desk) -> None:
    (alone.folder / "trailkeep.yaml").write_text("version: 1\norganization: {home_region: [\n")
    alone.run("plan").expect(2, "trailkeep.yaml:")


def test_an_unknown_key_with_its_place_and_the_one_that_was_meant(alone: Desk) -> None:
    text = json.dumps(json.loads(alone.spec().read_text()) | {"trial": {"name": "x"}}, indent=2)
    (alone.folder / "trailkeep.yaml").write_text(text)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if '"trial"' in row)
    said = alone.run("plan").expect(2, f"trailkeep.yaml:{line}:3:", "trial")
    assert "trail" in said.err.split("trial", 1)[1]


def test_a_name_that_means_two_things(near: Desk) -> None:
    near.spec(guardrails={"canary": "Sandbox"})
    near.run("plan").expect(2, "`Sandbox` fits 2", "write the path or the id")


def test_no_credentials(near: Desk) -> None:
    nothing = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    near.run("plan", environment=nothing).expect(1, "error: could not call AWS", "configure credentials")


def test_a_profile_that_does_not_exist(near: Desk) -> None:
    near.run("plan", "--profile", "nobody").expect(1, "nobody", "list-profiles")


def test_credentials_nobody_has(near: Desk) -> None:
    wrong = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
    said = near.run("plan", environment=wrong).expect(1, "error: could not get caller identity")
    assert "AKIAIOSFODNN7EXAMPLE" not in said.all


def test_an_endpoint_where_nobody_answers(near: Desk) -> None:
    near.run("plan", environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}).expect(
        1, "error: could not get caller identity", "check the network"
    )


def test_in_lab_mode_only_this_machine_is_called(near: Desk) -> None:
    for endpoint in ("https://sts.amazonaws.com", None):
        said = near.run("plan", environment={"AWS_ENDPOINT_URL": endpoint})
        said.expect(1, "lab mode (TRAILKEEP_LAB=1) calls only this machine", "unset TRAILKEEP_LAB")


def test_credentials_of_a_member_account_instead_of_the_management_account(near: Desk) -> None:
    role = f"arn:aws:iam::{SECURITY}:role/OrganizationAccountAccessRole"
    made = near.client("sts").assume_role(RoleArn=role, RoleSessionName="wrong")["Credentials"]
    member = {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "AWS_SESSION_TOKEN": made["SessionToken"],
    }
    for command in (["plan"], ["snapshot"], ["init", "--force", "--yes"]):
        near.run(*command, environment=member).expect(1, "management account", SECURITY)


def test_a_region_that_is_none(near: Desk) -> None:
    near.run("plan", "--region", "Ireland").expect(2, "Ireland", "--region eu-west-1")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"hello", "is not a snapshot: it is not JSON"),
        (b"{}", "is not a snapshot of trailkeep"),
        (b'{"trailkeep_snapshot": 99}', "newer trailkeep"),
        (
            b'{"trailkeep_snapshot": 1, "snapshot": {"taken": 7}}',
            "is not a snapshot that can be believed: snapshot.taken",
        ),
        (gzip.compress(b'{"trailkeep_snapshot": 1}' * 1000, mtime=0)[:-20], "is damaged"),
        (None, "there is no file"),
    ],
)
def test_a_snapshot_file_that_cannot_be_used(alone: Desk, content: bytes | None, word: str) -> None:
    alone.spec()
    if content is not None:
        (alone.folder / "s.json.gz").write_bytes(content)
    alone.run("plan", "--snapshot", "s.json.gz").expect(1, word)
    alone.run("snapshot", "diff", "s.json.gz", "s.json.gz").expect(1, word)


def test_an_account_name_that_nobody_has_is_answered_with_the_one_that_was_meant(near: Desk) -> None:
    near.run("plan", "--account", "Shopp").expect(2, "there is no unit or account `Shopp`", "did you mean `Shop`?")
    near.run("plan", "--ou", "Workload").expect(2, "`Workload`", "did you mean `Workloads`")
    near.run("plan", "--ou", "Workloads", "--exclude", "Shop").expect(2, "no account is left")


def test_without_a_terminal_and_without_yes_nothing_is_changed(near: Desk) -> None:
    near.run("apply").expect(2, "nobody is there to say yes", "--yes")
    assert near.writes() == []


def test_everything_irreversible_must_be_confirmed_by_name_and_all_names_are_listed_at_once(near: Desk) -> None:
    near.spec(
        accounts={"security": {"name": "Second", "email": "second@example.com"}},
        archive={"lock": {"mode": "compliance", "days": 3}},
    )
    said = near.run("apply", "--yes").expect(2, '--confirm "Log Archive"', '--confirm "Second"')
    assert said.err.count("--confirm") >= 2
    assert near.writes() == []


def test_a_journal_that_cannot_be_written(near: Desk) -> None:
    said = near.run("apply", "--yes", "--confirm", "Log Archive", "--journal", "/proc/nowhere/journal.jsonl")
    said.expect(1, "/proc/nowhere/journal.jsonl cannot be written", "--journal")
    full = near.run("apply", "--yes", "--confirm", "Log Archive", "--journal", "/dev/full")
    full.expect(1, "/dev/full cannot be written: No space left on device")
    assert near.writes() == []
    near.lab.forget_calls()
    near.run("apply", "--yes", "--confirm", "Log Archive", "--journal", "/proc/nowhere/journal.jsonl")
    assert not [c for c in near.lab.calls() if c["action"] == "PutParameter"], "found before the lease was taken"


def test_files_that_cannot_be_written(near: Desk, offline: Desk) -> None:
    plan = ("plan", "--snapshot", "seen.json.gz")
    offline.run(*plan, "--save", "/proc/plan").expect(2, "/proc/plan cannot be written")
    offline.run(*plan, "--output-file", "/proc/plan").expect(2, "/proc/plan cannot be written")
    there = ("--snapshot", "seen.json.gz", "--yes", "--force", "--output-file", "/nowhere/t.yaml")
    offline.run("init", *there).expect(2, "/nowhere/t.yaml cannot be written")
    near.run("snapshot", "--output-file", "/nowhere/s.json.gz").expect(1, "could not write /nowhere/s.json.gz")


def test_init_overwrites_nothing(near: Desk) -> None:
    before = (near.folder / "trailkeep.yaml").read_text()
    near.run("init", "--yes").expect(2, "trailkeep.yaml is there already", "--force")
    assert (near.folder / "trailkeep.yaml").read_text() == before


def test_the_lab_that_is_not_installed_says_how_to_install_it(alone: Desk) -> None:
    (alone.folder / "sitecustomize.py").write_text(
        "import sys\n"
        "from importlib.machinery import PathFinder\n"
        "class Without(PathFinder):\n"
        "    @classmethod\n"
        "    def find_spec(cls, name, path=None, target=None):\n"
        "        gone = name.split('.')[0] in {'moto', 'flask', 'werkzeug'}\n"
        "        return None if gone else super().find_spec(name, path, target)\n"
        "sys.meta_path[sys.meta_path.index(PathFinder)] = Without\n"
    )
    without = {"PYTHONPATH": str(alone.folder)}
    for command in (["demo"], ["lab", "up"]):
        alone.run(*command, environment=without).expect(1, "not installed", "pip install 'trailkeep[lab]'")


def test_a_port_that_is_taken(near: Desk) -> None:
    port = near.lab.url.rpartition(":")[2]
    near.run("lab", "up", "--port", port).expect(1, "error: the embedded organization did not start")


def test_a_scenario_that_does_not_exist(alone: Desk) -> None:
    for command in (["demo", "--scenario", "nothing"], ["lab", "up", "--scenario", "nothing"]):
        alone.run(*command).expect(1, "there is no scenario 'nothing'", "acme, small")


def test_an_option_that_does_not_exist(alone: Desk) -> None:
    alone.run("plan", "--chek").expect(2, "--chek", "--check")
    alone.run("plann").expect(2, "plann")
    alone.run("apply", "--max-failures", "many").expect(2, "--max-failures", "trailkeep apply -h")


@pytest.mark.parametrize(("command", "code"), [(PLAN, 5), (f"{PLAN} -o json", 5), ("schema", 0)])
def test_a_reader_who_goes_away_early_changes_nothing(offline: Desk, command: str, code: int) -> None:
    done = subprocess.run(
        f"{sys.executable} -m trailkeep {command} | true; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        env=offline.environment,
        cwd=offline.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == [str(code)], done.stderr
    assert done.stderr == ""


def test_no_color_is_respected_and_pipes_get_none_either(offline: Desk) -> None:
    for more in ({"NO_COLOR": "1"}, {"TERM": "xterm-256color"}):
        said = offline.run(*PLAN.split(), environment=more).expect(5)
        assert "\x1b[" not in said.all


def test_a_table_can_be_written_to_a_file(offline: Desk) -> None:
    offline.run(*PLAN.split(), "--output-file", "plan.txt").expect(5, "written to plan.txt")
    text = (offline.folder / "plan.txt").read_text()
    assert "91 changes" in text
    assert ((offline.folder / "plan.txt").stat().st_mode & 0o077) == 0


def test_verbose_shows_every_call_with_its_request_id(near: Desk) -> None:
    said = near.run("plan", "-v").expect(0, "organizations:list_accounts", "sts:get_caller_identity")
    line = next(row for row in said.err.splitlines() if "organizations:describe_organization" in row)
    assert re.search(r"111111111111 us-east-1 \d+ ms ok [A-Za-z0-9-]{20,}$", line)
