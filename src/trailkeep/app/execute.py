"""Making changes: wave by wave, lanes side by side, each change announced in the journal before it is made."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Protocol

from trailkeep.app.journal import Journal
from trailkeep.app.pause import pausing
from trailkeep.errors import UNSUPPORTED, AwsError
from trailkeep.model.change import Change, EnableMfaDelete, Stage, bind

Perform = Callable[[Change], dict[str, str]]
"""Make one change; answers the stand-ins AWS replaced. Raises AwsError."""

Wave = tuple[str, tuple[Change, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A change that AWS refused, with its words."""

    change: Change
    error: AwsError


class Watcher(Protocol):
    """Who looks on; called from several threads."""

    def stage(self, name: str, total: int) -> None:
        """A wave of `total` changes begins."""

    def made(self, change: Change, failure: AwsError | None) -> None:
        """One change was made, or refused."""


@dataclass(slots=True)
class Outcome:
    """What became of the changes of a run."""

    done: list[Change] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    unsupported: list[Failed] = field(default_factory=list)
    """Changes to what AWS does not offer there: no failure, and nothing stands on them."""
    untried: list[Change] = field(default_factory=list)
    human: list[EnableMfaDelete] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    """Why the run ended before its last wave, "" if it did not."""
    paused: bool = False
    """Whether somebody asked it to stop."""

    @property
    def is_whole(self) -> bool:
        """Whether everything that trailkeep can do was done."""
        return not (self.failed or self.untried)


def waves(changes: Iterable[Change]) -> list[Wave]:
    """Changes in the order of their stages: nothing of a stage begins before the one below it is done."""
    return [(Stage(stage).label, tuple(group)) for stage, group in groupby(changes, key=lambda c: c.when)]


@dataclass(slots=True)
class Execution:
    """One run. `foundation` says which failures must end it, because what follows stands on them."""

    perform: Perform
    journal: Journal
    now: Callable[[], datetime]
    watcher: Watcher
    foundation: Callable[[Change], bool]
    hurry: Callable[[], None] = lambda: None
    """Let calls that wait for AWS fail at once."""
    workers: int = 32
    max_failures: int | None = None
    outcome: Outcome = field(default_factory=Outcome)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _halt: threading.Event = field(default_factory=threading.Event)

    def run(self, plan: Sequence[Wave]) -> Outcome:
        """Make everything that can be made. Ctrl-C finishes the calls under way and leaves the rest untried."""
        with pausing(self._pause, self.hurry):
            return self._run(plan)

    def _pause(self) -> None:
        self.outcome.paused = True
        self.outcome.stopped = "paused; the calls under way were finished"
        self._halt.set()

    def _run(self, plan: Sequence[Wave]) -> Outcome:
        for name, changes in plan:
            if self.outcome.stopped:
                self.outcome.untried += changes
                continue
            human = [c for c in changes if isinstance(c, EnableMfaDelete)]
            self.outcome.human += [bind(c, self.outcome.chosen) for c in human]
            possible = [c for c in changes if not isinstance(c, EnableMfaDelete)]
            self.watcher.stage(name, len(possible))
            self._wave(possible)
            carried = any(self.foundation(f.change) for f in self.outcome.failed)
            if carried and not self.outcome.stopped:
                self.outcome.stopped = f"the {name} stage failed, and what follows stands on it"
        return self.outcome

    def _wave(self, changes: list[Change]) -> None:
        lanes: dict[str, list[Change]] = {}
        for change in changes:
            lanes.setdefault(change.lane, []).append(change)
        if not lanes:
            return
        with ThreadPoolExecutor(max_workers=min(self.workers, len(lanes)), thread_name_prefix="lane") as pool:
            running = [pool.submit(self._lane, lane) for lane in lanes.values()]
            ended, _ = wait(running, return_when="FIRST_EXCEPTION")
            if any(future.exception() for future in ended):
                self._halt.set()  # the lease is lost, or the journal cannot be written: the other lanes end too
        for future in running:
            future.result()
        if self._halt.is_set() and not self.outcome.stopped:
            self.outcome.stopped = f"{len(self.outcome.failed)} changes failed, --max-failures {self.max_failures}"

    def _lane(self, changes: list[Change]) -> None:
        broken: set[str] = set()
        for planned in changes:
            change = planned.bind(self.outcome.chosen)
            if self._halt.is_set() or change.is_unbound or change.chain in broken:
                broken.add(change.chain)
                with self._lock:
                    self.outcome.untried.append(change)
            elif not self._make(change):
                broken.add(change.chain)

    def _make(self, change: Change) -> bool:
        self.journal.write("intent", self.now(), change)
        try:
            chosen = self.perform(change)
        except AwsError as error:
            self.journal.write("failed", self.now(), change, code=error.code, error=error.message)
            with self._lock:
                missing = error.code == UNSUPPORTED
                (self.outcome.unsupported if missing else self.outcome.failed).append(
                    Failed(change=change, error=error)
                )
                if self.max_failures is not None and len(self.outcome.failed) >= self.max_failures:
                    self._halt.set()
            self.watcher.made(change, error)
            return False
        self.journal.write("done", self.now(), change, chosen=chosen)
        with self._lock:
            self.outcome.chosen |= chosen
            self.outcome.done.append(change.bind(chosen))
        self.watcher.made(change, None)
        return True
