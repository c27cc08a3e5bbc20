"""Who may know whom, and what a command that only helps may load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
HEAVY = {"boto3", "botocore", "pydantic", "moto", "flask", "cryptography", "jinja2", "orjson", "ruamel"}


def test_every_import_contract_is_kept() -> None:
    """The contracts are in pyproject.toml; this is `make lint`'s lint-imports."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["plan", "--help"], ["apply", "-h"], ["demo", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """Asking for help must not wait for libraries that only the work needs."""
    code = (
        "import sys, atexit\n"
        f"sys.argv = ['trailkeep', *{arguments!r}]\n"
        "atexit.register(lambda: print('\\nLOADED', *sorted(sys.modules)))\n"
        "from trailkeep.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "typer" in loaded
    # typer itself takes the types of a command's options apart with pydantic
    heavy = HEAVY - {"pydantic"} if len(arguments) > 1 else HEAVY
    assert loaded & heavy == set()
    assert not {m for m in loaded if m.startswith(("trailkeep.aws", "trailkeep.setup", "trailkeep.lab"))}


def commands() -> list[list[str]]:
    """Every command there is, with its parents."""
    from trailkeep.cli.main import app

    found: list[list[str]] = []

    def walk(command: object, path: list[str]) -> None:
        found.append(path)
        for name, child in getattr(command, "commands", {}).items():
            walk(child, [*path, name])

    walk(get_command(app), [])
    return found


@pytest.mark.parametrize("path", commands(), ids=lambda p: " ".join(p) or "trailkeep")
def test_every_command_and_every_option_says_what_it_is_for(path: list[str]) -> None:
    from trailkeep.cli.main import app

    command = get_command(app)
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
    assert command.help, "no help"
    assert command.help.strip().endswith((".", "!", "?"))
    for option in command.params:
        told = getattr(option, "help", None)
        assert told, f"{option.name} says nothing"
    shown = CliRunner().invoke(app, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output
