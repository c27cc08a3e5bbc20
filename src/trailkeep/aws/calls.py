"""What was called: one record a call, and counts by operation."""

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as -v shows it; `seconds` includes waiting, `code` is "" when it succeeded."""

    account: str
    region: str
    service: str
    operation: str
    seconds: float
    code: str
    attempts: int
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Calls made to one operation, how many attempts were repeats, and how many of those were throttled."""

    calls: int = 0
    retries: int = 0
    throttles: int = 0


@dataclass(slots=True)
class Tally:
    """Counts by (service, operation); safe to add to from many threads."""

    counts: dict[tuple[str, str], Count] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, service: str, operation: str, *, retries: int, throttles: int) -> None:
        """Count one call."""
        with self._lock:
            old = self.counts.get((service, operation), Count())
            self.counts[service, operation] = Count(
                calls=old.calls + 1, retries=old.retries + retries, throttles=old.throttles + throttles
            )
