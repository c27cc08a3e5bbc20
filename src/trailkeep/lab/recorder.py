"""What was called: every AWS call that reached the embedded organization, and the CloudTrail events it became."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trailkeep.lab.delivery.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One AWS call and how it ended; `error` is AWS's error code, None for success."""

    seq: int
    time: float
    account: str
    region: str
    service: str
    action: str
    principal: str
    resource: str
    error: str | None


class Recorder:
    """The calls in the order in which they ended, at most `limit` of them; the oldest are forgotten first.

    Beside them the newest `events` events, the history that LookupEvents reads.
    """

    def __init__(self, limit: int = 500_000, events: int = 100_000) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self._calls: list[RecordedCall] = []
        self._events: deque[Event] = deque(maxlen=events)
        self._seq = 0

    def next_number(self) -> int:
        """The number of a call that just arrived, rising from 1."""
        with self._lock:
            self._seq += 1
            return self._seq

    def record(self, call: RecordedCall, events: tuple[Event, ...] = ()) -> None:
        """Remember a call that ended, and its events."""
        with self._lock:
            self._calls.append(call)
            self._events.extend(events)
            if len(self._calls) > self._limit:
                del self._calls[: self._limit // 10]

    def forget(self) -> None:
        """Start the calls afresh; numbers go on rising, and the event history stays."""
        with self._lock:
            self._calls.clear()

    def calls(self) -> tuple[RecordedCall, ...]:
        """Everything remembered, by number."""
        with self._lock:
            return tuple(sorted(self._calls, key=lambda call: call.seq))

    def latest_events(self, account: str, region: str) -> Iterator[Event]:
        """An account's management events of a Region, newest first."""
        with self._lock:
            events = tuple(self._events)
        return (e for e in reversed(events) if e.account == account and e.region == region and not e.data)

    def to_json(self) -> list[dict[str, Any]]:
        """The same as the control API carries it."""
        return [asdict(call) for call in self.calls()]
