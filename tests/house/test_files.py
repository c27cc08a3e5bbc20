"""How the house is kept: short modules that say what they are, and nothing of the machine they were written on."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from trailkeep.aws import write
from trailkeep.aws.permissions import IAM_ACTIONS, READ, WRITE
from trailkeep.model import change as changes
from trailkeep.model.change import CHANGES, Change, Stage

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
LONGEST = 400
MACHINE = re.compile(
    r"(?<![\w.$~{}*-])/(work|home/[a-z]+|root|Users|mnt|opt/pypi\S*)/[\w.-]+"
    r"|https?://[\w.-]*(pypi\.|pythonhosted|registry\.|artifactory|nexus|devpi)[\w./-]*"
    r"|--(extra-)?index-url"
)
"""Paths of somebody's machine, and hosts from which packages are fetched."""
NAMED_ON_PURPOSE = {"scripts/lock", "scripts/foreign-clients", "tests/house/test_files.py"}
"""They say `--no-emit-index-url`, or what is looked for."""


def tracked() -> list[Path]:
    """What git would keep; without git (an unpacked archive) there is nothing to look at."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT / "src")))
def test_a_module_opens_with_one_sentence_and_stays_short(path: Path) -> None:
    text = path.read_text()
    said = ast.get_docstring(ast.parse(text))
    assert said, "no docstring"
    opening = said.splitlines()[0]
    assert opening.endswith((".", ":")), opening
    assert len(opening) <= 120
    assert text.count("\n") <= LONGEST


def test_tests_stay_short_too() -> None:
    long = {p.name: p.read_text().count("\n") for p in (ROOT / "tests").rglob("*.py")}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


def test_no_file_names_the_machine_it_was_written_on() -> None:
    found = {}
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if name in NAMED_ON_PURPOSE or not path.is_file() or path.is_symlink():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if hit := MACHINE.search(text):
            found[name] = hit.group()
    assert found == {}


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_every_requirement_is_pinned_by_hash_and_names_no_place(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"^-|@ ", text, re.MULTILINE), "no options, no direct references"
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert len(blocks) == len(re.findall(r"^[A-Za-z0-9][^ ]*==", text, re.MULTILINE)) > 0
    for block in blocks:
        assert re.match(r"[a-z0-9][a-z0-9._-]*(\[[a-z,-]+\])?==\S+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_foreign_clients_are_not_in_our_locks() -> None:
    ours = {line.split("==")[0] for p in LOCKS if p.stem != "foreign" for line in p.read_text().splitlines()}
    assert "boto3" in ours
    assert "awscli" not in ours
    assert "awscli" in (ROOT / "requirements/foreign.txt").read_text()


def test_every_kind_of_change_is_listed_and_each_list_agrees() -> None:
    assert {k.__name__ for k in CHANGES} == _kinds(Change)
    assert len(CHANGES) == len(set(CHANGES))
    assert {k.__name__ for k in CHANGES} <= set(changes.__all__)
    performed = {k.__name__ for k in CHANGES if hasattr(write, k.__name__)}
    assert performed == {k.__name__ for k in CHANGES}, "aws/write knows every kind"
    assert all(isinstance(k.stage, Stage) for k in CHANGES)


def test_the_table_of_permissions_is_closed() -> None:
    for table in (READ, WRITE):
        for operations in table.values():
            for operation, actions in operations.items():
                assert actions
                assert set(actions) <= set(IAM_ACTIONS[operation])
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Z][A-Za-z0-9]+", a) for actions in IAM_ACTIONS.values() for a in actions)


def test_the_license_and_the_entry_files_are_there() -> None:
    for name in ("LICENSE", "README.md", "Makefile", ".ci/run", "pyproject.toml", "src/trailkeep/py.typed"):
        assert (ROOT / name).exists(), name


def _kinds(parent: type) -> set[str]:
    """The names of the concrete classes: those that have a stage. (With slots, dataclass makes each class anew.)"""
    below: set[str] = set()
    child: type
    for child in parent.__subclasses__():
        below |= _kinds(child) | ({child.__name__} if hasattr(child, "stage") else set())
    return below
