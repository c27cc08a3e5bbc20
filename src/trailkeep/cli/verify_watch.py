"""How far a verification is: accounts × Regions, objects, their rate, and the time that is left."""

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from trailkeep.cli import say
from trailkeep.cli.watch import PLAIN_SECONDS

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_EVERY = 0.2


class VerifyWatch:
    """Live on a terminal, a plain line every few seconds elsewhere; its methods may be called from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = self._told = time.monotonic()
        self._total = self._objects = self._bytes = 0
        self._done = 0.0
        self._live: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = ("accounts × Regions", BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self._live = Progress(*columns, TimeRemainingColumn(), console=say.err(), transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()
            self._live = None

    def units(self, total: int) -> None:
        """See Progress."""
        self._total += total  # more come where chains go on in another bucket
        if self._live and self._task is not None:
            self._live.update(self._task, total=self._total)
        elif self._live:
            self._task = self._live.add_task("", total=total)

    def unit_done(self, share: float = 1) -> None:
        """See Progress."""
        with self._lock:
            self._done += share
            if self._live and self._task is not None:
                self._live.advance(self._task, share)

    def objects(self, number: int, size: int) -> None:
        """See Progress."""
        with self._lock:
            self._objects += number
            self._bytes += size
            now = time.monotonic()
            if now - self._told < (_EVERY if self._live else PLAIN_SECONDS):
                return
            self._told = now
            told = self._rate(now)
        if self._live and self._task is not None:
            self._live.update(self._task, description=told)
        elif self._live is None:
            left = self._left(now)
            say.err().print(f"{self._done:.0f} of {self._total} accounts × Regions, {told}{left}")

    def _rate(self, now: float) -> str:
        seconds = max(now - self._began, 0.001)
        return f"{self._objects:,} objects, {self._objects / seconds:,.0f}/s, {self._bytes / 1e6:,.0f} MB"

    def _left(self, now: float) -> str:
        if not self._done:
            return ""
        seconds = (now - self._began) * (self._total - self._done) / self._done
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"
