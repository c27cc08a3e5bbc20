"""What should be there: accounts × enabled Regions × time, cut by what the organization and the specification say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from trailkeep.model.ids import DEFAULT_REGIONS, AccountId, Region
from trailkeep.model.organization import Account
from trailkeep.model.organization import State as AccountState
from trailkeep.model.snapshot import Snapshot
from trailkeep.verify.coverage.row import Patch, Reason, State, Why
from trailkeep.verify.coverage.window import Window

EVERY_REGION: Final = "*"
"""Stands for the Regions of an account that is expected in none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What the specification leaves out: accounts (with None: in every Region), why, and until which day."""

    places: frozenset[tuple[str, str | None]]
    reason: str
    until: date | None = None

    def holds(self, account: str, region: str) -> bool:
        """Whether it speaks of an account in a Region."""
        return not self.places.isdisjoint({(account, None), (account, region)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the specification says of coverage; without one: every enabled Region, nothing excluded, kept for ever.

    `retention_days` is how long logs are promised to be kept.
    """

    regions: frozenset[str] | None = None
    exclusions: tuple[Exclusion, ...] = ()
    retention_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One account in one Region: the cells in which logs should be, and why not in the others.

    `joined` is when the account came into the organization, where that lies in the window.
    """

    account: str
    region: str
    cells: int
    absent: tuple[Patch, ...] = ()
    joined: datetime | None = None


def expected(
    snapshot: Snapshot, window: Window, wish: Wish, *, now: datetime, only: frozenset[AccountId] | None = None
) -> Iterator[Expected]:
    """Every account, active or not, in each of its Regions, in order. `now` is when logs are counted back from.

    The Regions enabled by default stand for those of an account that could not be read: they are always enabled
    (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
    """
    for account in (a for _, a in sorted(snapshot.organization.accounts.items())):
        if only is not None and account.id not in only:
            continue
        if not account.is_active:
            yield _inactive(account, window)
            continue
        for region in regions_of(snapshot, account):
            yield _place(account, region, window, wish, now)


def regions_of(snapshot: Snapshot, account: Account) -> tuple[Region, ...]:
    """The Regions enabled in an account, in order; those enabled everywhere where its own could not be read."""
    if account.regions is not None:
        return tuple(sorted(account.regions))
    if snapshot.organization.partition == "aws":
        return tuple(sorted(DEFAULT_REGIONS))
    return tuple(sorted(snapshot.organization.accounts[snapshot.organization.management].regions or ()))


def _inactive(account: Account, window: Window) -> Expected:
    unknown = account.state is AccountState.UNKNOWN
    reason = Reason(
        why=Why.ACCOUNT_STATE,
        detail="its state could not be told" if unknown else f"the account is {account.state}",
        remedy="take a new snapshot" if unknown else "",
    )
    state = State.UNKNOWN if unknown else State.NOT_EXPECTED
    patch = Patch(state=state, cells=window.full, reason=reason)
    return Expected(account=account.id, region=EVERY_REGION, cells=0, absent=(patch,))


def _place(account: Account, region: Region, window: Window, wish: Wish, now: datetime) -> Expected:
    left = window.full
    absent = []
    for cells, reason in _cuts(account, region, window, wish, now):
        if left & cells:
            absent.append(Patch(state=State.NOT_EXPECTED, cells=left & cells, reason=reason))
            left &= ~cells
    joined = account.joined if account.joined is not None and account.joined > window.start else None
    return Expected(account=account.id, region=region, cells=left, absent=tuple(absent), joined=joined)


def _cuts(account: Account, region: Region, window: Window, wish: Wish, now: datetime) -> Iterator[tuple[int, Reason]]:
    if wish.regions is not None and region not in wish.regions:
        yield window.full, Reason(why=Why.REGION_NOT_WANTED, detail="the specification does not ask for this Region")
    for rule in wish.exclusions:
        if rule.holds(account.id, region):
            last = None if rule.until is None else _midnight(rule.until) + timedelta(days=1)
            said = f", until {rule.until}" if rule.until else ""
            yield window.touched(None, last), Reason(why=Why.EXCLUDED, detail=f"excluded: {rule.reason}{said}")
    if account.joined is not None and account.joined > window.start:
        how = "was invited and joined" if account.invited else "was created"
        yield (
            window.touched(None, account.joined),
            Reason(why=Why.BEFORE_JOINING, detail=f"the account {how} at {said_at(account.joined)}"),
        )
    if wish.retention_days is not None:
        last = _midnight(now.date()) - timedelta(days=wish.retention_days)
        detail = f"older than the {wish.retention_days} days that the specification keeps logs"
        yield window.touched(None, last), Reason(why=Why.EXPIRED, detail=detail)


def cut(expected: Expected, cells: int, reason: Reason) -> Expected:
    """The same without some cells, which are not expected for a reason."""
    gone = expected.cells & cells
    if not gone:
        return expected
    patch = Patch(state=State.NOT_EXPECTED, cells=gone, reason=reason)
    return replace(expected, cells=expected.cells & ~gone, absent=(*expected.absent, patch))


def said_at(moment: datetime) -> str:
    """A moment as reasons say it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
