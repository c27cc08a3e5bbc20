"""The options that several commands share, with their help, in one place."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Output(StrEnum):
    """How a result is said."""

    TABLE = "table"
    JSON = "json"


_AWS = "AWS"
_WHERE = "Which accounts"

SpecFile = Annotated[Path, typer.Option("--spec", "-f", help="The specification.", envvar="TRAILKEEP_SPEC")]
Profile = Annotated[
    str | None, typer.Option(help="Profile of the AWS configuration.", envvar="AWS_PROFILE", rich_help_panel=_AWS)
]
RegionName = Annotated[
    str | None,
    typer.Option("--region", help="Where AWS is entered; the profile's Region if left out.", rich_help_panel=_AWS),
]
Workers = Annotated[int, typer.Option(help="Calls made at the same time.", min=1, max=256, rich_help_panel=_AWS)]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Show each AWS call: who, where, how long, request id.", rich_help_panel=_AWS),
]
SnapshotIn = Annotated[
    Path | None,
    typer.Option("--snapshot", help="Judge this snapshot file instead of reading AWS.", rich_help_panel=_AWS),
]
OutputAs = Annotated[Output, typer.Option("--output", "-o", help="A table for people, JSON for programs.")]
OutputFile = Annotated[Path | None, typer.Option(help="Write the result to this file.")]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", help="Only this account (id or name); again for more.", rich_help_panel=_WHERE),
]
Units = Annotated[
    list[str] | None,
    typer.Option("--ou", help="Only accounts below this unit (name, path or id).", rich_help_panel=_WHERE),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Not this account or unit; again for more.", rich_help_panel=_WHERE),
]
Retire = Annotated[
    list[str] | None,
    typer.Option(help="Stop (and where possible delete) the trails of this name or ARN; again for more."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Confirm = Annotated[
    list[str] | None,
    typer.Option(help="The name that would have to be typed for an irreversible change; again for more."),
]
JournalFile = Annotated[
    Path | None, typer.Option("--journal", help="Where the journal lies; below XDG_STATE_HOME if left out.")
]
BreakLease = Annotated[bool, typer.Option("--break-lease", help="Go on although another apply seems to be at work.")]
