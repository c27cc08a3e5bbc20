"""AWS Config's deliveries, and the sample of objects that are read."""

import random
from datetime import UTC, datetime

from trailkeep.app.coverage.expiry import Expiries, shortest
from trailkeep.app.coverage.place import Archive
from trailkeep.app.coverage.run import Asked, Coverage, Sources, Unit
from trailkeep.app.coverage.sample import Draw, Sample, Spot, oldest, take
from trailkeep.app.pool import each
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.recorder import Channel
from trailkeep.model.snapshot import Snapshot
from trailkeep.ports import ReadError, Store
from trailkeep.verify.coverage.causes import judge, without_region
from trailkeep.verify.coverage.config import NOTHING, config_facts, config_folder, days_of, months
from trailkeep.verify.coverage.expected import EVERY_REGION, Expected, Wish, expected
from trailkeep.verify.coverage.retention import judge_retention
from trailkeep.verify.coverage.row import Row
from trailkeep.verify.coverage.seen import Seen
from trailkeep.verify.coverage.window import Window
from trailkeep.verify.keys import Base, Folder


def config_rows(sources: Sources, snapshot: Snapshot, asked: Asked, wish: Wish, found: Coverage) -> list[Row]:
    """AWS Config, day by day: one listing of folders for each month."""
    window = found.days
    only = None if asked.accounts is None else frozenset(AccountId(a) for a in asked.accounts)
    wanted = [
        e
        for e in expected(snapshot, window, wish, now=sources.now, only=only)
        if window.count and (not asked.regions or e.region in asked.regions or e.region == EVERY_REGION)
    ]

    def one(its: Expected) -> Row:
        if not its.cells:
            return judge(its, Seen(), (), window)
        its = without_region(its, Seen(), found.enabled.get((its.account, its.region)), window)
        account, region = AccountId(its.account), Region(its.region)
        cell = None if snapshot.unread(account, region, "config") else snapshot.cell(account, region)
        channel = cell.channel if cell else None
        archive = sources.config.get(channel.bucket) if channel else None
        days = Seen()
        if archive is not None and channel is not None:
            days = _days(archive, config_folder(channel.prefix, account, region), window, its.cells)
        elif channel is not None:
            days = Seen(unread=f"the bucket {channel.bucket} was not opened")
        return judge(its, days, config_facts(cell, days.oldest, window), window, nothing=NOTHING)

    return sorted(each(sources.pool, one, wanted), key=lambda r: (r.account, r.region))


def _days(archive: Archive, folder: str, window: Window, wanted: int) -> Seen:
    """The days on which something arrived; the first day ever, where the first days that are wanted are without."""
    store = archive.store
    try:
        cells = days_of((f for month in months(window) for f in store.folders(folder + month)), window)
        is_late = wanted & ~cells & ((cells & -cells) - 1) if cells else 0
        oldest = _first_day(store, folder) if is_late else None
    except ReadError as error:
        return Seen(unread=f"{error.detail} ({error.why})")
    return Seen(cells=cells, oldest=oldest)


def _first_day(store: Store, folder: str) -> datetime | None:
    """The oldest day of deliveries. Years, months and days are plain numbers, so their order is not the listing's."""
    parts: list[int] = []
    for _ in range(3):
        numbers = [int(name) for f in store.folders(folder) if (name := f[len(folder) : -1]).isdecimal()]
        if not numbers:
            return None
        parts.append(min(numbers))
        folder += f"{parts[-1]}/"
    try:
        year, month, day = parts
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def sampled(sources: Sources, asked: Asked, units: list[Unit], found: Coverage) -> Sample:
    """Some objects of the accounts, Regions and days that are covered, and the oldest one against what was promised."""
    rows = {(r.account, r.region) for r in found.rows if r.covered}
    places = [
        (archive, base, u.expected.region)
        for u in units
        if (u.expected.account, u.expected.region) in rows
        for archive, base in u.places
    ]
    draws = [d for d in (_log_draw(places, found.window), _config_draw(sources, found)) if d is not None]
    taken = tuple(sorted(take(draws, asked.sample, asked.seed, sources.pool, sources.cloud), key=lambda t: t.key))
    snapshot, expiries = sources.snapshot, Expiries(sources)
    statuses = [s for cells in snapshot.cells.values() for c in cells.values() for s in c.trails] if snapshot else []
    retention = judge_retention(
        oldest=oldest(places, asked.seed, sources.pool),
        promised=sources.spec.archive.retention_days if sources.spec else None,
        kept=shortest([expiries.kept(archive, base.folder(Folder.LOG, region)) for archive, base, region in places]),
        began=min((s.started for s in statuses if s.started and not s.stopped), default=None),
        now=sources.now,
    )
    return Sample(wanted=asked.sample, taken=taken, retention=retention)


def _log_draw(places: list[tuple[Archive, Base, str]], window: Window) -> Draw | None:
    days = [day for day, _, _ in window.days()]

    def draw(chance: random.Random) -> Spot:
        archive, base, region = chance.choice(places)
        return Spot(archive=archive, folder=base.folder(Folder.LOG, region, chance.choice(days)), kind="log")

    return draw if places else None


def _config_draw(sources: Sources, found: Coverage) -> Draw | None:
    days = [(day, first) for day, first, _ in found.days.days()]
    rows = [(row, channel) for row in found.config if row.covered and (channel := _channel(sources, row)) is not None]

    def draw(chance: random.Random) -> Spot:
        row, channel = chance.choice(rows)
        day = chance.choice([day for day, first in days if row.covered >> first & 1])
        folder = config_folder(channel.prefix, row.account, row.region)
        where = sources.config[channel.bucket]
        return Spot(archive=where, folder=f"{folder}{day.year}/{day.month}/{day.day}/", kind="config")

    return draw if rows else None


def _channel(sources: Sources, row: Row) -> Channel | None:
    cell = sources.snapshot.cell(AccountId(row.account), Region(row.region)) if sources.snapshot else None
    channel = cell.channel if cell else None
    return channel if channel is not None and channel.bucket in sources.config else None
