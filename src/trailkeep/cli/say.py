"""How the command line talks: results on standard output, everything else on standard error."""

import os
import sys
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from trailkeep.errors import SpecError, TrailkeepError, UsageError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from trailkeep.aws.calls import Call


def out() -> "Console":
    """Where results go; plain and unwrapped when it is not a terminal."""
    return _console()(soft_wrap=not sys.stdout.isatty(), highlight=False, markup=False, emoji=False)


def err() -> "Console":
    """Where progress, questions and errors go."""
    return _console()(stderr=True, soft_wrap=not sys.stderr.isatty(), highlight=False, markup=False, emoji=False)


@cache
def _console() -> "type[Console]":
    from rich.console import Console

    class Patient(Console):
        """A console that goes on in silence when whoever read it has gone (`trailkeep plan | head`)."""

        def on_broken_pipe(self) -> None:
            _silence(self.file)

    return Patient


def _silence(stream: IO[str]) -> None:
    """Let what is still to be said go nowhere, so that the command ends as it would have."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def result(value: "RenderableType", file: Path | None) -> None:
    """Print a result, or write it to a file."""
    if file is None:
        out().print(value)
        return
    from rich.console import Console

    with _open(file) as stream:
        Console(file=stream, soft_wrap=True, highlight=False, markup=False, emoji=False).print(value)
    err().print(f"written to {file}")


def result_json(value: Any, file: Path | None) -> None:  # noqa: ANN401 plain JSON values
    """Print JSON, or write it to a file."""
    import json

    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    if file is None:
        try:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            _silence(sys.stdout)
        return
    with _open(file) as stream:
        stream.write(text + "\n")
    err().print(f"written to {file}")


def _open(file: Path) -> Any:  # noqa: ANN401 a text stream
    try:
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="choose another --output-file") from error


def error(problem: TrailkeepError) -> None:
    """One line that says what happened, and what to do; every problem of a specification with its place."""
    from rich.text import Text

    from trailkeep.report.words import printable

    console = err()
    if isinstance(problem, SpecError) and problem.problems:
        for p in problem.problems:
            console.print(Text(printable(str(p), 2000)), style="red")
            if p.hint:
                console.print(Text(f"    {printable(p.hint, 2000)}"), style="dim")
        return
    console.print(Text(f"error: {printable(problem.message, 4000)}"), style="bold red")
    if problem.hint:
        console.print(Text(f"hint: {printable(problem.hint, 4000)}"))


def call(made: "Call") -> None:
    """One AWS call, for -v."""
    status = made.code or "ok"
    again = f" after {made.attempts} attempts" if made.attempts > 1 else ""
    where = " ".join(part for part in (made.account, made.region) if part)
    err().print(
        f"{made.service}:{made.operation} {where} {made.seconds * 1000:.0f} ms {status}{again} {made.request_id}",
        style="dim",
    )


def is_person() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> str:
    """A question on standard error, the answer from standard input; "" at end of file."""
    console = err()
    console.print(question, end=" ")
    try:
        return input().strip()
    except EOFError:
        return ""
