"""What was called: every AWS call that reached the embedded organization since the last reset."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any


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
    """The calls in the order in which they ended, at most `limit` of them; the oldest are forgotten first."""

    def __init__(self, limit: int = 500_000) -> None:
        self._lock = threading.Lock()
        self._limit = limit
        self._calls: list[RecordedCall] = []
        self._seq = 0

    def next_number(self) -> int:
        """The number of a call that just arrived, rising from 1."""
        with self._lock:
            self._seq += 1
            return self._seq

    def record(self, call: RecordedCall) -> None:
        """Remember a call that ended."""
        with self._lock:
            self._calls.append(call)
            if len(self._calls) > self._limit:
                del self._calls[: self._limit // 10]

    def forget(self) -> None:
        """Start afresh; numbers go on rising."""
        with self._lock:
            self._calls.clear()

    def calls(self) -> tuple[RecordedCall, ...]:
        """Everything remembered, by number."""
        with self._lock:
            return tuple(sorted(self._calls, key=lambda call: call.seq))

    def to_json(self) -> list[dict[str, Any]]:
        """The same as the control API carries it."""
        return [asdict(call) for call in self.calls()]
