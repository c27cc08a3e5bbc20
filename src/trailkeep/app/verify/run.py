"""What one run of verify works with: the archive, the keys, what was verified before, and where findings go."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from trailkeep.model.archive import LifecycleRule
from trailkeep.ports import Entry, Store
from trailkeep.verify.digest import Digest, Link
from trailkeep.verify.expected import Writer
from trailkeep.verify.judge import KeyFor
from trailkeep.verify.keys import Base, Chain, DigestKey
from trailkeep.verify.summary import ChainSum, Window
from trailkeep.verify.verdict import Finding, Totals

if TYPE_CHECKING:
    from trailkeep.app.pool import Pool
    from trailkeep.app.verify.attest import Attested, Ledger, Row
    from trailkeep.app.verify.follow import Opening
    from trailkeep.app.verify.inventory import Inventory
    from trailkeep.app.verify.keys import PublicKeys
    from trailkeep.model.snapshot import Snapshot

GRACE: Final = timedelta(hours=2)
"""How long after its end a digest may still be on its way."""

IN_FLIGHT: Final = timedelta(minutes=15)
"""How far a log file's name may lie before the moment at which it was delivered.

The name has the minute, and a delivery that S3 refuses is repeated; AWS names no limit, so this is our choice. A log
file named in the last minutes of the newest digest may thus be in the next one: until that is there, it waits.
"""


class Progress(Protocol):
    """Told how far a run is; may be called from many threads."""

    def units(self, total: int) -> None:
        """So many accounts × Regions are to be verified, besides those told before."""
        ...

    def unit_done(self, share: float = 1) -> None:
        """One of them is, or this share of it."""
        ...

    def objects(self, number: int, size: int) -> None:
        """So many objects, of so many stored bytes, were read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person wants verified: everything below `prefix`, narrowed by what is not empty."""

    prefix: str = ""
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    organization: str = ""
    trail: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def has(self, base: Base) -> bool:
        """Whether an account's folder is among what is wanted."""
        return (not self.accounts or base.account in self.accounts) and (
            not self.organization or base.organization == self.organization
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it lies, and how it is read: `name` is the bucket or folder that is read, `now` the moment of reading.

    A folder is as old as the newest digest in it; a bucket is as old as now. `lifecycle` may raise ReadError.
    """

    store: Store
    name: str
    now: datetime
    keys: "PublicKeys"
    pool: "Pool"
    is_folder: bool = False
    lifecycle: Callable[[], tuple[LifecycleRule, ...]] = tuple
    ledger: "Ledger | None" = None
    recheck: bool = False
    inventory: "Inventory | None" = None
    snapshot: "Snapshot | None" = None
    opening: "Opening | None" = None
    """Opens the other buckets that signed digests name; None: they are not followed."""
    elsewhere: "Callable[[list[Unit], Tools], Iterator[UnitResult]] | None" = None
    """Where the units are verified, if not by the threads of this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is verified by itself, anywhere: one account in one Region, in a window of time."""

    base: Base
    region: str
    window: Window
    trail: str | None = None
    writers: frozenset[Writer] | None = None
    """The trails that write there, where that is known: that the chain of another one ends is no finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A proved digest, `by`, of `bucket` names one of another bucket before it, for the hours `since` to `until`."""

    by: DigestKey
    bucket: str
    link: Link
    since: datetime | None
    until: datetime


@dataclass(slots=True, kw_only=True)
class UnitResult:
    """What came of a unit; its findings went to the sink as they were made.

    `is_silent`: no digest spoke for the window, which was told. `ended` are chains that no trail goes on with.
    """

    unit: Unit
    totals: Totals = field(default_factory=Totals)
    chains: dict[Chain, ChainSum] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    onward: "list[Lead]" = field(default_factory=list)
    is_silent: bool = False
    ended: "list[Chain]" = field(default_factory=list)

    def chain(self, chain: Chain) -> ChainSum:
        """The sum of a chain, begun when it is first asked for."""
        found = self.chains.get(chain)
        if found is None:
            found = self.chains[chain] = ChainSum(chain=chain)
        return found


class Memory(Protocol):
    """What was verified before, and is remembered from now on: see Ledger."""

    def attest(self, key: DigestKey, digest: Digest, signature: str, row: "Row", rows: Sequence[bytes]) -> None:
        """Remember a digest with its log files, each as its Row's line."""
        ...

    def digests(
        self, base: Base, region: str, since: datetime | None, until: datetime | None, *, recheck: bool = False
    ) -> "Iterator[Attested]":
        """The digests that are remembered, in the order of their keys."""
        ...

    def row(self, base: Base, region: str, key: str) -> "Row | None":
        """What is remembered of one log file."""
        ...

    def keys_of(self, base: Base, region: str, day: date, names: frozenset[int]) -> tuple[str, ...]:
        """The log files of a day whose key has one of these hashes."""
        ...


class Sink(Protocol):
    """Where findings go; may be called from many threads."""

    def add(self, finding: Finding) -> None:
        """Keep one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Everything that the units of one run share."""

    store: Store
    pool: "Pool"
    keys: KeyFor
    sink: Sink
    progress: Progress
    ledger: Memory | None = None
    recheck: bool = False
    at_once: int = 1
    """How many units are verified at the same time."""
    inventory: "Inventory | None" = None
    """What versions are compared with, if not with a listing of versions."""
    is_ahead: bool = False
    """Whether objects are only read and attested: what is missing, and what is not named, is judged afterwards."""
    oldest: "Callable[[str], datetime | None]" = lambda _: None
    """What ended before was expired, in a folder, by the bucket's lifecycle; asked when something is not there."""


def state_of(entry: Entry) -> str:
    """By what a listing tells that an object was not written again: S3 gives every write a new time."""
    return f"{entry.etag}|{entry.size}|{int(entry.modified)}"


def listing(tools: Tools, prefix: str, after: str) -> Iterator[tuple[Entry, str]]:
    """Objects with their state: by a listing of objects, or of versions where old ones are checked again."""
    if not tools.recheck:
        for entry in tools.store.list(prefix, after):
            yield entry, state_of(entry)
        return
    for v in (tools.inventory or tools.store).versions(prefix, after):
        if v.is_latest and not v.is_delete_marker:
            yield Entry(key=v.key, size=v.size, etag=v.etag, modified=v.modified), v.id


def hour(moment: float) -> datetime:
    """Seconds since 1970 as a moment."""
    return datetime.fromtimestamp(moment, UTC)
