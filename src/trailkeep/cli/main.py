"""The command line; the one place where an error becomes an exit code."""

import gc
import sys
from typing import Annotated

import typer

from trailkeep import __version__
from trailkeep.cli import (
    audit,
    coverage,
    demo,
    doctor,
    initialize,
    lab,
    lab_logs,
    policies,
    prove,
    setup,
    snapshot,
    verify,
)
from trailkeep.errors import ExitCode, TrailkeepError

_MISUSE: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""The base of everything typer finds wrong with a command line, wherever this version of typer keeps it."""

_INTERRUPTED = 130
"""What typer makes of Ctrl-C, when it does not raise."""

_GARBAGE = 100_000
"""Python looks for cyclic garbage after so many new objects: after 700 it takes a tenth of a command's time."""

SET_UP = "Set up"
PROTECT = "Protect"
BE_SURE = "Be sure"
TRY_IT = "Try it"

app = typer.Typer(
    name="trailkeep",
    help="The central logging of an AWS organization: set up, protected, and proved. What could not be checked is "
    "called unknown, never fine.",
    epilog="Exit codes: 0 as wanted, 1 error, 2 wrong usage or specification, 3 something fails, 4 incomplete, "
    "5 changes pending.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"trailkeep {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


app.command("init", rich_help_panel=SET_UP)(initialize.init)
app.command("plan", rich_help_panel=SET_UP)(setup.plan)
app.command("apply", rich_help_panel=SET_UP)(setup.apply)
app.command("rollback", rich_help_panel=SET_UP)(setup.rollback)
app.add_typer(snapshot.app, name="snapshot", rich_help_panel=SET_UP)
app.command("prove", rich_help_panel=PROTECT)(prove.prove)
app.add_typer(policies.app, name="policies", rich_help_panel=PROTECT)
app.command("verify", rich_help_panel=BE_SURE)(verify.verify)
app.command("audit", rich_help_panel=BE_SURE)(audit.audit)
app.command("coverage", rich_help_panel=BE_SURE)(coverage.coverage)
app.add_typer(doctor.app, name="doctor", rich_help_panel=BE_SURE)
app.command("schema", rich_help_panel=SET_UP)(initialize.schema)
app.command("demo", rich_help_panel=TRY_IT)(demo.demo)
lab_logs.add_to(lab.app)
app.add_typer(lab.app, name="lab", rich_help_panel=TRY_IT)


def main() -> None:
    """Run the command that was asked for, and leave with its exit code."""
    gc.set_threshold(_GARBAGE)
    try:
        code = app(standalone_mode=False, prog_name="trailkeep")
    except TrailkeepError as problem:
        from trailkeep.cli import say

        say.error(problem)
        code = problem.exit_code
    except _MISUSE as problem:
        problem.show()  # type: ignore[attr-defined]
        code = ExitCode.USAGE
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        sys.stderr.write("\nstopped\n")
        code = ExitCode.ERROR
    sys.exit(int(code or 0))
