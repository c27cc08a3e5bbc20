"""One account in one Region: its digests in their order, their log files beside them, and what is not there.

Digests are fetched ahead and judged one by one as they come; a digest is settled when the next of its chain is known,
because that one holds a second copy of its signature. Log files are fetched as soon as the digest that names them is
proved. Never more than some hundred objects are held.
"""

from collections import deque
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from trailkeep.app.pool import Fetched
from trailkeep.app.verify.deleted import fetch_deleted
from trailkeep.app.verify.ends import tell_ends, tell_silence
from trailkeep.app.verify.errands import Came, Errands, Log, row_of
from trailkeep.app.verify.logs import Shelf
from trailkeep.app.verify.run import Lead, Tools, Unit, UnitResult
from trailkeep.app.verify.slots import BEFORE, Line, Slot, Slots, was_deleted
from trailkeep.app.verify.tell import Telling
from trailkeep.ports import NotThereError, ReadError
from trailkeep.verify.chain import HOUR, Seen, follow, hours
from trailkeep.verify.digest import Digest, Link, LogFile
from trailkeep.verify.judge import OBSTACLES, Fault, Judged, judge, proved_by
from trailkeep.verify.keys import Folder, Strand, parse_log
from trailkeep.verify.verdict import Cause, Kind, Verdict

AHEAD: Final = 48
"""So many digests are fetched before the first of them is settled."""

_WAITING: Final = 4_000
"""So many log files may wait for a thread before no more digests are read."""

_HELD: Final = 256 << 10
"""Stored bytes of digests on their way; they are some twenty times that in memory."""


def lookahead(requests: int, units: int) -> tuple[int, int]:
    """How many digests are fetched ahead and how many log files wait, where what is verified is remembered.

    What is fetched and not remembered yet is fetched again after a kill. So it is no more than keeps `requests` busy,
    shared by `units` that are verified at the same time.
    """
    share = max(2, 2 * requests // units)
    return min(AHEAD, share), share


def verify_unit(unit: Unit, tools: Tools) -> UnitResult:
    """Verify everything that lies in one account and Region. Nothing that cannot be read stops it."""
    return _Run(unit, tools).go()


class _Run:
    def __init__(self, unit: Unit, tools: Tools) -> None:
        self.unit = unit
        self.tools = tools
        self.result = UnitResult(unit=unit)
        self.shelf = Shelf(tools, unit, self.result, again=self.look_again, gone=self.tell_gone, late=self.look_deleted)
        self.telling = Telling(unit, tools, self.result, self.shelf)
        self.slots = Slots(self.telling)
        self.lines: dict[Strand, Line] = {}
        self.queue: deque[Slot] = deque()
        self.errands = Errands(tools)
        self.ahead, self.waiting = AHEAD, _WAITING
        if tools.ledger is not None:
            self.ahead, self.waiting = lookahead(tools.pool.workers, tools.at_once)

    def go(self) -> UnitResult:
        try:
            for slot in self.slots:
                self.queue.append(slot)
                if slot.attested is None and slot.found is None:
                    self.errands.digest(slot)
                else:
                    self.read_digest(slot)
                    self.advance()
                while self.is_full():
                    self.pump()
        except ReadError as error:
            self.telling.unlisted(error)
        while self.queue or self.errands.open:
            self.pump()
        for line in self.lines.values():
            self.settle(line, None)
        self.drain()
        if self.tools.is_ahead:
            return self.result
        self.shelf.judged_until = tell_ends(self.telling, self.lines)
        self.shelf.list_before(None)
        self.drain()
        tell_silence(self.telling, self.lines)
        return self.result

    def is_full(self) -> bool:
        """Whether enough is held: a digest may have two kilobytes, or megabytes with thousands of log files."""
        held = sum(s.size for s in self.queue)
        return len(self.queue) >= self.ahead or held > _HELD or self.errands.waiting > self.waiting

    # the work: one answer at a time

    def pump(self) -> None:
        self.advance()
        if self.errands.open:
            self.took(self.errands.next())

    def took(self, came: Came) -> None:
        if came.digest is not None:
            slot, found = came.digest
            slot.found = found
            self.read_digest(slot)
            self.advance()
            return
        read, size, raw_size, valid = 0, 0, 0, 0
        for log in came.logs:
            read += log.size > 0
            size += log.size
            raw_size += log.raw_size
            valid += self.took_log(log)
        self.result.totals.add(Kind.LOG, Verdict.VALID, valid)
        self.read(read, size, raw_size)

    def read_digest(self, slot: Slot) -> None:
        if isinstance(slot.found, Fetched):
            slot.stored, slot.raw = slot.found.content.stored_size, slot.found.content.size
            self.read(1, slot.stored, slot.raw)

    def read(self, number: int, size: int, raw_size: int) -> None:
        self.tools.progress.objects(number, size)
        if not self.tools.is_ahead:  # what is not attested is read again
            self.count_read(size, raw_size)

    def count_read(self, size: int, raw_size: int) -> None:
        self.result.totals.read_bytes += size
        self.result.totals.raw_bytes += raw_size

    def drain(self) -> None:
        while self.errands.open:
            self.pump()

    def advance(self) -> None:
        while self.queue and (self.queue[0].found is not None or self.queue[0].attested is not None):
            if self.errands.waiting > self.waiting:
                return
            self.place(self.queue.popleft())

    def place(self, slot: Slot) -> None:
        """A digest takes its place behind the others of its chain; the one before it can be settled."""
        line = self.lines.setdefault(slot.key.strand, Line())
        slot.judged = self.judged(slot)
        self.settle(line, slot.judged.digest)
        line.pending = slot
        if slot.judged.is_proved:
            self.begin(slot)
        # what lies before the last settled digest of a chain is told; a hole behind it may still name log files
        recent = [x.last_end or x.pending.key.end for x in self.lines.values() if x.pending]
        here = line.last_end or slot.key.end
        safe = min([here, *(end for end in recent if end > slot.key.end - BEFORE)]) - 3 * HOUR
        self.shelf.list_before(safe.date())

    def judged(self, slot: Slot) -> Judged:
        if slot.attested is not None:
            known = slot.attested
            return Judged(
                key=slot.key,
                digest=known.digest,
                sha256=known.row.raw_sha256,
                signature=known.signature,
                fault=None,
                is_proved=True,
            )
        found = slot.found
        if not isinstance(found, Fetched):
            assert found is not None
            why = Cause.DELETED if isinstance(found, NotThereError) else OBSTACLES[found.why]
            fault = Fault(cause=why, detail=found.detail)
            return Judged(key=slot.key, digest=None, sha256="", signature="", fault=fault, is_proved=False)
        slot.found = replace(found, content=replace(found.content, raw=None))
        return judge(slot.key, self.tools.store.bucket, found.content, found.found.metadata, self.tools.keys)

    def begin(self, slot: Slot) -> None:
        """The log files that a proved digest names are known, and fetched if they were not verified before."""
        assert slot.judged
        assert slot.judged.digest
        slot.is_begun = True
        if slot.attested is not None:
            for day, pairs in slot.attested.named.items():
                self.shelf.name_verified(day, pairs)
            if not slot.is_witness:
                self.telling.count(slot.key.chain, slot.attested.logs)
            slot.attested = replace(slot.attested, named={})
            return
        slot.sum = self.result.chain(slot.key.chain) if not slot.is_witness else None
        for file in slot.judged.digest.log_files:
            self.shelf.name(file.key)
            if slot.is_witness:
                continue
            slot.left += 1
            self.errands.log(slot, file)
        slot.judged = replace(slot.judged, digest=replace(slot.judged.digest, log_files=()))

    def settle(self, line: Line, after: Digest | None) -> None:
        slot, line.pending = line.pending, None
        if slot is None or slot.judged is None:
            return
        judged = slot.judged = proved_by(slot.judged, after, self.tools.keys)
        line.last_end = slot.key.end
        if judged.is_proved and judged.digest is not None:
            if not slot.is_begun:
                self.begin(slot)
            signature = "" if judged.fault else judged.signature
            bare = replace(judged.digest, log_files=())
            now = Seen(key=slot.key, digest=bare, sha256=judged.sha256, signature=signature)
            fault = self.linked(line, now) or judged.fault
            if line.before and bare.previous and bare.previous.key == str(line.before.key):
                self.telling.lighten(line.dark)  # put in between: the chain joins without it
            line.before, line.unproved, line.dark = now, [], []
        else:
            fault = judged.fault or Fault(cause=Cause.FORMAT, detail="it is not a digest")
            line.unproved.append(slot.key)
            line.dark.append(self.telling.darken(slot.key.end - HOUR, slot.key.end, fault))
        if slot.is_gone:
            fault = Fault(cause=Cause.DELETED, detail=_gone(slot))
        slot.is_settled = True
        self.said(slot, fault)
        self.finish(slot)

    def linked(self, line: Line, now: Seen) -> Fault | None:
        fault = None
        since, until = self.unit.window.since, self.unit.window.until
        if since and now.key.end <= since:
            return None
        link = now.digest.previous
        is_first = line.before is None and not line.unproved and link is not None and not now.key.is_backfill
        if is_first and not since and until and now.key.end > until:
            since = until - HOUR  # when it began nobody knows
        if link and link.bucket != now.digest.bucket:
            self.went_elsewhere(line, now, link)
        elif since and is_first:
            for hole in hours(now.key.at(now.start), since, now.start - HOUR, "no digest of that hour is left"):
                if not self.telling.is_expired(hole.end):
                    self.telling.hole(now.key.chain, hole)
        for wrong in follow(line.before, line.unproved, now):
            if isinstance(wrong, Fault):
                fault = fault or wrong
            elif line.before is not None or not self.telling.is_expired(wrong.end):
                self.telling.hole(now.key.chain, wrong)
        return fault

    def went_elsewhere(self, line: Line, now: Seen, link: Link) -> None:
        """The digest before lies in another bucket: followed once this one is done."""
        since = line.before.key.end if line.before else self.unit.window.since
        here = {str(k) for k in line.unproved} | ({str(line.before.key)} if line.before else set())
        if not now.key.is_backfill and link.key not in here and (since is None or now.start > since):
            bucket = self.tools.store.bucket or now.digest.bucket
            end = min(now.start, self.unit.window.until or now.start)
            self.result.onward.append(Lead(by=now.key, bucket=bucket, link=link, since=since, until=end))

    def said(self, slot: Slot, fault: Fault | None) -> None:
        if slot.is_witness:
            return
        kind = Kind.BACKFILL if slot.key.is_backfill else Kind.DIGEST
        digest = slot.judged.digest if slot.judged else None
        chain = self.result.chain(slot.key.chain)
        chain.digests += 1
        chain.saw(digest.start if digest else slot.key.end - HOUR, slot.key.end)
        if fault is None:
            self.result.totals.add(kind, Verdict.VALID)
            self.result.totals.attested += slot.attested is not None
            return
        slot.is_whole = False
        start = digest.start if digest else slot.key.end - HOUR
        version = slot.found.found.version if slot.versions and isinstance(slot.found, Fetched) else ""
        chain_ = slot.key.chain
        self.telling.find(fault.cause, kind, str(slot.key), chain_, start, slot.key.end, fault.detail, version)

    # the log files

    def took_log(self, log: Log) -> bool:
        """Tell what is wrong with a log file; whether it is VALID."""
        slot, fault = log.slot, log.fault
        if fault is None and slot is not None:
            assert slot.sum
            slot.sum.logs += 1
        elif fault is None:
            self.result.totals.attested += 1
        elif log.is_there or not (slot and self.telling.is_expired(slot.key.end, Folder.LOG)):
            chain = slot.key.chain if slot else None
            end = slot.key.end if slot else None
            start = slot.judged.digest.start if slot and slot.judged and slot.judged.digest else None
            self.telling.find(fault.cause, Kind.LOG, log.file.key, chain, start, end, fault.detail)
            if slot:
                slot.is_whole = False
        if slot is None:
            return fault is None
        slot.stored += log.size
        slot.raw += log.raw_size
        if log.row is not None:
            slot.rows.append(log.row)
        slot.left -= 1
        if not slot.left:
            self.finish(slot)
        return fault is None

    def finish(self, slot: Slot) -> None:
        """A digest whose log files are all verified is remembered."""
        ledger = self.tools.ledger
        if not slot.is_settled or slot.left or slot.is_witness or slot.attested is not None or ledger is None:
            return
        if slot.is_whole and slot.judged and slot.judged.digest and isinstance(slot.found, Fetched):
            row = row_of(str(slot.key), slot.found)
            ledger.attest(slot.key, slot.judged.digest, slot.judged.signature, row, slot.rows)
            if self.tools.is_ahead:
                self.count_read(slot.stored, slot.raw)
        slot.rows, slot.found, slot.judged = [], None, None

    def look_again(self, key: str) -> None:
        """A verified log file was written again: what it holds now decides."""
        ledger = self.tools.ledger
        row = ledger.row(self.unit.base, self.unit.region, key) if ledger else None
        if row is not None:
            self.result.totals.add(Kind.LOG, Verdict.VALID, -1)
            self.result.totals.attested -= 1
            file = LogFile(bucket=self.tools.store.bucket, key=key, hash=row.raw_sha256)
            self.errands.log(None, file)

    def look_deleted(self, when: datetime) -> None:
        """A log file that nothing names: perhaps a digest does that was deleted, a backfill digest for instance."""
        for lost in self.slots.deleted.around(when) if self.lines else ():
            slot = was_deleted(lost)
            slot.found = fetch_deleted(self.tools.store, lost.key, lost.versions, self.tools.keys, stored=False)
            slot.is_witness = not self.unit.window.has(lost.key.end)
            slot.judged = self.judged(slot)
            if slot.judged.is_proved:
                self.begin(slot)
            slot.is_settled = True
            if str(slot.key) not in self.telling.missing:
                self.said(slot, Fault(cause=Cause.DELETED, detail=_gone(slot)))

    def tell_gone(self, day: date, names: frozenset[int]) -> None:
        ledger = self.tools.ledger
        for key in ledger.keys_of(self.unit.base, self.unit.region, day, names) if ledger else ():
            named = parse_log(key)
            if named and self.telling.is_expired(named.delivered, Folder.LOG):
                self.result.totals.add(Kind.LOG, Verdict.VALID, -1)
                self.result.totals.attested -= 1
                continue
            self.result.totals.add(Kind.LOG, Verdict.VALID, -1)
            self.result.totals.attested -= 1
            self.telling.find(Cause.DELETED, Kind.LOG, key, detail="it was there when it was verified")


def _gone(slot: Slot) -> str:
    if not slot.versions:
        return "it was there when it was verified"
    if slot.judged and slot.judged.is_proved:
        return "it was deleted; an old version of it is what CloudTrail signed, and speaks for its log files"
    why = slot.judged.fault.detail if slot.judged and slot.judged.fault else "it does not hold"
    return f"it was deleted, and no old version of it can be believed: {why}"
