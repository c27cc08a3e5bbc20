"""The log files that lie in an account and Region, against those that its digests name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from trailkeep.app.verify.run import IN_FLIGHT, Tools, Unit, UnitResult, listing
from trailkeep.ports import ReadError
from trailkeep.verify.judge import OBSTACLES
from trailkeep.verify.keys import Folder, parse_log
from trailkeep.verify.verdict import Cause, Finding, Kind

ONE_GO: Final = 20_000
"""So many names of log files are kept before the days they lie in are listed."""

_DAYS = 31
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dark:
    """Time in which log files cannot be proved, and why."""

    start: datetime
    end: datetime
    cause: Cause
    detail: str


@dataclass(slots=True)
class Shelf:
    """The names that digests have given, by the day of their folder, until that day was listed.

    Of a name only its hash is kept (Python's keyed SipHash, which nobody outside can aim at), and of what was verified
    before, what a listing should say of it.
    """

    tools: Tools
    unit: Unit
    result: UnitResult
    again: Callable[[str], None]
    """Called with the key of an object that was verified before and is not what it was."""
    gone: Callable[[date, frozenset[int]], None]
    """Called with the day and the names' hashes of verified objects that are not there any more."""
    late: Callable[[datetime], None]
    """Called before something is called unreferenced: a deleted digest of that day may name it."""
    dark: list[Dark] = field(default_factory=list)
    mixed: bool = False
    """Whether digests of other trails lie here that are not read: then nothing can be called unreferenced."""
    days: dict[str, dict[int, int]] = field(default_factory=dict)
    judged_until: datetime = _NEVER
    """Log files delivered later may be named by a digest that is still to come."""
    held: int = 0
    folder: str = ""
    listed_to: str = ""
    waiting: date | None = None
    """The first day that is not listed yet, as far as digests have told."""

    def __post_init__(self) -> None:
        self.folder = self.unit.base.folder(Folder.LOG, self.unit.region)
        since = self.unit.window.since
        self.listed_to = f"{self.folder}{since:%Y/%m/%d}/" if since else self.folder

    def name(self, key: str) -> None:
        """A digest names this key, which is fetched now."""
        if self.tools.is_ahead:
            return
        if key.startswith(self.folder):
            day = self.days.setdefault(key[len(self.folder) :][:10], {})
            self.held += hash(key) not in day
            day.setdefault(hash(key), 0)

    def name_verified(self, day: str, pairs: Sequence[int]) -> None:
        """Digests named these before: pairs of a name's hash and of what a listing showed when it was verified."""
        known = self.days.setdefault(day, {})
        known.update(zip(pairs[::2], pairs[1::2], strict=True))
        self.held += len(pairs) // 2

    def list_before(self, day: date | None) -> None:
        """List every day before this one (None: to the end), once all digests that can name its files were read.

        The days of one go are listed together: an idle Region has a handful of files a day, a page has a thousand.
        """
        if self.tools.is_ahead:
            return
        if day is not None:
            self.waiting = self.waiting or day
            if (self.held < ONE_GO and (day - self.waiting).days < _DAYS) or day <= self.waiting:
                return
            self.waiting = day
        stop = f"{self.folder}{day:%Y/%m/%d}/" if day else ""
        try:
            self._list(stop)
        except ReadError as error:
            self._unlisted(error)
        if stop:
            self.listed_to = stop

    def _list(self, stop: str) -> None:
        until = self.unit.window.until
        for entry, state in listing(self.tools, self.folder, self.listed_to):
            if stop and entry.key >= stop:
                break
            label = entry.key[len(self.folder) :][:10]
            if until and label > f"{until:%Y/%m/%d}":
                break
            told = self.days.get(label, {}).pop(hash(entry.key), None)
            if told is None:
                self._unnamed(entry.key, entry.size, entry.modified)
            elif told and told != hash(state):
                self.again(entry.key)
        for label in [d for d in self.days if not stop or f"{self.folder}{d}/" < stop]:
            left = self.days.pop(label)
            self.held -= len(left)
            lost = frozenset(h for h, told in left.items() if told)
            if lost:
                self.gone(_day(label, date.min), lost)
        self.held = sum(len(d) for d in self.days.values())

    def _unnamed(self, key: str, size: int, modified: float) -> None:
        if (size == 0 and not key.endswith(".json.gz")) or self.mixed:
            return
        found = parse_log(key)
        when = found.delivered if found else datetime.fromtimestamp(modified, UTC)
        window, totals = self.unit.window, self.result.totals
        if (window.since and when < window.since) or (window.until and when >= window.until):
            return
        near = [d for d in self.dark if d.start - IN_FLIGHT <= when < d.end]
        # the hour itself before the next one's; what could not be read before what is not to be believed
        dark = min(near, key=lambda d: (when < d.start, d.cause is Cause.UNPROVEN), default=None)
        if dark is None and when >= self.judged_until:
            totals.in_flight += 1
            return
        if dark is None or dark.cause is Cause.UNPROVEN:
            self.late(when)
        if self.days.get(key[len(self.folder) :][:10], {}).pop(hash(key), None) is not None:
            return
        cause = dark.cause if dark else Cause.UNREFERENCED
        detail = dark.detail if dark else "no digest names it: CloudTrail did not write it, or it was put in later"
        finding = Finding(
            cause=cause,
            kind=Kind.LOG,
            bucket=self.tools.store.bucket,
            key=key,
            account=self.unit.base.account,
            region=self.unit.region,
            start=when,
            end=when,
            detail=detail,
        )
        totals.add(Kind.LOG, finding.verdict)
        self.tools.sink.add(finding)

    def _unlisted(self, error: ReadError) -> None:
        window = self.unit.window
        self.days.clear()
        finding = Finding(
            cause=OBSTACLES[error.why],
            kind=Kind.HOURS,
            bucket=self.tools.store.bucket,
            key=self.folder,
            account=self.unit.base.account,
            region=self.unit.region,
            start=window.since,
            end=window.expected,
            detail=f"the log files could not be listed: {error.detail}",
        )
        self.result.totals.add(Kind.HOURS, finding.verdict)
        self.tools.sink.add(finding)


def _day(label: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(label[:10].replace("/", "-"))
    except ValueError:
        return otherwise
