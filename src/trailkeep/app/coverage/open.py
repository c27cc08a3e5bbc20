"""Open what coverage looks at: the archive that was named, or the buckets the organization's trails and Config use."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from trailkeep.app.coverage.place import Archive, Refused, open_archive
from trailkeep.app.coverage.run import Sources
from trailkeep.app.pool import Pool
from trailkeep.app.world import Access, now
from trailkeep.errors import AwsError, UsageError
from trailkeep.model.snapshot import Snapshot
from trailkeep.ports import Obstacle, ReadError
from trailkeep.setup.spec import Spec

if TYPE_CHECKING:
    from trailkeep.aws.cloud import Cloud


def present() -> datetime:
    """This moment; in the embedded organization, its own clock's."""
    url = os.environ.get("AWS_ENDPOINT_URL", "")
    if os.environ.get("TRAILKEEP_LAB") == "1" and url:
        from trailkeep.lab.client import control

        try:
            return datetime.fromisoformat(control(url, "GET", "state", None)["clock"]["now"])
        except (OSError, ValueError, KeyError):
            return now()
    return now()


def open_sources(
    place: str | None,
    snapshot: Snapshot | None,
    spec: Spec | None,
    cloud: "Callable[[], Cloud]",
    access: Access,
    *,
    now: datetime,
    account: str | None,
    config: bool,
) -> Sources:
    """The archives of logs and of AWS Config. Raises UsageError where no trail writes anywhere."""
    archives: tuple[Archive, ...]
    if place is not None:
        archives = (open_archive(place, cloud, account, access.profile),)
    else:
        assert snapshot is not None
        archives = tuple(_open(b, snapshot, cloud, access, account) for b in _buckets(snapshot))
    wanted = _config_buckets(snapshot) if snapshot is not None and config and not archives[0].is_folder else ()
    return Sources(
        archives=archives,
        config={b: _open(b, snapshot, cloud, access, account) for b in wanted if snapshot is not None},
        snapshot=snapshot,
        spec=spec,
        now=now,
        pool=Pool(access.workers),
        cloud=cloud,
    )


def _buckets(snapshot: Snapshot) -> tuple[str, ...]:
    """Those of organization trails; without any, those that the accounts' own trails share, or the largest one."""
    shared = sorted({t.bucket for t in snapshot.trails if t.is_organization and t.bucket})
    if shared:
        return tuple(shared)
    used = Counter(t.bucket for t in snapshot.trails if t.bucket)
    if not used:
        raise UsageError(
            "no trail of the organization writes anywhere, so there is nothing to look at",
            hint="set up logging with `trailkeep apply`, or name an archive: trailkeep coverage s3://bucket",
        )
    most = max(used.values())
    return tuple(sorted(b for b, number in used.items() if number == most))


def _config_buckets(snapshot: Snapshot) -> tuple[str, ...]:
    cells = (c for regions in snapshot.cells.values() for c in regions.values())
    return tuple(sorted({c.channel.bucket for c in cells if c.channel and c.channel.bucket}))


def _open(
    bucket: str, snapshot: Snapshot, cloud: "Callable[[], Cloud]", access: Access, account: str | None
) -> Archive:
    """A bucket by the account that owns it; one that cannot be opened cannot be read, one that is gone is empty."""
    known = snapshot.bucket(bucket)
    owner = account or (known.account if known else None)
    try:
        return open_archive(f"s3://{bucket}", cloud, owner, access.profile)
    except AwsError as error:
        gone = error.code in {"404", "NoSuchBucket"}  # then nothing is in it, which is no matter of reading
        refused = Refused(bucket, None if gone else ReadError(Obstacle.OTHER, error.message))
        return Archive(store=refused, name=f"s3://{bucket}", region=cloud().caller.region)
