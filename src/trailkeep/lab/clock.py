"""The embedded organization's clock: this machine's, shifted by an offset that can be moved forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, `offset` seconds ahead of this machine's clock."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """The present moment, seconds since the epoch."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Let time pass at once. Raises ValueError for a step back."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.offset += seconds

    def stamp(self) -> str:
        """The present moment as AWS writes it, `2026-11-23T10:00:00Z`."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
