"""Every damage by name, as `trailkeep verify` calls it: the verdict that the damage says it gets, and no other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.forks import start
from tests.lab.conftest import World
from tests.lab.test_logs import shape
from trailkeep.cli.main import app
from trailkeep.lab.logs.tamper import KINDS, tamper
from trailkeep.lab.logs.targets import write_folder
from trailkeep.lab.logs.vaults import FolderVault

BUCKET = "trailkeep-lab-logs"
FROM_S3 = {
    "object-edited": "TAMPERED hash",
    "object-deleted": "MISSING deleted",
    "object-archived": "UNREADABLE archived",
    "object-denied": "UNREADABLE access-denied",
    "digests-deleted": "MISSING deleted",
    "digest-unlinked": "TAMPERED bad-link",
}
NEEDS_A_SNAPSHOT = {"account-wiped", "region-wiped", "all-digests-deleted"}
"""Only a snapshot says that an account or Region should be there."""


def verified(place: str, *options: str, env: dict[str, str] | None = None, into: Path) -> tuple[int, list[Any]]:
    """The exit code of `trailkeep verify`, and its findings: verdict with cause, and key."""
    found = into / "found.jsonl"
    asked = ["verify", place, "-o", "jsonl", "--output-file", str(found), *options]
    done = CliRunner().invoke(app, asked, env=env)
    lines = [json.loads(line) for line in found.read_text().splitlines()]
    told = [(f"{one['verdict']} {one['cause']}", one["key"]) for one in lines if "verdict" in one]
    return done.return_value if isinstance(done.return_value, int) else done.exit_code, told


def follows(verdict: str, key: str) -> bool:
    """Whether it is said of a log file only because the digest that names it cannot be believed."""
    return "/CloudTrail/" in key and verdict in {"UNCOVERED unproven", "UNREADABLE public-key"}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("verified") / "healthy"
    write_folder(shape(), made)
    return made


def test_a_healthy_archive_is_valid(healthy: Path, tmp_path: Path) -> None:
    code, told = verified(str(healthy), "--keys", str(healthy / "public-keys.jsonl"), "--offline", into=tmp_path)
    assert (code, told) == (0, [])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"object-archived", *NEEDS_A_SNAPSHOT}])
def test_a_damage_in_a_folder_gets_its_verdict(kind: str, healthy: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(healthy, tmp_path / "damaged"))
    keys = tamper(FolderVault(folder), kind, seed=3).keys
    options = ("--keys", str(folder / "public-keys.jsonl"), "--offline", "--until", "2026-01-31")
    _, told = verified(str(folder), *options, into=tmp_path)
    if KINDS[kind].expected == "VALID":
        assert told == []
        return
    assert KINDS[kind].expected in {verdict for verdict, _ in told}
    assert {key for verdict, key in told if not follows(verdict, key)} == set(keys)


@pytest.fixture
def world() -> Iterator[World]:
    with start("small") as lab:
        made = World(lab)
        done = CliRunner().invoke(app, ["lab", "logs", "--accounts", "2", "--regions", "2"], env=lab.environment())
        assert done.exit_code == 0, done.output
        yield made


def test_damages_in_the_labs_s3_get_their_verdicts(world: World, tmp_path: Path) -> None:
    environment = world.lab.environment()
    place = f"s3://{BUCKET}"
    assert verified(place, "--until", "2026-01-31", env=environment, into=tmp_path) == (0, [])
    expected = {key: verdict for kind, verdict in FROM_S3.items() for key in world.lab.tamper(kind, BUCKET, seed=11)}
    _, told = verified(place, "--until", "2026-01-31", env=environment, into=tmp_path)
    assert {key: verdict for verdict, key in told if not follows(verdict, key)} == expected
