"""What the lifecycle of the buckets has expired of an account and Region, as far as the snapshot knows its rules."""

from collections.abc import Iterable, Mapping

from trailkeep.app.coverage.place import Archive
from trailkeep.app.coverage.run import Sources, Unit
from trailkeep.model.archive import LifecycleRule
from trailkeep.verify.coverage.causes import Expiry
from trailkeep.verify.keys import Folder
from trailkeep.verify.lifecycle import Kept, kept


class Expiries:
    """The rules of the buckets that are looked at."""

    def __init__(self, sources: Sources) -> None:
        self._now = sources.now
        self._rules: Mapping[str, tuple[LifecycleRule, ...]] = {}
        self._versioned: frozenset[str] = frozenset()
        if sources.snapshot is not None:
            names = {a.store.bucket for a in sources.archives if a.store.bucket}
            buckets = [b for b in map(sources.snapshot.bucket, names) if b is not None]
            self._rules = {b.name: b.lifecycle for b in buckets}
            self._versioned = frozenset(b.name for b in buckets if b.versioning)

    def kept(self, archive: Archive, folder: str) -> Kept:
        """How long a bucket keeps the objects of a folder; for ever where no rules are known."""
        return kept(self._rules.get(archive.store.bucket, ()), folder, self._now)

    def of(self, unit: Unit) -> Expiry:
        """What was expired in all of the places where a unit's digests may lie."""
        region = unit.expected.region
        found = [(archive, self.kept(archive, base.folder(Folder.DIGEST, region))) for archive, base in unit.places]
        until = [k.horizon(self._now) for _, k in found]
        maybe = [k.perhaps_horizon(self._now) or k.horizon(self._now) for _, k in found]
        sure = [m for m in until if m]
        perhaps = [m for m in maybe if m]
        versions = [k.versions for archive, k in found if archive.store.bucket in self._versioned]
        days = [v for v in versions if v is not None]
        is_sure, may_be = bool(found) and len(sure) == len(found), bool(found) and len(perhaps) == len(found)
        return Expiry(
            until=min(sure) if is_sure else None,
            perhaps=min(perhaps) if may_be and not (is_sure and min(perhaps) <= min(sure)) else None,
            rule=next((k.rule for _, k in found if k.rule), ""),
            versions=min(days) if days and len(days) == len(found) else None,
        )


def shortest(found: Iterable[Kept]) -> Kept:
    """Of several places, the rules that end objects first."""
    some = list(found)
    perhaps, rule = min(((k.perhaps, k.rule) for k in some if k.perhaps is not None), default=(None, ""))
    return Kept(days=min((k.days for k in some if k.days is not None), default=None), perhaps=perhaps, rule=rule)
