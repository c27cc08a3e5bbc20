"""Where the archive lies, opened: a bucket or a folder, its public keys, its attestations."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trailkeep.app.verify import Place
from trailkeep.app.verify_keys import PublicKeys
from trailkeep.app.verify_pool import Pool
from trailkeep.app.world import Access, now, open_cloud
from trailkeep.errors import UsageError

if TYPE_CHECKING:
    from trailkeep.app.attest import Ledger
    from trailkeep.aws.cloud import Cloud
    from trailkeep.model.archive import LifecycleRule
    from trailkeep.model.snapshot import Snapshot
    from trailkeep.ports import KeySource, Store

_BUCKET_SCHEME = "s3://"


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
    snapshot: "Snapshot | None" = None


def open_place(location: Location, access: Access, how: How) -> tuple[Place, str]:
    """The archive, and the prefix below which to look. Raises UsageError, AwsError and TrailkeepError."""
    if how.recheck and (how.attest is None or not location.is_bucket):
        raise UsageError("--recheck compares versions on S3 with attestations", hint="give --attest DIR and s3://…")
    if how.signing_key is not None and how.attest is None:
        raise UsageError("--signing-key signs attestations", hint="give --attest DIR too")
    cloud = cache(lambda: open_cloud(access, None))
    moment = now()
    store, name, prefix, lifecycle = _open(location, access, cloud)
    file = how.keys or default_keys()
    place = Place(
        store=store,
        name=name,
        now=moment,
        keys=PublicKeys(file, None if how.offline else _asking(cloud), moment),
        pool=Pool(access.workers),
        is_folder=not location.is_bucket,
        lifecycle=lifecycle,
        ledger=_ledger(how, store.bucket or name),
        recheck=how.recheck,
        snapshot=how.snapshot,
    )
    return place, prefix


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
    from trailkeep.aws.archive.open import open_bucket

    place, below = _parts(location.text)
    store = open_bucket(
        cloud(),
        place,
        original=bucket or None,
        account=location.account,
        profile=access.profile,
        workers=access.workers,
    )
    return store, place, below, store.lifecycle


def _asking(cloud: "Callable[[], Cloud]") -> "Callable[[], KeySource]":
    from trailkeep.aws.archive.public_keys import PublishedKeys

    return lambda: PublishedKeys(cloud())


def _ledger(how: How, bucket: str) -> "Ledger | None":
    if how.attest is None:
        return None
    from trailkeep.app.attest import Ledger, read_signing_key

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
