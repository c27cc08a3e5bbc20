"""Threads that fetch objects; a lean one, because an organization has millions of them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeVar

from trailkeep.ports import Found, NotThereError, Obstacle, ReadError, Store
from trailkeep.verify.content import Content, examine

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


T = TypeVar("T")


class Pool:
    """`workers` threads, begun as they are needed; each job's result is put into the queue it names.

    They are daemons: when a person stops the command, what is under way is abandoned (it is only reading).
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._jobs: SimpleQueue[tuple[Callable[[], Any], SimpleQueue[Any]] | None] = SimpleQueue()
        self._threads = 0
        self._idle = threading.Semaphore(0)

    def submit(self, job: Callable[[], T | None], reply: "SimpleQueue[T | BaseException]") -> None:
        """Run `job` on some thread; its result, if it is not None, or what it raised, goes into `reply`."""
        self._jobs.put((job, reply))
        if self._threads < self.workers and not self._idle.acquire(blocking=False):
            self._threads += 1
            threading.Thread(target=self._work, name="fetch", daemon=True).start()

    def close(self) -> None:
        """Let every thread end once the jobs before are done."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        growing = True
        while True:
            job = self._jobs.get()
            if job is None:
                return
            work, reply = job
            try:
                result: Any = work()
            except BaseException as error:  # noqa: BLE001 whoever waits for the result raises it
                result = error
            if result is not None:
                reply.put(result)
            growing = growing and self._threads < self.workers
            if growing:
                self._idle.release()
