"""Run verify on a made archive, and say what it found, by key."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.archive_stub import Thing
from tests.verify.build import BUCKET, Made
from trailkeep.app.pool import Pool
from trailkeep.app.verify.archive import Verified, verify
from trailkeep.app.verify.attest import Ledger
from trailkeep.app.verify.follow import Opening
from trailkeep.app.verify.inventory import Inventory
from trailkeep.app.verify.keys import PublicKeys
from trailkeep.app.verify.run import Asked, Place
from trailkeep.model.archive import LifecycleRule
from trailkeep.ports import Entry, Found, NotThereError, Obstacle, PublicKey, ReadError, Version
from trailkeep.verify.verdict import Finding, Kind, Verdict


@dataclass
class Memory:
    """An archive in memory as a Store and a KeySource; `got` are the keys that were read."""

    made: Made
    bucket: str = BUCKET
    faults: dict[str, Obstacle] = field(default_factory=dict)
    got: list[str] = field(default_factory=list)
    piece: int = 1 << 20
    keys_fail: bool = False
    deleted: dict[str, list[Thing]] = field(default_factory=dict)
    versions_denied: bool = False
    versions_listed: list[str] = field(default_factory=list)

    def list(self, prefix: str, after: str = "") -> Iterator[Entry]:
        if prefix in self.faults:
            raise ReadError(self.faults[prefix], "told to")
        for key in sorted(k for k in self.made.objects if k.startswith(prefix) and k > after):
            yield self._entry(key)

    def folders(self, prefix: str) -> tuple[str, ...]:
        rests = (k[len(prefix) :] for k in self.made.objects if k.startswith(prefix))
        return tuple(sorted({prefix + r.partition("/")[0] + "/" for r in rests if "/" in r}))

    def get(self, key: str, version: str = "") -> Found:
        self.got.append(key)
        if version:
            thing = next((t for t in self.deleted.get(key, ()) if t.version == version), None)
            if thing is None or f"{key}@{version}" in self.faults:
                raise ReadError(self.faults.get(f"{key}@{version}", Obstacle.OTHER), "told to")
            return Found(entry=self._entry(key, thing), version=version, metadata=thing.metadata, chunks=[thing.read()])
        if key in self.faults:
            raise ReadError(self.faults[key], "told to")
        if key not in self.made.objects:
            raise NotThereError("there is no such object")
        thing = self.made.objects[key]
        data = thing.read()
        chunks = [data[i : i + self.piece] for i in range(0, len(data), self.piece)]
        return Found(entry=self._entry(key), version=thing.version, metadata=thing.metadata, chunks=chunks)

    def versions(self, prefix: str, after: str = "") -> Iterator[Version]:
        self.versions_listed.append(prefix)
        if self.versions_denied:
            raise ReadError(Obstacle.ACCESS_DENIED, "told to")
        for key in sorted(k for k in {*self.made.objects, *self.deleted} if k.startswith(prefix) and k > after):
            if key in self.made.objects:
                yield self._version(key, self.made.objects[key], is_latest=True)
            else:
                yield Version(
                    key=key, id="marker", is_latest=True, is_delete_marker=True, size=0, etag="", modified=2e9
                )
                for thing in self.deleted[key]:
                    yield self._version(key, thing, is_latest=False)

    def _version(self, key: str, thing: Thing, *, is_latest: bool) -> Version:
        e = self._entry(key, thing)
        return Version(
            key=key,
            id=thing.version,
            is_latest=is_latest,
            is_delete_marker=False,
            size=e.size,
            etag=e.etag,
            modified=e.modified,
        )

    def public_keys(self, region: str, start: datetime, end: datetime) -> tuple[PublicKey, ...]:
        if self.keys_fail:
            raise ReadError(Obstacle.OTHER, "told to")
        return tuple(
            PublicKey(
                region=region,
                fingerprint=k["Fingerprint"],
                value=base64.b64decode(k["Value"]),
                start=datetime.fromtimestamp(k["ValidityStartTime"], UTC),
                end=datetime.fromtimestamp(k["ValidityEndTime"], UTC),
            )
            for k in self.made.archive.keys
            if k["ValidityStartTime"] <= end.timestamp() and k["ValidityEndTime"] >= start.timestamp()
        )

    def delete(self, key: str, *forged: Thing) -> None:
        """Put a delete marker over an object, and over what was written over it before, the newest first."""
        thing = self.made.objects.pop(key)
        self.deleted[key] = [*(replace(f, version=f"f{n}") for n, f in enumerate(forged)), thing]

    def _entry(self, key: str, thing: Thing | None = None) -> Entry:
        thing = thing or self.made.objects[key]
        return Entry(key=key, size=thing.size, etag=thing.etag, modified=thing.modified)


class Silent:
    def units(self, total: int) -> None:
        pass

    def unit_done(self, share: float = 1) -> None:
        pass

    def objects(self, number: int, size: int) -> None:
        pass


@dataclass
class Checked:
    verified: Verified
    findings: list[Finding]

    @property
    def said(self) -> dict[str, str]:
        """What was found, by key (or the hours): `TAMPERED hash`."""
        return {
            f.key or f"{f.account} {f.region} {f.start:%dT%H}-{f.end:%dT%H}": f"{f.verdict} {f.cause}"
            for f in self.findings
        }

    def valid(self, kind: Kind) -> int:
        return self.verified.totals.of(Verdict.VALID, kind)


def check(
    made: Made,
    store: Any = None,
    *,
    now: datetime | None = None,
    ledger: Ledger | None = None,
    pool: Pool | None = None,
    snapshot: Any = None,
    is_folder: bool = False,
    recheck: bool = False,
    lifecycle: tuple[LifecycleRule, ...] = (),
    keys: PublicKeys | None = None,
    opening: Opening | None = None,
    inventory: Inventory | None = None,
    arranged: Callable[[Place], Place] = lambda place: place,
    **asked: Any,
) -> Checked:
    store = store or Memory(made)
    now = now or made.until + timedelta(hours=2, minutes=30)
    own = pool or Pool(4)
    place = Place(
        store=store,
        name=BUCKET,
        now=now,
        keys=keys or PublicKeys(None, lambda: store, now),
        pool=own,
        ledger=ledger,
        recheck=recheck,
        is_folder=is_folder,
        snapshot=snapshot,
        lifecycle=lambda: lifecycle,
        opening=opening,
        inventory=inventory,
    )
    verified = verify(arranged(place), Asked(**asked), Silent())
    findings = list(verified.findings)
    verified.findings.close()
    if pool is None:
        own.close()
    assert len(findings) == sum(n for (_, v), n in verified.totals.counts.items() if v is not Verdict.VALID)
    return Checked(verified, findings)
