"""Waiting for what AWS does in its own time, with the clock as an argument."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")

_FIRST = 1.0
_LONGEST = 15.0


class Wait(Protocol):
    """A clock that only goes forward, in seconds; `trailkeep.aws.clock.Clock()` is the real one."""

    def now(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Come back after that many seconds."""
        ...


def until(wait: Wait, seconds: float, look: Callable[[], T | None]) -> T | None:
    """What `look` finds, asked at growing intervals (1 to 15 s); None when it finds nothing for `seconds`."""
    end = wait.now() + seconds
    pause = _FIRST
    while (found := look()) is None:
        left = end - wait.now()
        if left <= 0:
            return None
        wait.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST)
    return found
