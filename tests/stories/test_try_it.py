"""lab up and demo: what a newcomer types first."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.stories.desk import Desk, kill

pytestmark = pytest.mark.story


def test_the_printed_environment_points_trailkeep_at_the_lab_until_ctrl_c(alone: Desk) -> None:
    server = alone.begin("lab", "up", "--scenario", "small")
    try:
        exported = dict(exports(server))
        alone.environment |= exported
        alone.run("init", "--yes").expect(0)
        alone.run("plan", "--check").expect(5, "Organization o-small1org2: 4 accounts")
    finally:
        ended = kill(server, signal.SIGINT)
    ended.expect(0, "gone, with everything in it")
    alone.run("plan").expect(1, "check the network")


def exports(server: subprocess.Popen[str]) -> list[tuple[str, str]]:
    assert server.stdout is not None
    found: list[tuple[str, str]] = []
    while len(found) < 10:
        name, _, value = server.stdout.readline().strip().removeprefix("export ").partition("=")
        assert name, "lab up ended early"
        found.append((name, value))
    return found


def test_the_demo_shows_the_whole_way_and_leaves_its_files(alone: Desk) -> None:
    said = alone.run("demo", "--scenario", "small", "--output-dir", "shown").expect(0)
    assert "a second plan finds 0" in said.out
    assert "✗" not in said.out
    assert "0 of " in said.out, "no attack succeeds in the end"
    assert "statement TrailChange" in said.out
    for name in ("trailkeep.yaml", "before.json.gz", "after.json.gz", "journal.jsonl"):
        assert (alone.folder / "shown" / name).stat().st_size > 0
        assert f"shown/{name}" in said.out
    alone.run("snapshot", "diff", "shown/before.json.gz", "shown/after.json.gz").expect(3, "trail")
    alone.run("plan", "--snapshot", "shown/after.json.gz", "-f", "shown/trailkeep.yaml", "--check").expect(0)
    assert not Path(alone.folder / "state").exists(), "a demo leaves nothing in the real state directory"


def test_a_folder_that_cannot_be_made(alone: Desk) -> None:
    alone.run("demo", "--scenario", "small", "--output-dir", "/proc/demo").expect(2, "/proc/demo cannot be made")
