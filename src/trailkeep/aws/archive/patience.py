"""How many requests are under way, and how often one is repeated: less of both when S3 says SlowDown."""

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from trailkeep.aws.clock import Clock
from trailkeep.ports import Obstacle, ReadError

T = TypeVar("T")

_ATTEMPTS: Final = {Obstacle.THROTTLED: 10, Obstacle.NETWORK: 5}
_BASE: Final = {Obstacle.THROTTLED: 0.2, Obstacle.NETWORK: 0.1}
_CAP = 5.0
_SETTLE = 0.5


class Patience:
    """Additive increase, multiplicative decrease (Chiu and Jain 1989) of the requests under way, and full jitter.

    Until S3 throttles for the first time it costs nothing; from then on every request asks for its turn.
    """

    def __init__(self, *, most: int, clock: Clock, haste: float = 1.0) -> None:
        self._most = float(most)
        self._limit = float(most)
        self._under_way = 0
        self._clock = clock
        self._haste = haste
        self._turn = threading.Condition()
        self._cut_at = float("-inf")
        self._is_slowed = False
        self.throttles = 0

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return max(1, int(self._limit))

    def repeat(self, attempt: Callable[[], T]) -> T:
        """Make `attempt` until it succeeds, or fails for a reason that waiting does not change. Raises ReadError."""
        tries = 0
        while True:
            counted = self._is_slowed
            if counted:
                self._enter()
            try:
                result = attempt()
            except ReadError as error:
                self._leave(counted=counted, throttled=error.why is Obstacle.THROTTLED)
                tries += 1
                if tries >= _ATTEMPTS.get(error.why, 1):
                    raise
                why = error.why
            except BaseException:
                self._leave(counted=counted)
                raise
            else:
                if counted:
                    self._leave(counted=True, well=True)
                return result
            ceiling = min(_CAP, _BASE[why] * 2.0 ** (tries - 1)) * self._haste
            # never under a tenth of the ceiling: full jitter can be nearly zero many times in a row
            self._clock.sleep(max(0.1 * ceiling, ceiling * self._clock.chance()))

    def _enter(self) -> None:
        with self._turn:
            while self._under_way >= self.limit:
                self._turn.wait(1.0)
            self._under_way += 1

    def _leave(self, *, counted: bool, throttled: bool = False, well: bool = False) -> None:
        with self._turn:
            self._under_way -= counted
            if throttled:
                self.throttles += 1
                self._is_slowed = True
                now = self._clock.now()
                if now - self._cut_at > _SETTLE * self._haste:  # one cut answers all refusals of the same moment
                    self._cut_at = now
                    self._limit = max(1.0, self._limit / 2)
            elif well:
                self._limit = min(self._most, self._limit + 1.0 / self._limit)
                self._is_slowed = self._limit < self._most
            self._turn.notify()
