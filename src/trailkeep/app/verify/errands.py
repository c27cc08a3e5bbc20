"""What an account and Region want fetched: threads take it from there, a few objects each, and tell them together.

A hand-over from thread to thread costs as much as all that is done with a small log file. So a thread that has fetched
one goes on with the next one of the same account and Region, and tells only that it is whole, not what it holds.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, NamedTuple

from trailkeep.app.pool import Fetched, fetch
from trailkeep.app.verify.attest import Row
from trailkeep.app.verify.run import Tools, state_of
from trailkeep.app.verify.slots import Slot, fetch_digest
from trailkeep.ports import NotThereError, ReadError
from trailkeep.verify.digest import LogFile
from trailkeep.verify.judge import OBSTACLES, Fault, judge_log
from trailkeep.verify.verdict import Cause

TOGETHER: Final = 16
"""So many log files one thread fetches before it tells of them."""

TOGETHER_REMEMBERED: Final = 4
"""So many where they are remembered once they are told of: a kill loses what was not told."""


class Log(NamedTuple):
    """A log file that was looked at, with the digest that names it (None for one that was verified before).

    `fault` is None where it is what its digest says; `size` and `raw_size` are its bytes, as far as it was read. `row`
    is its Row's line, kept for attestations only.
    """

    slot: Slot | None
    file: LogFile
    fault: Fault | None
    is_there: bool
    size: int
    raw_size: int
    row: bytes | None


@dataclass(frozen=True, slots=True)
class Came:
    """What one thread tells: what was found of a digest, or some log files."""

    digest: tuple[Slot, Fetched | ReadError] | None
    logs: Sequence[Log]


class Errands:
    """What one account and Region still want fetched, and what came of it; `open` are those not told of yet."""

    def __init__(self, tools: Tools) -> None:
        self.open = 0
        self._tools = tools
        self._keep_rows = tools.ledger is not None
        self._together = TOGETHER_REMEMBERED if self._keep_rows else TOGETHER
        self._digests: deque[Slot] = deque()
        self._logs: deque[tuple[Slot | None, LogFile]] = deque()
        self._reply: SimpleQueue[Came | BaseException] = SimpleQueue()

    @property
    def waiting(self) -> int:
        """How many log files nobody fetches yet."""
        return len(self._logs)

    def digest(self, slot: Slot) -> None:
        """Have a digest fetched, before any log file: others wait for what it says."""
        self._digests.append(slot)
        self._call()

    def log(self, slot: Slot | None, file: LogFile) -> None:
        """Have a log file fetched."""
        self._logs.append((slot, file))
        self._call()

    def next(self) -> Came:
        """What came; waits for it. Raises what fetching it raised."""
        came = self._reply.get()
        if isinstance(came, BaseException):
            raise came
        self.open -= len(came.logs) + (came.digest is not None)
        return came

    def _call(self) -> None:
        # a thread for each: those that come when others have taken everything go away again
        self.open += 1
        self._tools.pool.submit(self._run, self._reply)

    def _run(self) -> Came | None:
        logs: list[Log] = []
        while len(logs) < self._together:
            try:
                if not logs and self._digests:
                    slot = self._digests.popleft()
                    return Came((slot, fetch_digest(self._tools, slot)), ())
                wanted, file = self._logs.popleft()
            except IndexError:
                if not logs and (self._digests or self._logs):
                    continue  # somebody was quicker; this one's turn is still owed to another
                break
            logs.append(self._look(wanted, file))
        return Came(None, logs) if logs else None

    def _look(self, slot: Slot | None, file: LogFile) -> Log:
        found = fetch(self._tools.store, file.key, stored=self._keep_rows)
        if isinstance(found, NotThereError):
            gone = Fault(cause=Cause.DELETED, detail="its digest names it, and it is not there")
            return Log(slot, file, gone, is_there=False, size=0, raw_size=0, row=None)
        if isinstance(found, ReadError):
            unread = Fault(cause=OBSTACLES[found.why], detail=found.detail)
            return Log(slot, file, unread, is_there=True, size=0, raw_size=0, row=None)
        bucket, content = self._tools.store.bucket, found.content
        if bucket and file.bucket != bucket:
            detail = f"its digest says that it lies in the bucket {file.bucket}"
            fault: Fault | None = Fault(cause=Cause.ELSEWHERE, detail=detail)
        else:
            fault = judge_log(file, content)
        row = row_of(file.key, found).line() if self._keep_rows and fault is None else None
        return Log(slot, file, fault, True, content.stored_size, content.size, row)


def row_of(key: str, found: Fetched) -> Row:
    """What is remembered of an object that is VALID."""
    return Row(
        key=key,
        version=found.found.version,
        listed=state_of(found.found.entry),
        raw_sha256=found.content.sha256,
        stored_sha256=found.content.stored_sha256,
        size=found.content.stored_size,
        etag=found.found.entry.etag,
    )
