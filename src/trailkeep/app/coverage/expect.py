"""What a run of coverage expects: where logs may lie, which time is judged, which accounts and Regions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from trailkeep.app.coverage.place import Archive, ends, find_bases, find_regions
from trailkeep.app.coverage.run import DEFAULT_SPAN, GRACE, Asked, Coverage, Sources, Unit
from trailkeep.app.pool import each
from trailkeep.errors import TrailkeepError, UsageError
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.snapshot import Snapshot
from trailkeep.ports import ReadError
from trailkeep.setup.places import excluded
from trailkeep.setup.spec import Spec
from trailkeep.verify.coverage.expected import EVERY_REGION, Exclusion, Expected, Wish, expected
from trailkeep.verify.coverage.window import HOUR, Window, whole_days, whole_hours
from trailkeep.verify.expected import by_symmetry
from trailkeep.verify.keys import Base, Chain

Places = Mapping[str, list[tuple[Archive, Base]]]
"""By account: where its logs may lie."""


def find_places(sources: Sources) -> tuple[Places, list[str]]:
    """Where each account's logs may lie: by the folders there are, and by what the trails say."""
    bases: dict[str, dict[tuple[str, Base], Archive]] = {}
    unread: list[str] = []
    snapshot = sources.snapshot
    for archive in sources.archives:
        there, lost = find_bases(archive, sources.pool)
        unread += lost
        meant = _meant(snapshot, archive) if snapshot is not None else ()
        for base in (*there, *meant):
            bases.setdefault(base.account, {})[archive.name, base] = archive
    return {a: [(archive, base) for (_, base), archive in found.items()] for a, found in bases.items()}, unread


def _meant(snapshot: Snapshot, archive: Archive) -> Iterator[Base]:
    for trail in snapshot.trails:
        if archive.is_folder or trail.bucket == archive.store.bucket:
            prefix = trail.prefix.strip("/")
            if trail.is_organization:
                for account in snapshot.organization.accounts:
                    yield Base(prefix=prefix, organization=snapshot.organization.id, account=account)
            else:
                yield Base(prefix=prefix, account=trail.owner)


def begin(sources: Sources, asked: Asked, bases: Places) -> Coverage:
    """The answer before anything was looked at: the hours that are judged, and what is to be said beforehand."""
    window, notes = _window(sources, asked, bases)
    source, names, snapshot = "the archive's own folders", {}, sources.snapshot
    if snapshot is None:
        notes.append(_NO_SNAPSHOT)
    else:
        source = f"the organization as it was at {snapshot.taken:%Y-%m-%d %H:%M} UTC"
        names = {str(a.id): a.name for a in snapshot.organization.accounts.values()}
        if snapshot.taken < window.end - timedelta(days=1):
            notes.append("the snapshot is older than these hours: accounts and Regions since then are not expected")
        notes += _unread_accounts(snapshot) + _strangers(snapshot, bases)
    return Coverage(
        window=window,
        days=whole_days(window),
        source=source,
        names=names,
        notes=notes,
        is_complete=snapshot is not None and not _unread_accounts(snapshot),
    )


_NO_SNAPSHOT = (
    "UNKNOWN: without a snapshot nobody says which accounts and Regions there should be: one that was wiped whole is "
    "not missed (add --snapshot FILE)"
)


def _window(sources: Sources, asked: Asked, bases: Places) -> tuple[Window, list[str]]:
    """The last week, or what was asked for; of a folder, from its oldest digest to its newest."""
    latest, notes = sources.now - GRACE, []
    until, since = asked.until or latest, asked.since
    if all(a.is_folder for a in sources.archives):
        first, last = _range(sources, bases) if asked.since is None or asked.until is None else (None, None)
        since = since or first
        if last and asked.until is None:
            until = last - HOUR  # every chain of a copy has come as far as that
            notes.append(f"a folder is judged up to its newest digest ({last:%Y-%m-%d %H:%M} UTC): see --until")
    elif until > latest:
        until = latest
        notes.append("hours that ended less than 3 hours ago are not judged: their digests may still be on their way")
    since = since or until - DEFAULT_SPAN
    window = whole_hours(since, until)
    if not window.count:
        raise UsageError(
            f"there is no whole hour between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M} UTC",
            hint="an hour can be judged 3 hours after its end; give an earlier --since",
        )
    return window, notes


def _range(sources: Sources, bases: Places) -> tuple[datetime | None, datetime | None]:
    """The oldest and the newest digest's end in folders."""
    places = [(a, b, r) for a, b, r in _regions(sources, bases) if a.is_folder]
    found = [e for e in each(sources.pool, lambda place: ends(*place), places) if e]
    return min((f for f, _ in found), default=None), max((n for _, n in found), default=None)


def _regions(sources: Sources, bases: Places) -> Iterator[tuple[Archive, Base, str]]:
    pairs = [pair for found in bases.values() for pair in found]

    def regions(pair: tuple[Archive, Base]) -> list[tuple[Archive, Base, str]]:
        found = find_regions(*pair)
        return [] if isinstance(found, ReadError) else [(*pair, r) for r in found]

    for some in each(sources.pool, regions, pairs):
        yield from some


def _unread_accounts(snapshot: Snapshot) -> list[str]:
    blind = [a.id for a in snapshot.active() if a.regions is None]
    if not blind:
        return []
    some = ", ".join(blind[:5]) + (" …" if len(blind) > 5 else "")
    return [f"UNKNOWN: the enabled Regions of {some} could not be read; only those enabled everywhere are expected"]


def _strangers(snapshot: Snapshot, bases: Mapping[str, object]) -> list[str]:
    left = sorted(set(bases) - set(snapshot.organization.accounts))
    if not left:
        return []
    some = ", ".join(left[:5]) + (" …" if len(left) > 5 else "")
    return [f"the archive also holds logs of {len(left)} accounts that are not in the organization: {some}"]


def wish_of(spec: Spec | None, snapshot: Snapshot | None) -> Wish:
    """What the specification says, in the words of this organization."""
    if spec is None or snapshot is None:
        return Wish(retention_days=spec.archive.retention_days if spec else None)
    wanted = spec.organization.regions
    rules = []
    for rule in spec.organization.exclude:
        alone = spec.organization.model_copy(update={"exclude": (rule,)})
        places = excluded(
            spec.model_copy(update={"organization": alone}), snapshot.organization, rule.until or date.min
        )
        rules.append(Exclusion(places=frozenset(places), reason=rule.reason, until=rule.until))
    return Wish(
        regions=None if wanted == "enabled" else frozenset(wanted),
        exclusions=tuple(rules),
        retention_days=spec.archive.retention_days,
    )


def units_of(sources: Sources, asked: Asked, bases: Places, found: Coverage, wish: Wish) -> list[Unit]:
    """What is expected of each account and Region, and where to look. Raises UsageError where nothing is left."""
    if sources.snapshot is None:
        wanted: Iterable[Expected] = _of_archive(sources, asked, bases, found)
    else:
        only = None if asked.accounts is None else frozenset(AccountId(a) for a in asked.accounts)
        wanted = expected(sources.snapshot, found.window, wish, now=sources.now, only=only)
    chosen = [e for e in wanted if not asked.regions or e.region in asked.regions or e.region == EVERY_REGION]
    refused = next((n for n in found.notes if "not listed" in n), None)
    if not chosen and refused:
        raise TrailkeepError(refused, hint="let the reader list the bucket (s3:ListBucket)")
    if not chosen:
        raise UsageError(
            "there is nothing to look at: no account and Region is left",
            hint="name the folder that holds AWSLogs/, and check --account and --region",
        )
    if not refused:
        refuse_unfound(asked, chosen, by_archive=sources.snapshot is None)
    return [Unit(e, tuple(bases.get(e.account, ()))) for e in chosen]


def refuse_unfound(asked: Asked, chosen: Sequence[Expected], *, by_archive: bool) -> None:
    """What was asked for by name must be among what is looked at: a wiped account is not covered by leaving it out."""
    accounts, regions = {e.account for e in chosen}, {e.region for e in chosen}
    unfound = {"--account": (asked.accounts or frozenset()) - accounts if by_archive else frozenset()}
    unfound["--region"] = asked.regions - regions if EVERY_REGION not in regions else frozenset()
    for option, names in unfound.items():
        if names:
            raise UsageError(
                f"nothing says that there should be logs of {', '.join(sorted(names))}",
                hint=f"check {option}; without --snapshot only what left a folder in the archive is known",
            )


def _of_archive(sources: Sources, asked: Asked, bases: Places, found: Coverage) -> list[Expected]:
    """The accounts and Regions that have a folder, and those that the other accounts of the same trail have."""
    there = {(b.account, b, r) for _, b, r in _regions(sources, bases) if not r.startswith("/")}
    chains = [Chain(base=b, region=r, trail="", home_region="") for _, b, r in there]
    implied = {(c.base.account, c.region) for c in by_symmetry(chains)}
    places = sorted({(a, r) for a, _, r in there if Region.pattern.fullmatch(r)} | implied)
    return [
        Expected(account=a, region=r, cells=found.window.full)
        for a, r in places
        if asked.accounts is None or a in asked.accounts
    ]
