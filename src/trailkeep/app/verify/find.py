"""Which accounts and Regions have left something in an archive: the units of work, from a handful of listings."""

from collections.abc import Callable
from typing import Final, TypeVar

from trailkeep.app.pool import Pool, each
from trailkeep.app.verify.run import Asked, Place
from trailkeep.errors import UsageError
from trailkeep.ports import ReadError, Store
from trailkeep.verify.judge import OBSTACLES
from trailkeep.verify.keys import Base, Folder, parse_base
from trailkeep.verify.verdict import Finding, Kind

_DEEPEST: Final = 6
_MOST_FOLDERS: Final = 2_000

T = TypeVar("T")


def find_units(place: Place, asked: Asked) -> tuple[list[tuple[Base, str]], list[Finding]]:
    """Every account and Region that has a folder of digests or of log files, and what could not be listed."""
    unread: list[Finding] = []

    def folders(prefix: str) -> tuple[str, ...]:
        try:
            return place.store.folders(prefix)
        except ReadError as error:
            unread.append(_unlisted(place.store, prefix, error))
            return ()

    bases = [b for b in _bases(folders, asked.prefix, place.pool) if asked.has(b)]
    kinds = [(b, b.folder(kind)) for b in bases for kind in (Folder.DIGEST, Folder.LOG)]
    found: set[tuple[Base, str]] = set()
    for (base, folder), inside in zip(kinds, _all(place.pool, folders, [f for _, f in kinds]), strict=True):
        regions = {f[len(folder) : -1] for f in inside}
        found |= {(base, r) for r in regions}
    known = place.ledger.units() if place.ledger else set()  # wiped ones leave no folder
    found |= {(b, r) for b, r in known if str(b).startswith(asked.prefix) and asked.has(b)}
    return sorted((b, r) for b, r in found if not asked.regions or r in asked.regions), unread


def refuse_unfound(place: Place, asked: Asked, units: list[tuple[Base, str]]) -> None:
    """What was asked for by name must be there. Raises UsageError for what is not."""
    unfound = {
        "--account": asked.accounts - {base.account for base, _ in units},
        "--region": asked.regions - {region for _, region in units},
    }
    for option, names in unfound.items():
        if names:
            raise UsageError(
                f"there are no CloudTrail logs of {', '.join(sorted(names))} below {place.name}/{asked.prefix}",
                hint=f"check {option}; with --snapshot, what should be there and is not is MISSING or UNCOVERED",
            )


def _bases(folders: Callable[[str], tuple[str, ...]], prefix: str, pool: Pool) -> list[Base]:
    level, found, seen = [prefix if not prefix or prefix.endswith("/") else f"{prefix}/"], set(), 0
    for _ in range(_DEEPEST):
        below = [f for inside in _all(pool, folders, level) for f in inside]
        level = []
        for folder in below:
            base = parse_base(folder)
            if base is not None:
                found |= {base} if str(base) == folder else set()
            elif seen < _MOST_FOLDERS:
                seen += 1
                level.append(folder)
    given = parse_base(prefix if prefix.endswith("/") else f"{prefix}/")
    return sorted(found | ({given} if given else set()))


def _all(pool: Pool, function: Callable[[str], T], items: list[str]) -> list[T]:
    """`function` of each item, on many threads, in the items' order."""
    found = dict(each(pool, lambda numbered: (numbered[0], function(numbered[1])), enumerate(items)))
    return [found[n] for n in range(len(items))]


def _unlisted(store: Store, prefix: str, error: ReadError) -> Finding:
    base = parse_base(prefix)
    return Finding(
        cause=OBSTACLES[error.why],
        kind=Kind.HOURS,
        bucket=store.bucket,
        key=prefix,
        account=base.account if base else "",
        region="",
        detail=f"it could not be listed: {error.detail}",
    )
