"""What denied the calls that were denied, the latest of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trailkeep.lab.denial import Denial

_KEPT = 10_000


class Denials:
    """Denials by request id; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Denial] = OrderedDict()

    def add(self, denial: Denial) -> None:
        """Remember one."""
        with self._lock:
            self._kept[denial.request_id] = denial
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def to_json(self) -> list[dict[str, Any]]:
        """All that are remembered, oldest first, as the control API carries them."""
        with self._lock:
            return [denial.to_json() for denial in self._kept.values()]
