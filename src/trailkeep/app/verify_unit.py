"""One account in one Region: its digests in their order, their log files beside them, and what is not there.

Digests are fetched ahead and judged one by one as they come; a digest is settled when the next of its chain is known,
because that one holds a second copy of its signature. Log files are fetched as soon as the digest that names them is
proved. Never more than some hundred objects are held.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from queue import SimpleQueue
from typing import Final

from trailkeep.app.attest import Attested, Row
from trailkeep.app.verify_logs import Dark, Shelf
from trailkeep.app.verify_pool import Fetched, fetch
from trailkeep.app.verify_run import IN_FLIGHT, Tools, Unit, UnitResult, listing, state_of
from trailkeep.ports import Entry, NotThereError, ReadError
from trailkeep.verify.chain import HOUR, Hole, Seen, end_of, follow, hours
from trailkeep.verify.content import LARGEST_DIGEST
from trailkeep.verify.digest import Digest, LogFile
from trailkeep.verify.judge import OBSTACLES, Fault, Judged, judge, judge_log, proved_by
from trailkeep.verify.keys import Chain, DigestKey, Folder, parse_digest
from trailkeep.verify.verdict import Cause, Finding, Kind, Verdict, verdict_of

AHEAD: Final = 48
"""So many digests are fetched before the first of them is settled."""

LOGS_AHEAD: Final = 384
_TODO: Final = 4_000
_TOGETHER: Final = 4
_HELD: Final = 256 << 10
"""Stored bytes of digests on their way; they are some twenty times that in memory."""
_BEFORE: Final = timedelta(days=1)


@dataclass(slots=True)
class Slot:
    """One digest on its way. A witness lies outside the window: it proves its neighbour, and is not judged itself."""

    key: DigestKey
    state: str
    size: int = 0
    is_witness: bool = False
    attested: Attested | None = None
    is_gone: bool = False
    found: Fetched | ReadError | None = None
    judged: Judged | None = None
    is_begun: bool = False
    is_settled: bool = False
    is_whole: bool = True
    left: int = 0
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """How far one chain is."""

    before: Seen | None = None
    unproved: list[DigestKey] = field(default_factory=list)
    pending: Slot | None = None
    last_end: datetime | None = None
    """The end of the last digest that was settled, whatever came of it."""


Wanted = tuple[Slot | None, LogFile | None]
"""A digest (no log file), or a log file with the digest that names it (None for one that was verified before)."""

Answer = list[tuple[Slot | None, LogFile | None, Fetched | ReadError]]


def verify_unit(unit: Unit, tools: Tools) -> UnitResult:
    """Verify everything that lies in one account and Region. Nothing that cannot be read stops it."""
    return _Run(unit, tools).go()


class _Run:
    def __init__(self, unit: Unit, tools: Tools) -> None:
        self.unit = unit
        self.tools = tools
        self.result = UnitResult()
        self.shelf = Shelf(tools, unit, self.result, again=self.look_again, gone=self.tell_gone)
        self.lines: dict[tuple[Chain, bool], Line] = {}
        self.queue: deque[Slot] = deque()
        self.todo: deque[tuple[Slot | None, LogFile]] = deque()
        self.under_way = 0
        self.reply: SimpleQueue[Answer | BaseException] = SimpleQueue()

    def go(self) -> UnitResult:
        try:
            for slot in self.slots():
                self.queue.append(slot)
                if slot.attested is None:
                    self.submit([(slot, None)])
                else:
                    self.advance()
                while self.is_full():
                    self.pump()
        except ReadError as error:
            self.unlisted(error)
        while self.queue or self.todo or self.under_way:
            self.pump()
        for line in self.lines.values():
            self.settle(line, None)
        self.drain()
        self.tails()
        self.shelf.list_before(None)
        self.drain()
        return self.result

    def is_full(self) -> bool:
        """Whether enough is held: a digest may have two kilobytes, or megabytes with thousands of log files."""
        held = sum(s.size for s in self.queue)
        return len(self.queue) >= AHEAD or held > _HELD or len(self.todo) > _TODO

    # the digests, as they are listed and as they are remembered

    def slots(self) -> Iterator[Slot]:
        window, folder = self.unit.window, self.unit.base.folder(Folder.DIGEST, self.unit.region)
        first = window.since - _BEFORE if window.since else None
        after = f"{folder}{first:%Y/%m/%d}/" if first else ""
        witness: dict[tuple[Chain, bool], Slot] = {}
        followed: set[tuple[Chain, bool]] = set()
        for slot in self.merged(folder, after):
            line = (slot.key.chain, slot.key.is_backfill)
            if self.unit.trail and slot.key.chain.trail != self.unit.trail:
                self.shelf.mixed = True
            elif window.since and slot.key.end <= window.since:
                witness[line] = slot
            elif window.until and slot.key.end > window.until:
                if slot.key.end > window.until + 2 * HOUR and slot.key.end.date() > window.until.date():
                    return
                if line not in followed and slot.key.end <= window.until + 2 * HOUR:
                    followed.add(line)
                    slot.is_witness = True
                    yield slot
            else:
                before = witness.pop(line, None)
                if before is not None:
                    before.is_witness = True
                    yield before
                yield slot

    def merged(self, folder: str, after: str) -> Iterator[Slot]:
        ledger, window = self.tools.ledger, self.unit.window
        old = ledger.digests(self.unit.base, self.unit.region, window.since, window.until) if ledger else iter(())
        known = next(old, None)
        for entry, state in listing(self.tools, folder, after):
            while known is not None and known.key < entry.key:
                yield from self.missed(known)
                known = next(old, None)
            same = known if known is not None and known.key == entry.key else None
            if same is not None:
                known = next(old, None)
            key = parse_digest(entry.key)
            if key is None:
                self.stray(entry)
            elif same is not None and same.state(recheck=self.tools.recheck) == state:
                yield Slot(key, state, attested=same)
            else:
                yield Slot(key, state, entry.size)
        while known is not None:
            yield from self.missed(known)
            known = next(old, None)

    def missed(self, known: Attested) -> Iterator[Slot]:
        key = parse_digest(known.key)
        if key is not None and (not self.is_expired(key.end)):
            yield Slot(key, "", attested=known, is_gone=True)

    def stray(self, entry: Entry) -> None:
        if entry.size == 0 and not entry.key.endswith(".json.gz"):
            return
        self.find(Cause.UNREFERENCED, Kind.DIGEST, entry.key, detail="it lies among digests and is not named like one")

    # the work: one answer at a time

    def submit(self, wanted: list[Wanted]) -> None:
        self.under_way += len(wanted)
        store, stored = self.tools.store, self.tools.ledger is not None

        def job() -> Answer:
            return [(slot, file, one(slot, file)) for slot, file in wanted]

        def one(slot: Slot | None, file: LogFile | None) -> Fetched | ReadError:
            if file is not None:
                return fetch(store, file.key, stored=stored)
            assert slot is not None
            return fetch(store, str(slot.key), keep=LARGEST_DIGEST, stored=stored)

        self.tools.pool.submit(job, self.reply)

    def pump(self) -> None:
        while self.todo and self.under_way < LOGS_AHEAD:
            # few go one by one, for speed; many go together, to spare the threads their hand-overs
            together = _TOGETHER if len(self.todo) > self.tools.pool.workers else 1
            self.submit([*(self.todo.popleft() for _ in range(min(together, len(self.todo))))])
        self.advance()
        if not self.under_way:
            return
        answer = self.reply.get()
        if isinstance(answer, BaseException):
            raise answer
        self.under_way -= len(answer)
        for slot, file, found in answer:
            self.took(slot, file, found)

    def took(self, slot: Slot | None, file: LogFile | None, found: Fetched | ReadError) -> None:
        if isinstance(found, Fetched):
            self.result.totals.read_bytes += found.content.stored_size
            self.result.totals.raw_bytes += found.content.size
            self.tools.progress.objects(1, found.content.stored_size)
        if file is not None:
            self.took_log(slot, file, found)
        elif slot is not None:
            slot.found = found
            self.advance()

    def drain(self) -> None:
        while self.todo or self.under_way:
            self.pump()

    def advance(self) -> None:
        while self.queue and (self.queue[0].found is not None or self.queue[0].attested is not None):
            if len(self.todo) > _TODO:
                return
            self.place(self.queue.popleft())

    def place(self, slot: Slot) -> None:
        """A digest takes its place behind the others of its chain; the one before it can be settled."""
        line = self.lines.setdefault((slot.key.chain, slot.key.is_backfill), Line())
        slot.judged = self.judged(slot)
        self.settle(line, slot.judged.digest)
        line.pending = slot
        if slot.judged.is_proved:
            self.begin(slot)
        recent = [x.pending.key.end for x in self.lines.values() if x.pending]
        safe = min(end for end in recent if end > slot.key.end - _BEFORE) - 3 * HOUR
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
            for row in slot.attested.rows:
                self.shelf.name(row.key, row.state(recheck=self.tools.recheck))
            if not slot.is_witness:
                self.count(slot.key.chain, logs=len(slot.attested.rows), attested=True)
            return
        for file in slot.judged.digest.log_files:
            self.shelf.name(file.key)
            if slot.is_witness:
                continue
            slot.left += 1
            self.todo.append((slot, file))
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
            fault = self.linked(line, now, is_witness=slot.is_witness and line.before is None) or judged.fault
            line.before, line.unproved = now, []
        else:
            fault = judged.fault or Fault(cause=Cause.FORMAT, detail="it is not a digest")
            line.unproved.append(slot.key)
            self.darken(slot.key.end - HOUR, slot.key.end, fault)
        if slot.is_gone:
            fault = Fault(cause=Cause.DELETED, detail="it was there when it was verified")
        slot.is_settled = True
        self.said(slot, fault)
        self.finish(slot)

    def linked(self, line: Line, now: Seen, *, is_witness: bool) -> Fault | None:
        fault = None
        since = self.unit.window.since
        if is_witness:
            return None
        if since and line.before is None and not line.unproved and now.digest.previous and not now.key.is_backfill:
            for hole in hours(now.key.at(now.start), since, now.start - HOUR, "no digest of that hour is left"):
                self.hole(now.key.chain, hole)
        for wrong in follow(line.before, line.unproved, now):
            if isinstance(wrong, Fault):
                fault = fault or wrong
            elif line.before is not None or not self.is_expired(wrong.end):
                self.hole(now.key.chain, wrong)
        return fault

    def is_expired(self, end: datetime) -> bool:
        oldest = self.tools.oldest()
        return oldest is not None and end <= oldest

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
        self.find(fault.cause, kind, str(slot.key), slot.key.chain, start, slot.key.end, fault.detail)

    # the log files

    def took_log(self, slot: Slot | None, file: LogFile, found: "Fetched | ReadError") -> None:
        fault: Fault | None
        bucket = self.tools.store.bucket
        if isinstance(found, NotThereError):
            fault = Fault(cause=Cause.DELETED, detail="its digest names it, and it is not there")
        elif isinstance(found, ReadError):
            fault = Fault(cause=OBSTACLES[found.why], detail=found.detail)
        elif bucket and file.bucket != bucket:
            fault = Fault(cause=Cause.ELSEWHERE, detail=f"its digest says that it lies in the bucket {file.bucket}")
        else:
            fault = judge_log(file, found.content)
        chain = slot.key.chain if slot else None
        if fault is None:
            if slot is None:
                self.result.totals.attested += 1
            self.result.totals.add(Kind.LOG, Verdict.VALID)
            if chain:
                self.result.chain(chain).logs += 1
        else:
            end = slot.key.end if slot else None
            start = slot.judged.digest.start if slot and slot.judged and slot.judged.digest else None
            self.find(fault.cause, Kind.LOG, file.key, chain, start, end, fault.detail)
        if slot is None:
            return
        if fault is not None:
            slot.is_whole = False
        elif isinstance(found, Fetched) and self.tools.ledger:
            slot.rows.append(_row(file.key, found))
        slot.left -= 1
        self.finish(slot)

    def finish(self, slot: Slot) -> None:
        """A digest whose log files are all verified is remembered."""
        ledger = self.tools.ledger
        if not slot.is_settled or slot.left or slot.is_witness or slot.attested is not None or ledger is None:
            return
        if slot.is_whole and slot.judged and slot.judged.digest and isinstance(slot.found, Fetched):
            row = _row(str(slot.key), slot.found)
            ledger.attest(slot.key, slot.judged.digest, slot.judged.signature, row, slot.rows)
        slot.rows, slot.found, slot.judged = [], None, None

    def look_again(self, key: str) -> None:
        """A verified log file was written again: what it holds now decides."""
        ledger = self.tools.ledger
        row = ledger.row(self.unit.base, self.unit.region, key) if ledger else None
        if row is not None:
            self.result.totals.add(Kind.LOG, Verdict.VALID, -1)
            self.result.totals.attested -= 1
            file = LogFile(bucket=self.tools.store.bucket, key=key, hash=row.raw_sha256)
            self.todo.append((None, file))

    def tell_gone(self, day: date, names: frozenset[int]) -> None:
        ledger = self.tools.ledger
        for key in ledger.keys_of(self.unit.base, self.unit.region, day, names) if ledger else ():
            self.result.totals.add(Kind.LOG, Verdict.VALID, -1)
            self.result.totals.attested -= 1
            self.find(Cause.DELETED, Kind.LOG, key, detail="it was there when it was verified")

    # what is not there

    def tails(self) -> None:
        window = self.unit.window
        until = min(window.until, window.expected) if window.until else window.expected
        covered = [until - IN_FLIGHT]
        for (chain, is_backfill), line in self.lines.items():
            if is_backfill:
                continue
            if line.before is not None:
                for hole in end_of(line.before, line.unproved, until):
                    self.hole(chain, hole)
            elif line.last_end and line.last_end < until - HOUR:
                self.gap(chain, line.last_end, until, "no digest that can be believed says what came then")
            if line.last_end:
                covered.append(line.last_end if line.last_end > until else line.last_end - IN_FLIGHT)
        self.shelf.judged_until = max(covered)

    def hole(self, chain: Chain, hole: Hole) -> None:
        window = self.unit.window
        if (window.since and hole.end <= window.since) or (window.until and hole.start >= window.until):
            return
        cause = Cause.DELETED if hole.key else Cause.GAP
        self.darken(hole.start, hole.end, Fault(cause=cause, detail=hole.detail))
        if hole.key is None:
            self.gap(chain, hole.start, hole.end, hole.detail)
        else:
            kind = Kind.BACKFILL if hole.key.is_backfill else Kind.DIGEST
            self.find(Cause.DELETED, kind, str(hole.key), chain, hole.start, hole.end, hole.detail)

    def gap(self, chain: Chain, start: datetime, end: datetime, detail: str) -> None:
        self.darken(start, end, Fault(cause=Cause.GAP, detail=detail))
        self.find(Cause.GAP, Kind.HOURS, "", chain, start, end, detail)

    def darken(self, start: datetime, end: datetime, fault: Fault) -> None:
        unreadable = verdict_of(fault.cause) is Verdict.UNREADABLE
        cause = fault.cause if unreadable else Cause.UNPROVEN
        why = "could not be read" if unreadable else "is gone or not to be believed"
        detail = f"the digest that would name it {why}"
        self.shelf.dark.append(Dark(start=start, end=end, cause=cause, detail=detail))

    def unlisted(self, error: ReadError) -> None:
        window = self.unit.window
        folder = self.unit.base.folder(Folder.DIGEST, self.unit.region)
        detail = f"the digests could not be listed: {error.detail}"
        self.find(OBSTACLES[error.why], Kind.HOURS, folder, None, window.since, window.expected, detail)
        self.shelf.dark.append(
            Dark(
                start=datetime.min.replace(tzinfo=UTC) + HOUR,
                end=window.expected,
                cause=OBSTACLES[error.why],
                detail=detail,
            )
        )

    def count(self, chain: Chain, *, logs: int, attested: bool) -> None:
        self.result.chain(chain).logs += logs
        self.result.totals.add(Kind.LOG, Verdict.VALID, logs)
        if attested:
            self.result.totals.attested += logs

    def find(
        self,
        cause: Cause,
        kind: Kind,
        key: str,
        chain: Chain | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        detail: str = "",
    ) -> None:
        finding = Finding(
            cause=cause,
            kind=kind,
            bucket=self.tools.store.bucket,
            key=key,
            account=self.unit.base.account,
            region=self.unit.region,
            trail=chain.trail if chain else "",
            start=start,
            end=end,
            detail=detail,
        )
        self.result.totals.add(kind, finding.verdict)
        if chain:
            self.result.chain(chain).bad += 1
        self.tools.sink.add(finding)


def _row(key: str, found: Fetched) -> Row:
    return Row(
        key=key,
        version=found.found.version,
        listed=state_of(found.found.entry),
        raw_sha256=found.content.sha256,
        stored_sha256=found.content.stored_sha256,
        size=found.content.stored_size,
        etag=found.found.entry.etag,
    )
