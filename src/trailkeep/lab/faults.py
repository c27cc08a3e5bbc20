"""Faults that the embedded organization injects into matching calls, the same ones every time for one seed."""

from __future__ import annotations

import random
import threading
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Kind = Literal["throttle", "deny", "outage", "latency", "drop", "unoffered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with the calls that match.

    `account`, `region`, `service`, `action` (the API's name, `CreateTrail`) and `resource` (the ARN the call names, if
    it names one) are patterns with `*` and `?`.
    `throttle`, `deny`, `outage` and `unoffered` (AWS has no such thing in that Region) refuse the call before it is
    executed, `latency` delays it by `seconds`, and
    `drop` executes it and then loses the answer. `times` is the number of calls it may hit, None for no limit.
    """

    account: str = "*"
    region: str = "*"
    service: str = "*"
    action: str = "*"
    resource: str = "*"
    kind: Kind
    probability: float = 1.0
    times: int | None = None
    seconds: float = 0.0

    def matches(self, *, account: str, region: str, service: str, action: str, resource: str = "*") -> bool:
        """Whether a call of this account, Region, service and API, on this resource, is one this fault is for."""
        pairs = (
            (account, self.account),
            (region, self.region),
            (service, self.service),
            (action, self.action),
            (resource, self.resource),
        )
        return all(fnmatchcase(value, pattern) for value, pattern in pairs)

    def to_json(self) -> dict[str, Any]:
        """The fault as the control API carries it."""
        return asdict(self)


def parse_fault(value: dict[str, Any]) -> Fault:
    """A fault from its JSON form. Raises ValueError for an unknown kind or member."""
    if value.get("kind") not in get_args(Kind):
        raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}, not {value.get('kind')!r}")
    unknown = set(value) - set(Fault.__dataclass_fields__)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    return Fault(**value)


class FaultInjector:
    """The faults in force: chooses, with a seeded generator, which of them hit a call, and counts how often."""

    def __init__(self, seed: int, faults: tuple[Fault, ...] = ()) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self.replace(faults)

    def replace(self, faults: tuple[Fault, ...]) -> None:
        """Put these faults in force instead of the present ones; the generator starts again from the seed."""
        with self._lock:
            self.faults = faults
            self._hits = [0] * len(faults)
            self._random = random.Random(self._seed)

    def hitting(
        self, *, account: str, region: str, service: str, action: str, resource: str = "*"
    ) -> tuple[Fault, ...]:
        """The faults that hit this call."""
        if not self.faults:
            return ()
        with self._lock:
            return tuple(
                fault
                for index, fault in enumerate(self.faults)
                if fault.matches(account=account, region=region, service=service, action=action, resource=resource)
                and self._strikes(index, fault)
            )

    def _strikes(self, index: int, fault: Fault) -> bool:
        if fault.times is not None and self._hits[index] >= fault.times:
            return False
        if self._random.random() >= fault.probability:
            return False
        self._hits[index] += 1
        return True
