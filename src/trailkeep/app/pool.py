"""Threads that fetch objects; a lean one, because an organization has millions of them."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from queue import SimpleQueue
from typing import Any, Final, TypeVar

from trailkeep.ports import Found, NotThereError, Obstacle, ReadError, Store
from trailkeep.verify.content import Content, examine

T = TypeVar("T")
Item = TypeVar("Item")
Result = TypeVar("Result")

_LOOK: Final = 0.02
"""Seconds over which the process's CPU time is looked at."""

_BUSY: Final = 0.9
"""CPU seconds a second from which on the process has no time to spare: Python computes on one core."""

_FASTER: Final = 4
"""So many times as many threads may be begun after a look."""

_BROKEN_STREAMS = 4
"""Attempts at an object whose stream breaks; requests that fail before that are repeated by the store itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An object that was read to its end."""

    found: Found
    content: Content


def fetch(store: Store, key: str, *, keep: int = 0, stored: bool = True, version: str = "") -> Fetched | ReadError:
    """Read, inflate and hash one object, or an old version of it; `keep` and `stored` as in `examine`."""
    for attempt in range(_BROKEN_STREAMS):
        try:
            found = store.get(key, version) if version else store.get(key)
            content = examine(found.chunks, keep=keep, stored=stored)
        except NotThereError as error:
            return error
        except ReadError as error:
            if error.why is not Obstacle.NETWORK or attempt == _BROKEN_STREAMS - 1:
                return error
            continue
        return Fetched(found=found, content=content)
    raise AssertionError


class Pool:
    """`workers` threads at most; each job's result is put into the queue it names.

    `first` of them are begun as jobs come, more only while the process has time to spare: where answers come at once a
    handful does all the work, and others would stand in its way; where they take long, all of them are begun soon.
    They are daemons: when a person stops the command, what is under way is abandoned (it is only reading).
    """

    def __init__(self, workers: int, first: int = 8) -> None:
        self.workers = workers
        self._jobs: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[Any]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._open = 0
        self._threads = 0
        self._most = min(workers, first)
        self._spare = _Spare()

    def submit(self, job: Callable[[], T | None], reply: "SimpleQueue[T | BaseException]") -> None:
        """Run `job` on some thread; its result, if it is not None, or what it raised, goes into `reply`."""
        self._jobs.put((job, reply))
        with self._lock:
            self._open += 1
            if self._threads == self._most and self._most < min(self.workers, self._open) and self._spare.has_time():
                self._most = min(self.workers, self._most * _FASTER)
            is_wanted = self._threads < min(self._most, self._open)
            self._threads += is_wanted
        if is_wanted:
            threading.Thread(target=self._work, name="fetch", daemon=True).start()

    def close(self) -> None:
        """Let every thread end once the jobs before are done."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            work, reply = job
            try:
                result: Any = work()
            except BaseException as error:  # noqa: BLE001 whoever waits for the result raises it
                result = error
            with self._lock:
                self._open -= 1
            if result is not None:
                reply.put(result)


class _Spare:
    """Whether this process waits more than it computes, by its own CPU time since the last look."""

    def __init__(self) -> None:
        self._since, self._used = time.monotonic(), time.process_time()

    def has_time(self) -> bool:
        """True if so; False as well when the last look was a moment ago."""
        now = time.monotonic()
        if now - self._since < _LOOK:
            return False
        used = time.process_time()
        spare = used - self._used < _BUSY * (now - self._since)
        self._since, self._used = now, used
        return spare


def each(pool: Pool, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Results in the order in which they are done, on many threads, never more than some items under way."""
    reply: SimpleQueue[tuple[Result] | BaseException] = SimpleQueue()  # a result may be a ReadError, and is no failure
    left = iter(items)
    under_way = 0
    for item in islice(left, pool.workers * 2):
        pool.submit(lambda item=item: (function(item),), reply)  # type: ignore[misc]
        under_way += 1
    while under_way:
        result = reply.get()
        under_way -= 1
        if isinstance(result, BaseException):
            raise result
        for item in islice(left, 1):
            pool.submit(lambda item=item: (function(item),), reply)  # type: ignore[misc]
            under_way += 1
        yield result[0]
