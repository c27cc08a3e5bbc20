"""At a terminal: it asks before it changes anything, and wants what cannot be taken back typed."""

import os
import pty
import subprocess
import sys

import pytest

from tests.stories.desk import Desk, Said

pytestmark = pytest.mark.story


def typed(desk: Desk, command: str, *answers: str) -> Said:
    """Run a command at a terminal of its own, with these lines typed ahead."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "trailkeep", *command.split()],
        env=desk.environment | {"TERM": "xterm", "NO_COLOR": "1"},
        cwd=desk.folder,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    said = bytearray()
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        said += chunk
    os.close(ours)
    out, _ = process.communicate(timeout=60)
    return Said(code=process.returncode, out=out.decode(), err=said.decode())


def test_yes_and_the_name_that_is_asked_for(desk: Desk) -> None:
    said = typed(desk, "apply", "yes", "Log Archive").expect(
        0, "Make 91 changes? [yes/no]", 'Type "Log Archive" to go on'
    )
    assert "everything is as the specification says" in said.out


@pytest.mark.parametrize("answers", [("no",), ("",), ("yes", "log archive"), ("yes", "")])
def test_anything_else_changes_nothing(desk: Desk, answers: tuple[str, ...]) -> None:
    typed(desk, "apply", *answers).expect(2, "nothing was changed")
    assert desk.writes() == []


def test_init_proposes_and_takes_what_is_answered(desk: Desk) -> None:
    typed(desk, "init --force", "eu-west-1", "mine", "", "").expect(0, "[us-east-1]", "[small]")
    text = (desk.folder / "trailkeep.yaml").read_text()
    assert "home_region: eu-west-1" in text
    assert "name: mine" in text


def test_answers_that_make_no_specification_are_refused_with_the_reason(desk: Desk) -> None:
    before = (desk.folder / "trailkeep.yaml").read_text()
    typed(desk, "init --force", "the moon", "mine", "", "").expect(2, "the moon")
    assert (desk.folder / "trailkeep.yaml").read_text() == before
