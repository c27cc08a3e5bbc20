"""Where the logs lie, opened and looked through: only listings, account by account, Region by Region."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trailkeep.app.pool import Fetched, Pool, each, fetch
from trailkeep.errors import AwsError, UsageError
from trailkeep.ports import Entry, Found, NotThereError, Obstacle, ReadError, Store, Version
from trailkeep.verify.content import LARGEST_DIGEST
from trailkeep.verify.coverage.seen import Heartbeats, Seen, day_folder
from trailkeep.verify.coverage.window import DAY, HOUR, Window, runs
from trailkeep.verify.digest import FormatError, parse
from trailkeep.verify.keys import Base, Folder, parse_base, parse_digest, parse_log

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud

_SCHEME: Final = "s3://"
_DEEPEST = 5
_MOST_FOLDERS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A bucket or folder to look into, below `prefix`. `account` and `region` are the bucket's, "" for a folder."""

    store: Store
    name: str
    prefix: str = ""
    account: str = ""
    region: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it lies on this machine."""
        return not self.region


class Refused:
    """A bucket that cannot be opened: a Store that answers everything with `error`; without one, that is empty."""

    def __init__(self, bucket: str, error: ReadError | None) -> None:
        self.bucket = bucket
        self._error = error

    def list(self, prefix: str, after: str = "") -> Iterator[Entry]:  # noqa: ARG002 there is nothing
        """See Store."""
        return iter(self._nothing())

    def folders(self, prefix: str) -> tuple[str, ...]:  # noqa: ARG002 as above
        """See Store."""
        return self._nothing()

    def get(self, key: str, version: str = "") -> Found:  # noqa: ARG002 as above
        """See Store."""
        self._nothing()
        raise NotThereError(f"there is no {key}: the bucket is gone")

    def versions(self, prefix: str, after: str = "") -> Iterator[Version]:  # noqa: ARG002 as above
        """See Store."""
        return iter(self._nothing())

    def _nothing(self) -> tuple[()]:
        if self._error is not None:
            raise self._error
        return ()


def open_archive(text: str, cloud: "Callable[[], Cloud]", account: str | None, profile: str | None) -> Archive:
    """`s3://bucket/prefix` or a folder. A bucket that refuses us is opened as one of which nothing can be read.

    Raises UsageError for a folder that is none, AwsError for a bucket that does not exist.
    """
    if not text.startswith(_SCHEME):
        from trailkeep.aws.archive.folder import FolderArchive

        root = Path(text)
        if not root.is_dir():
            raise UsageError(f"{text} is no folder", hint="name s3://bucket/prefix, or a folder with a copy of it")
        return Archive(store=FolderArchive(root), name=text)
    bucket, _, prefix = text.removeprefix(_SCHEME).partition("/")
    if not bucket:
        raise UsageError(f"{text} names no bucket", hint="write it as s3://bucket/prefix")
    return replace(_open_bucket(bucket, cloud(), account, profile), prefix=prefix)


def _open_bucket(bucket: str, cloud: "Cloud", account: str | None, profile: str | None) -> Archive:
    from trailkeep.aws.archive.open import open_bucket

    try:
        store = open_bucket(cloud, bucket, original=None, account=account, profile=profile, workers=cloud.workers)
    except AwsError as error:
        if error.code not in {"AccessDenied", "AccessDeniedException", "403"}:
            raise
        refused = Refused(bucket, ReadError(Obstacle.ACCESS_DENIED, error.message))
        return Archive(store=refused, name=f"{_SCHEME}{bucket}", region=cloud.caller.region)
    who = account or cloud.caller.account
    return Archive(store=store, name=f"{_SCHEME}{bucket}", account=who, region=store.region)


def find_bases(archive: Archive, pool: Pool) -> tuple[tuple[Base, ...], tuple[str, ...]]:
    """Every account folder below an archive's prefix, and what could not be listed on the way."""
    prefix = archive.prefix.strip("/")
    level = [f"{prefix}/" if prefix else ""]
    given = parse_base(level[0])
    found: set[Base] = {given} if given else set()
    unread: list[str] = []
    for _ in range(_DEEPEST if given is None else 0):
        below: list[str] = []
        for folders in each(pool, lambda f: _folders(archive.store, f), level[:_MOST_FOLDERS]):
            if isinstance(folders, ReadError):
                unread.append(f"{archive.name}: {folders.detail}")
            else:
                below += folders
        bases = {f: parse_base(f) for f in below}
        found |= {b for f, b in bases.items() if b is not None and str(b) == f}
        level = sorted(f for f, b in bases.items() if b is None)
    return tuple(sorted(found)), tuple(unread)


def find_regions(archive: Archive, base: Base) -> tuple[str, ...] | ReadError:
    """The Regions of which an account has digests or log files."""
    found: set[str] = set()
    for kind in (Folder.DIGEST, Folder.LOG):
        folder = base.folder(kind)
        inside = _folders(archive.store, folder)
        if isinstance(inside, ReadError):
            return inside
        found |= {f[len(folder) : -1] for f in inside}
    return tuple(sorted(found))


def ends(archive: Archive, base: Base, region: str) -> tuple[datetime, datetime] | None:
    """When the oldest and the newest digest of a place end, from two listings of a day; None where there is none."""
    try:
        folder = base.folder(Folder.DIGEST, region)
        oldest = _oldest(archive.store, folder)
        for _ in range(3):  # year, month, day: the newest of each
            folder = max(archive.store.folders(folder), default="")
            if not folder:
                return None
        found = (parse_digest(e.key) for e in archive.store.list(folder))
        newest = max((d.end for d in found if d is not None), default=None)
    except ReadError:
        return None
    return (oldest, newest) if oldest and newest else None


def look(
    places: Sequence[tuple[Archive, Base]], region: str, window: Window, expected: int, *, read: bool = False
) -> Seen:
    """What lies there of an account in a Region, from listings of digests; of log files where digests are missing.

    `read` opens the digests too, for when each begins.
    """
    cells, logs, unread = 0, 0, ""
    heard: list[tuple[datetime, datetime]] = []
    oldest: list[datetime] = []
    newest: list[datetime] = []
    for archive, base in places:
        beats = Heartbeats(base, region)
        try:
            _listen(archive.store, beats, window, read=read)
        except ReadError as error:
            unread = f"{error.detail} ({error.why})"
        cells |= beats.cells(window)
        heard += beats.heard(window)
        newest += [end] if (end := beats.newest()) else []
    lost = expected & ~cells
    for archive, base in places if lost and not unread else ():
        try:
            logs |= _log_cells(archive.store, base, region, window, lost)
            oldest += [o] if (o := _oldest(archive.store, base.folder(Folder.DIGEST, region))) else []
        except ReadError as error:
            unread = f"{error.detail} ({error.why})"
    cells = window.full if cells == window.full else cells
    return Seen(
        cells=cells,
        heard=tuple(sorted(heard)),
        logs=logs,
        unread=unread,
        oldest=min(oldest, default=None),
        newest=max(newest, default=None),
        listed_until=midnight(window.end + HOUR) + DAY,
    )


def _listen(store: Store, beats: Heartbeats, window: Window, *, read: bool) -> None:
    folder = beats.base.folder(Folder.DIGEST, beats.region)
    first, last = (window.start - HOUR).date(), (window.end + HOUR).date()
    stop = folder + day_folder(last + DAY)
    for entry in store.list(folder, folder + day_folder(first)):
        if entry.key >= stop:
            break
        if not read:
            beats.add(entry.key)
        elif (named := beats.end_of(entry.key)) is not None:
            beats.tell(named[0], _start(store, entry.key, named[1]), named[1])


def _start(store: Store, key: str, end: float) -> float | None:
    """When a digest says that it begins; one that cannot be read or believed covers nothing. Raises ReadError."""
    found = fetch(store, key, keep=LARGEST_DIGEST, stored=False)
    if not isinstance(found, Fetched):
        raise found
    try:
        digest = parse(found.content.raw or b"")
    except FormatError:
        return end
    return digest.start.timestamp() if digest.end.timestamp() == end else end


def _oldest(store: Store, folder: str) -> datetime | None:
    for entry in islice(store.list(folder), 10):
        found = parse_digest(entry.key)
        if found is not None:
            return found.end
    return None


def _log_cells(store: Store, base: Base, region: str, window: Window, lost: int) -> int:
    """The hours among `lost` in which log files were delivered."""
    folder, found = base.folder(Folder.LOG, region), 0
    days = 0
    for number, (_, first, count) in enumerate(window.days()):
        days |= 1 << number if lost >> first & ((1 << count) - 1) else 0
    begin = window.start.date()
    for first, last in runs(days):
        stop = folder + day_folder(begin + last * DAY)
        for entry in store.list(folder, folder + day_folder(begin + first * DAY)):
            if entry.key >= stop:
                break
            log = parse_log(entry.key)
            if log is not None:
                found |= window.touched(log.delivered, log.delivered + timedelta(seconds=1))
    return found & lost


def _folders(store: Store, prefix: str) -> tuple[str, ...] | ReadError:
    try:
        return store.folders(prefix)
    except ReadError as error:
        return error


def midnight(moment: datetime) -> datetime:
    """The beginning of a moment's UTC day."""
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def storage_class(archive: Archive, cloud: "Cloud", key: str) -> str:
    """The storage class of an object as a listing shows it, "" where it cannot be told."""
    if archive.is_folder or not archive.account:
        return ""
    asked: Mapping[str, Any] = {"Bucket": archive.name.removeprefix(_SCHEME), "Prefix": key, "MaxKeys": 1}
    try:
        told = cloud.call(archive.account, archive.region, "s3", "list_objects_v2", **asked)
    except AwsError:  # a detail of a sample; the sample itself says whether it can be read
        return ""
    return next((str(c.get("StorageClass", "")) for c in told.get("Contents", ()) if c["Key"] == key), "")
