"""Live progress on a terminal, plain lines elsewhere; one thing for reading and for making changes."""

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from trailkeep.cli import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from trailkeep.errors import AwsError
    from trailkeep.model.change import Change

PLAIN_SECONDS = 5.0


class Watch:
    """Shows how far a command is. Use it as a context manager; its methods may be called from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        self._said = time.monotonic()
        self._stage = ""

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._live = Progress(*columns, console=say.err(), transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()
            self._live = None

    def start(self, what: str, total: int) -> None:
        """`total` steps of `what` begin."""
        with self._lock:
            self._counts[what] = (0, total)
            if self._live:
                self._tasks[what] = self._live.add_task(what, total=total)

    def step(self, what: str) -> None:
        """One step of `what` is done."""
        with self._lock:
            done, total = self._counts.get(what, (0, 0))
            self._counts[what] = (done + 1, total)
            if self._live and what in self._tasks:
                self._live.advance(self._tasks[what])
            elif time.monotonic() - self._said > PLAIN_SECONDS:
                self._said = time.monotonic()
                say.err().print(f"{what}: {done + 1} of {total}")

    def end(self, what: str) -> None:
        """`what` is over."""
        with self._lock:
            if self._live and what in self._tasks:
                self._live.remove_task(self._tasks.pop(what))

    def stage(self, name: str, total: int) -> None:
        """A wave of `total` changes begins."""
        if self._stage:
            self.end(self._stage)
        self._stage = name
        self.start(name, total)
        if self._live is None:
            say.err().print(f"{name}: {total} changes")

    def made(self, change: "Change", failure: "AwsError | None") -> None:
        """One change was made, or refused."""
        if failure is not None:
            say.err().print(f"✗ {change.resource} {change.account} {change.region}: {failure.message}", style="red")
        self.step(self._stage)
