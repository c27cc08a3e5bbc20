"""Where the archive lies, opened: a bucket or a folder, its public keys, its attestations."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from trailkeep.app.pool import Pool
from trailkeep.app.verify.archive import Expired
from trailkeep.app.verify.follow import NotVouchedError, Other
from trailkeep.app.verify.keys import PublicKeys
from trailkeep.app.verify.run import Place
from trailkeep.app.world import Access, now, open_cloud
from trailkeep.errors import AwsError, UsageError
from trailkeep.ports import Obstacle, ReadError

if TYPE_CHECKING:
    from trailkeep.app.verify.attest import Ledger
    from trailkeep.app.verify.inventory import Inventory
    from trailkeep.aws.cloud import Cloud
    from trailkeep.model.archive import LifecycleRule
    from trailkeep.model.snapshot import Snapshot
    from trailkeep.ports import KeySource, Store

_BUCKET_SCHEME = "s3://"
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Amazon S3 User Guide, bucketnamingrules.html; no access point or ARN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """What a person names: a bucket with a prefix, or a folder; `original` is where a copy was written first.

    `called` is how the person calls it, where that is not `text`.
    """

    text: str
    called: str = ""
    original: str | None = None
    account: str | None = None

    @property
    def is_bucket(self) -> bool:
        """Whether it is on S3."""
        return self.text.startswith(_BUCKET_SCHEME)


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How it is verified."""

    keys: Path | None = None
    offline: bool = False
    attest: Path | None = None
    signing_key: Path | None = None
    recheck: bool = False
    inventory: str | None = None
    """The manifest of an S3 Inventory, for `recheck`: s3://bucket/key, or a file or folder."""
    snapshot: "Snapshot | None" = None
    follow: bool = True
    """Whether chains are followed into other buckets."""
    vouched: frozenset[str] = frozenset()
    """Other buckets that may be read, whoever owns them."""


def open_place(location: Location, access: Access, how: How, known: bytes | None = None) -> tuple[Place, str]:
    """The archive, and the prefix below which to look. Raises UsageError, AwsError and TrailkeepError.

    `known` are the public keys at hand elsewhere, which are used instead of a file here.
    """
    recheck = how.recheck or how.inventory is not None
    if recheck and (how.attest is None or not location.is_bucket):
        raise UsageError(
            "--recheck and --inventory compare versions on S3 with attestations", hint="give --attest DIR and s3://…"
        )
    if how.signing_key is not None and how.attest is None:
        raise UsageError("--signing-key signs attestations", hint="give --attest DIR too")
    cloud = _once(lambda: open_cloud(access, None))
    moment = now()
    store, name, prefix, lifecycle = _open(location, access, cloud)
    file = (how.keys or default_keys()) if known is None else None
    place = Place(
        store=store,
        name=name,
        now=moment,
        keys=PublicKeys(file, None if how.offline else _asking(cloud), moment, known or b""),
        pool=Pool(access.workers),
        is_folder=not location.is_bucket,
        lifecycle=lifecycle,
        ledger=_ledger(how, store.bucket or name),
        recheck=recheck,
        snapshot=how.snapshot,
    )
    if how.inventory is not None:
        place = replace(place, inventory=_inventory(how.inventory, location, prefix, access, cloud))
    if how.follow:
        place = replace(place, opening=_Opening(place, location, access, how, cloud))
    return place, prefix


def _inventory(text: str, location: Location, prefix: str, access: Access, cloud: "Callable[[], Cloud]") -> "Inventory":
    from trailkeep.app.verify.inventory import open_inventory

    return open_inventory(text, _parts(location.text)[0], prefix, cloud, access, location.account)


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens other buckets of the same trails: those that were named, that a snapshot knows, or of the same owner."""

    place: Place
    location: Location
    access: Access
    how: How
    cloud: "Callable[[], Cloud]"

    def __call__(self, bucket: str) -> Other:
        """See Opening."""
        if self.place.is_folder:
            raise NotVouchedError("what lies in a folder is a copy of one bucket")
        if not _BUCKET_NAME.fullmatch(bucket):
            raise NotVouchedError("that is no bucket's name")
        why = self._why(bucket)
        if why is None:
            raise NotVouchedError("it belongs to another account, and nobody said that it may be read")
        from trailkeep.aws.archive.open import open_bucket

        try:
            store = open_bucket(
                self.cloud(),
                bucket,
                original=None,
                account=self.location.account,
                profile=self.access.profile,
                workers=self.access.workers,
            )
        except AwsError as error:
            raise ReadError(Obstacle.ACCESS_DENIED, error.message) from error
        ledger = self.place.ledger.of_bucket(bucket) if self.place.ledger else None
        notes: list[str] = []
        return Other(store=store, why=why, ledger=ledger, oldest=Expired(store.lifecycle, self.place.now, notes).oldest)

    def _why(self, bucket: str) -> str | None:
        from trailkeep.aws.archive.open import is_owned_by

        if bucket in self.how.vouched:
            return "--follow allows it"
        snapshot, cloud = self.how.snapshot, self.cloud()
        if snapshot is not None and snapshot.bucket(bucket) is not None:
            return "the snapshot knows it"
        owner = self.location.account or cloud.caller.account
        ours = self.place.name
        if is_owned_by(cloud, ours, owner) and is_owned_by(cloud, bucket, owner):
            return f"it belongs to {owner}, as {ours} does"
        return None


def _once(enter: "Callable[[], Cloud]") -> "Callable[[], Cloud]":
    """The same answer for every thread, from the first that asks."""
    turn = Lock()
    entered: list[Cloud] = []

    def enter_once() -> "Cloud":
        with turn:
            if not entered:
                entered.append(enter())
            return entered[0]

    return enter_once


def _open(
    location: Location, access: Access, cloud: "Callable[[], Cloud]"
) -> "tuple[Store, str, str, Callable[[], tuple[LifecycleRule, ...]]]":
    bucket, prefix = _parts(location.original) if location.original else ("", "")
    if not location.is_bucket:
        from trailkeep.aws.archive.folder import FolderArchive

        root = Path(location.text)
        if not root.is_dir():
            raise UsageError(f"{location.text} is no folder", hint="name s3://bucket/prefix, or a folder with a copy")
        return FolderArchive(root, bucket=bucket, prefix=prefix), location.called or location.text, "", tuple
    from trailkeep.aws.archive.open import open_bucket, open_quickly

    place, below = _parts(location.text)
    original, profile, workers = bucket or None, access.profile, access.workers
    if location.account is None:
        store = open_quickly(cloud, place, original=original, profile=profile, workers=workers)
    else:
        whose = location.account
        store = open_bucket(cloud(), place, original=original, account=whose, profile=profile, workers=workers)
    return store, place, below, store.lifecycle


def _asking(cloud: "Callable[[], Cloud]") -> "Callable[[], KeySource]":
    from trailkeep.aws.archive.public_keys import PublishedKeys

    return lambda: PublishedKeys(cloud())


def _ledger(how: How, bucket: str) -> "Ledger | None":
    if how.attest is None:
        return None
    from trailkeep.app.verify.attest import Ledger, read_signing_key

    key = read_signing_key(how.signing_key) if how.signing_key else None
    return Ledger(how.attest, bucket, now(), key)


def _parts(text: str) -> tuple[str, str]:
    bucket, _, prefix = text.removeprefix(_BUCKET_SCHEME).partition("/")
    if not bucket:
        raise UsageError(f"{text} names no bucket", hint="write it as s3://bucket/prefix")
    return bucket, prefix


def default_keys() -> Path:
    """Where public keys are kept unless another file is named."""
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "trailkeep" / "public-keys.jsonl"
