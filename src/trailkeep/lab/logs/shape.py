"""What a made-up archive looks like: how many accounts, Regions, days and logs, and where it says it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from trailkeep.lab.regions import DEFAULT_ENABLED
from trailkeep.verify.keys import Base, Chain

DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How busy an account is: log files an hour in its first `busy` Regions, and in each of the others."""

    busy: int
    files: float
    idle_files: float


VOLUMES: Mapping[str, Volume] = {
    "empty": Volume(busy=0, files=0.0, idle_files=0.0),
    "small": Volume(busy=2, files=1.0, idle_files=0.05),
    "medium": Volume(busy=2, files=12.0, idle_files=0.3),
    "large": Volume(busy=3, files=60.0, idle_files=1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A made-up archive; the same shape gives the same bytes.

    `until` is the midnight after the last day, seconds since the epoch. Without `organization` each account has a trail
    of its own, in the member layout. `late` is the share of log files with delayed events, `backfills` the number of
    backfill digests of each account and Region.
    """

    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    days: int
    until: int
    volume: str = "small"
    seed: int = 7
    bucket: str = "acme-trail-222222222222-eu-west-1"
    prefix: str = ""
    organization: str = "o-acme1acme2"
    trail: str = "trailkeep"
    home_region: str = "eu-west-1"
    late: float = 0.02
    backfills: int = 0

    def __post_init__(self) -> None:
        if self.volume not in VOLUMES:
            raise ValueError(f"there is no volume {self.volume!r}; there are {', '.join(VOLUMES)}")
        if not (self.accounts and self.regions and self.days > 0):
            raise ValueError("an archive has at least one account, one Region and one day")

    def chains(self) -> Iterator[Chain]:
        """Every account and Region, as digests speak for them."""
        for account in self.accounts:
            base = Base(prefix=self.prefix, organization=self.organization, account=account)
            for region in self.regions:
                yield Chain(base=base, region=region, trail=self.trail, home_region=self.home_region)

    def to_json(self) -> dict[str, Any]:
        """As `archive.json` and the lab's controls carry it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse. Raises ValueError for what is not a shape."""
        try:
            lists = {name: tuple(value[name]) for name in ("accounts", "regions")}
            return cls(**{**value, **lists})
        except (KeyError, TypeError) as problem:
            raise ValueError(f"that is not the shape of an archive: {problem}") from None


def account_ids(number: int) -> tuple[str, ...]:
    """So many account ids that nobody has to have."""
    return tuple(f"{100_000_000_000 + 1_111_111 * n:012d}" for n in range(1, number + 1))


def region_names(number: int) -> tuple[str, ...]:
    """The first so many Regions. Raises ValueError where AWS enables fewer by default."""
    if not 0 < number <= len(DEFAULT_ENABLED):
        raise ValueError(f"there are 1 to {len(DEFAULT_ENABLED)} Regions enabled by default")
    return DEFAULT_ENABLED[:number]


def midnight(day: str) -> int:
    """The midnight at which a day `2026-01-31` begins, in seconds since the epoch. Raises ValueError for no day."""
    return int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
