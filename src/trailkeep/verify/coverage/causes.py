"""Why expected hours are not there, as far as trail status, event history and the archive itself can tell."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trailkeep.model.ids import AccountId, Region, is_opt_in
from trailkeep.model.snapshot import Snapshot
from trailkeep.model.trail import Trail, TrailStatus
from trailkeep.verify.coverage.expected import Expected, cut, said_at
from trailkeep.verify.coverage.row import Patch, Reason, Row, State, Why
from trailkeep.verify.coverage.seen import Seen
from trailkeep.verify.coverage.window import Window

Heard = tuple[Trail, TrailStatus | None]

_LATE: Final = timedelta(hours=2)
"""CloudTrail's last delivery may lie so long behind the end of the last digest that is there."""


_REACHED: Final = timedelta(hours=24)
"""So long a new account may be without its organization trail: AWS names no number, it takes hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that explains missing hours between two moments (None: for ever), first come first served."""

    start: datetime | None
    end: datetime | None
    reason: Reason
    state: State = State.UNCOVERED


def judge(
    expected: Expected,
    seen: Seen,
    facts: Iterable[Fact],
    window: Window,
    *,
    elsewhere: int = 0,
    nothing: Reason | None = None,
) -> Row:
    """Coverage = expected − seen; each missing cell takes the first fact that touches it, `nothing` where none does.

    Whatever could not be listed is UNKNOWN, before any fact: not having seen is not absence. `elsewhere` are the cells
    in which other accounts or Regions of an organization trail were heard.
    """
    lost = expected.cells & ~seen.cells
    patches = list(expected.absent)
    if lost and seen.unread:
        denied = "access-denied" in seen.unread
        remedy = f"{'let the reader list the bucket (s3:ListBucket)' if denied else 'repair that'}, then run this again"
        reason = Reason(why=Why.UNREADABLE, detail=f"not listed: {seen.unread}", remedy=remedy)
        patches.append(Patch(state=State.UNKNOWN, cells=lost, reason=reason))
        lost = 0
    for fact in facts if lost else ():
        cells = lost & window.touched(fact.start, fact.end)
        if cells:
            patches.append(Patch(state=fact.state, cells=cells, reason=fact.reason))
            lost &= ~cells
    rest = (
        (lost & seen.logs, _LOGS_ALONE),
        (lost & ~seen.logs & elsewhere, _HERE_ONLY),
        (lost & ~seen.logs & ~elsewhere, nothing or _NOTHING),
    )
    for cells, reason in rest:
        if cells:
            patches.append(Patch(state=State.UNCOVERED, cells=cells, reason=reason))
    covered = expected.cells & seen.cells
    is_whole = covered == expected.cells
    return Row(
        account=expected.account,
        region=expected.region,
        covered=expected.cells if is_whole else covered,
        patches=tuple(patches),
        heard=() if is_whole else seen.heard,
    )


_LOGS_ALONE = Reason(
    why=Why.NO_DIGEST,
    detail="log files arrived, but no digest says that they are all there",
    remedy="`trailkeep verify` follows the digest chain; was log file validation on?",
)
_HERE_ONLY = Reason(
    why=Why.REMOVED,
    detail="nothing is there, though logs of other accounts or Regions arrived in these hours: deleted, or never "
    "delivered",
    remedy="`trailkeep verify` looks for deleted versions and says how to read them",
)
_NOTHING = Reason(
    why=Why.NOTHING,
    detail="neither digest nor log file is there, and nothing known explains it",
    remedy="the event history names who stopped or changed the trail: add --events; `trailkeep verify` looks for "
    "deleted versions",
)


def without_start(
    expected: Expected, seen: Seen, trails: tuple[Heard, ...], window: Window, elsewhere: int = 0
) -> Expected:
    """Cut the hours before logging began for the first time: no trail was ever stopped, and nothing older is there.

    Hours heard `elsewhere` stay: an older trail was deleted, or made anew.
    Source: StartLoggingTime and StopLoggingTime of botocore model cloudtrail GetTrailStatus.
    """
    known = [s for _, s in trails if s is not None]
    if not known or len(known) < len(trails) or any(s.stopped or not s.started for s in known):
        return expected
    began = min(s.started for s in known if s.started)
    reason = Reason(why=Why.TRAIL_STARTED, detail=f"logging was started for the first time at {said_at(began)}")
    return _from(began, expected, seen, reason, window, elsewhere)


def without_region(expected: Expected, seen: Seen, enabled: datetime | None, window: Window) -> Expected:
    """Cut the hours before an opt-in Region was enabled, as the event history tells, where nothing older is there."""
    if enabled is None:
        return expected
    detail = f"the Region was enabled at {said_at(enabled)} (EnableRegion in the event history)"
    return _from(enabled, expected, seen, Reason(why=Why.REGION_ENABLED, detail=detail), window)


def _from(
    began: datetime, expected: Expected, seen: Seen, reason: Reason, window: Window, elsewhere: int = 0
) -> Expected:
    earliest = min((m for m in (seen.first, seen.oldest) if m), default=None)
    if seen.unread or (earliest is not None and earliest < began - _LATE):
        return expected
    return cut(expected, window.touched(None, began) & ~elsewhere, reason)


@dataclass(frozen=True, slots=True)
class Trails:
    """The trails of an organization that write into the buckets that are looked at, found quickly for any place."""

    snapshot: Snapshot
    everywhere: tuple[Trail, ...]
    own: Mapping[AccountId, tuple[Trail, ...]]

    @classmethod
    def of(cls, snapshot: Snapshot, buckets: Iterable[str]) -> "Trails":
        """Those of a snapshot; no bucket named means all of them."""
        wanted = frozenset(buckets)
        found = [t for t in snapshot.trails if not wanted or t.bucket in wanted]
        own: dict[AccountId, list[Trail]] = {}
        for trail in found:
            if not trail.is_organization:
                own.setdefault(trail.owner, []).append(trail)
        everywhere = tuple(t for t in found if t.is_organization)
        return cls(snapshot, everywhere, {a: tuple(t) for a, t in own.items()})

    def at(self, account: str, region: str) -> tuple[Heard, ...]:
        """The trails meant to hear an account in a Region, running or not, with their status there or at home."""
        meant = (*self.everywhere, *self.own.get(AccountId(account), ()))
        return tuple(
            (t, self._status(t, account, region)) for t in meant if t.is_multi_region or t.home_region == region
        )

    def _status(self, trail: Trail, account: str, region: str) -> TrailStatus | None:
        places = ((AccountId(account), Region(region)), (trail.owner, trail.home_region))
        for where in places:
            cell = self.snapshot.cell(*where)
            found = next((s for s in cell.trails if s.arn == trail.arn), None) if cell else None
            if found is not None:
                return found
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """What ended before `until` has been expired by lifecycle, what ended before `perhaps` may have been.

    `rule` is the id of the rule behind `perhaps`; `versions` are the days for which expired objects stay at least as
    old versions, None where they stay for ever or there is no versioning.
    """

    until: datetime | None = None
    perhaps: datetime | None = None
    rule: str = ""
    versions: int | None = None


def facts(
    expected: Expected, seen: Seen, trails: tuple[Heard, ...], told: Iterable[Fact], expiry: Expiry
) -> Iterator[Fact]:
    """What is known of one account in one Region, the surest first; `told` is what the event history says of it."""
    if expiry.until is not None:
        left = f"; as old versions they stay {expiry.versions} days more" if expiry.versions else ""
        detail = f"older than {said_at(expiry.until)}: the bucket's lifecycle has expired it{left}"
        remedy = "ask for less time, or keep objects longer (`archive.retention_days`)"
        yield Fact(start=None, end=expiry.until, reason=Reason(why=Why.EXPIRED, detail=detail, remedy=remedy))
    yield from _known(expected, seen, trails, told)
    if expiry.perhaps is not None:
        detail = (
            f"older than {said_at(expiry.perhaps)}: the lifecycle rule {expiry.rule or 'without a name'} may have "
            "expired it; it is narrowed by tags, size or a longer prefix, which nothing tells of an object that is gone"
        )
        remedy = "give the rule the prefix of what it is meant for, or look for the versions: `trailkeep verify`"
        reason = Reason(why=Why.PERHAPS_EXPIRED, detail=detail, remedy=remedy)
        yield Fact(start=None, end=expiry.perhaps, reason=reason, state=State.UNKNOWN)


def _known(expected: Expected, seen: Seen, trails: tuple[Heard, ...], told: Iterable[Fact]) -> Iterator[Fact]:
    if not trails:
        yield Fact(start=None, end=None, reason=_NO_TRAIL)
        return
    if expected.joined is not None:
        yield from _new(expected.joined, seen.first)
    yield from told
    validating = [(t, s) for t, s in trails if t.validates_files]
    if not validating:
        yield Fact(start=None, end=None, reason=_NO_VALIDATION, state=State.UNKNOWN)
        return
    if len(validating) == 1:  # with several trails, one that stopped explains nothing
        trail, status = validating[0]
        if status is not None:
            yield from _of_status(trail, status)
            yield from _removed(status, seen)
    if is_opt_in(Region(expected.region)) and not _is_older(seen):  # it may not have been enabled before
        yield Fact(start=None, end=seen.first, reason=_REGION_TIME, state=State.UNKNOWN)


def _of_status(trail: Trail, status: TrailStatus) -> Iterator[Fact]:
    name, start = trail.name, f"trailkeep apply, or aws cloudtrail start-logging --name {trail.arn}"
    if not status.is_logging:
        when = f" since {said_at(status.stopped)}" if status.stopped else ""
        detail = f"the trail {name} does not log{when}; who stopped it is in the event history"
        reason = Reason(why=Why.STOPPED, detail=detail, remedy=f"{start}; add --events for who it was")
        yield Fact(start=status.stopped, end=None, reason=reason)
    elif status.stopped and status.started and status.stopped < status.started:
        detail = f"the trail {name} was stopped at {said_at(status.stopped)} and started at {said_at(status.started)}"
        reason = Reason(why=Why.STOPPED, detail=detail, remedy="add --events for who it was")
        yield Fact(start=status.stopped, end=status.started, reason=reason)
    error = status.digest_error or status.delivery_error
    if error:
        since = status.digest_delivered or status.delivered
        detail = f"CloudTrail cannot deliver: {error}" + (f", last at {said_at(since)}" if since else "")
        remedy = "CloudTrail goes on trying for 30 days: repair the bucket policy or the key (`trailkeep plan`)"
        yield Fact(start=since, end=None, reason=Reason(why=Why.DELIVERY_ERROR, detail=detail, remedy=remedy))


def _new(joined: datetime, first: datetime | None) -> Iterator[Fact]:
    """A trail takes hours to reach an account that is new in the organization."""
    if first is not None and first - joined > _REACHED:
        return
    until = first or joined + _REACHED
    detail = f"the account joined at {said_at(joined)}; its trail takes hours to reach it"
    remedy = "the account's own event history still has these hours, for 90 days"
    yield Fact(start=joined, end=until, reason=Reason(why=Why.NEW_ACCOUNT, detail=detail, remedy=remedy))


def _removed(status: TrailStatus, seen: Seen) -> Iterator[Fact]:
    """CloudTrail says that it delivered a digest which is not there, though that time was listed."""
    delivered, until = status.digest_delivered, seen.listed_until
    if delivered is None or until is None or delivered >= until:
        return
    if seen.newest is not None and seen.newest > delivered - _LATE:
        return
    detail = (
        f"CloudTrail delivered a digest at {said_at(delivered)}, and it is not there: deleted, or written to another "
        "bucket or prefix"
    )
    remedy = "`trailkeep verify` looks for deleted versions and says how to read them"
    start = seen.newest or status.started
    yield Fact(start=start, end=delivered, reason=Reason(why=Why.REMOVED, detail=detail, remedy=remedy))


def _is_older(seen: Seen) -> bool:
    """Whether a digest is there that is older than the first stretch of the window."""
    return seen.oldest is not None and (seen.first is None or seen.oldest < seen.first)


_NO_TRAIL = Reason(
    why=Why.NO_TRAIL,
    detail="no trail that writes into this archive hears it",
    remedy="`trailkeep plan` says what is missing",
)
_NO_VALIDATION = Reason(
    why=Why.NO_VALIDATION,
    detail="log file validation is off, so there are no digests: an hour without log files may be idle or lost",
    remedy="switch on log file validation (`trailkeep plan`)",
)
_REGION_TIME = Reason(
    why=Why.REGION_TIME,
    detail="an opt-in Region without an older digest: it may have been enabled only then",
    remedy="EnableRegion in the event history tells: add --events",
)
_NO_SNAPSHOT = Reason(
    why=Why.NO_SNAPSHOT,
    detail="nothing older is there, and without a snapshot nobody says whether it should be",
    remedy="add --snapshot FILE (`trailkeep snapshot`)",
)


def facts_of_archive(begun: datetime | None) -> Iterator[Fact]:
    """Without a snapshot nothing is known before an account's first digest in any Region, which began at `begun`.

    From then on a Region enabled by default should have been heard.
    """
    yield Fact(start=None, end=begun, reason=_NO_SNAPSHOT, state=State.UNKNOWN)
