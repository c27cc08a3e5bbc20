"""policies lint: what is wrong with policies before they meet a request."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trailkeep.cli import options as o
from trailkeep.cli import say
from trailkeep.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from trailkeep.app.lint import Linted

LARGEST = 64 << 20
"""Bytes of standard input that are read."""


class Form(StrEnum):
    """How findings are said."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    JUNIT = "junit"
    SARIF = "sarif"


def lint(
    policies: Annotated[
        list[Path] | None, typer.Argument(help="JSON files or folders of policies, - for standard input.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="What they are: scp, rcp, identity, boundary, session, resource, trust, key or vpc-endpoint; "
            "guessed from name and content if left out."
        ),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            "--snapshot", help="Without files: judge every policy in it. With files: use its names and partition."
        ),
    ] = None,
    output: Annotated[
        Form, typer.Option("--output", "-o", help="A list, JSON, a line of JSON for each finding, JUnit XML, SARIF.")
    ] = Form.TABLE,
    output_file: o.OutputFile = None,
) -> ExitCode:
    """Find statements that match nothing, protect nothing or break something; each with the statement corrected.

    For example: trailkeep policies lint scps/ --kind scp -o junit --output-file lint.xml

    An error protects or allows nothing, or breaks something: exit 3. Warnings and notes exit 0.

    aws organizations describe-policy --policy-id p-… | trailkeep policies lint - takes what the AWS CLI answers.
    """
    found = _lint(policies or [], kind, snapshot)
    _say(found, output, output_file)
    if found.has_errors:
        return ExitCode.FAILS
    return ExitCode.INCOMPLETE if found.unread else ExitCode.OK


def _lint(policies: list[Path], kind: str | None, snapshot: Path | None) -> "Linted":
    from trailkeep.app import lint as verbs

    form = verbs.form_of(kind)
    if not policies and snapshot is None:
        raise UsageError("there is nothing to lint", hint="name policy files, - for standard input, or --snapshot FILE")
    if not policies and form is not None:
        raise UsageError("the policies of a snapshot are of known kinds", hint="leave out --kind")
    taken = None
    if snapshot is not None:
        from trailkeep.app import snapshot_file

        taken = snapshot_file.read(snapshot)
    if taken is not None and not policies:
        return verbs.lint_snapshot(taken)
    return verbs.lint_files(policies, _stdin(policies), form, taken)


def _stdin(policies: list[Path]) -> str:
    if Path("-") not in policies:
        return ""
    try:
        return sys.stdin.buffer.read(LARGEST).decode()
    except UnicodeDecodeError as error:
        raise UsageError("standard input is not UTF-8 text", hint="pipe a policy document as JSON") from error


def _say(found: "Linted", output: Form, file: Path | None) -> None:
    import json

    from rich.text import Text

    from trailkeep import __version__
    from trailkeep.report import lint as report

    match output:
        case Form.TABLE:
            say.result(report.render(found.documents, found.findings, found.notes, found.unread), file)
        case Form.JSON:
            say.result_json(report.all_json(found.documents, found.findings, found.notes, found.unread), file)
        case Form.JSONL:
            lines = "\n".join(json.dumps(report.finding_json(f)) for f in found.findings)
            say.result(Text(lines, no_wrap=True, overflow="ignore"), file)
        case Form.JUNIT:
            text = report.junit(found.documents, found.findings, found.unread)
            say.result(Text(text, no_wrap=True, overflow="ignore"), file)
        case Form.SARIF:
            say.result_json(report.sarif(found.findings, __version__), file)
