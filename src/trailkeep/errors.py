"""Every way a command cannot go on: a message, a hint, an exit code.

    TrailkeepError 1
    ├── UsageError 2          the command line asks for something that makes no sense
    ├── SpecError 2           the specification, with file, line and column
    ├── SnapshotError 1       a snapshot file that cannot be believed
    ├── PolicyError 1         a policy document that cannot be read
    ├── AwsError 1            AWS refused or did not answer; `code` is AWS's own
    ├── PlanMovedError 1      the organization is no longer what the plan was made for
    ├── BusyError 1           another apply is at work
    └── MissingExtraError 1   an optional part of trailkeep is not installed

A *finding* says the organization is wrong; an *error* says we could not go on.
"""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What a scheduler reads; precedence 2, 1, 3, 4, 5."""

    OK = 0
    ERROR = 1
    USAGE = 2
    FAILS = 3
    INCOMPLETE = 4
    PENDING = 5


class TrailkeepError(Exception):
    """A command could not go on: `message` says what happened while doing what, `hint` what to do."""

    exit_code = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TrailkeepError):
    """The command line asks for something that makes no sense."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a specification file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    hint: str

    def __str__(self) -> str:
        """As compilers say it: file:line:column: what is wrong."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class SpecError(TrailkeepError):
    """The specification cannot be used; every problem found is listed, not only the first."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class SnapshotError(TrailkeepError):
    """A snapshot file is damaged, from a newer version, or not a snapshot at all."""


class PolicyError(TrailkeepError):
    """A policy document is no policy: not JSON, too large, nested too deeply, a key twice."""


UNSUPPORTED = "Unsupported"
"""The code of an AwsError that says: AWS does not offer this there."""


class AwsError(TrailkeepError):
    """AWS refused or did not answer. `code` is AWS's own error code."""

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


class PlanMovedError(TrailkeepError):
    """The organization is no longer what the saved plan was made for."""


class BusyError(TrailkeepError):
    """Another apply is at work on the same organization."""


class MissingExtraError(TrailkeepError):
    """A part of trailkeep that is installed on demand is not installed."""
