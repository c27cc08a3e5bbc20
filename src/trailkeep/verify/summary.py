"""What a verification came to, all in all: which hours, how many of what, chain by chain."""

from dataclasses import dataclass, field
from datetime import datetime

from trailkeep.errors import ExitCode
from trailkeep.verify.keys import Chain
from trailkeep.verify.verdict import Totals, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which hours: `since` and `until` as a person gave them, `expected` by when digests should be there."""

    since: datetime | None
    until: datetime | None
    expected: datetime

    def has(self, end: datetime) -> bool:
        """Whether a digest that ends then is judged."""
        return (self.since is None or end > self.since) and (self.until is None or end <= self.until)


@dataclass(slots=True, kw_only=True)
class ChainSum:
    """One chain as it was seen: how many digests and log files of it, and from when to when.

    `bucket` is where, if that is another than the one that was named.
    """

    chain: Chain
    bucket: str = ""
    digests: int = 0
    logs: int = 0
    bad: int = 0
    start: datetime | None = None
    end: datetime | None = None

    def saw(self, start: datetime, end: datetime) -> None:
        """Widen the range by one digest."""
        self.start = min(self.start or start, start)
        self.end = max(self.end or end, end)


@dataclass(slots=True, kw_only=True)
class Summary:
    """Everything but the findings, of which there may be more than fit into memory."""

    place: str
    window: Window
    totals: Totals = field(default_factory=Totals)
    chains: list[ChainSum] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> ExitCode:
        """3 for a bad object or an uncovered hour, 4 where only something could not be read, or nothing was there."""
        if any(self.totals.of(v) for v in (Verdict.TAMPERED, Verdict.MISSING, Verdict.UNCOVERED)):
            return ExitCode.FAILS
        unknown = self.totals.of(Verdict.UNREADABLE) or self.totals.is_empty
        return ExitCode.INCOMPLETE if unknown else ExitCode.OK
