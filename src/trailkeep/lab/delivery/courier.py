"""The courier: delivers what is due up to a moment, trail by trail, account by account, Region by Region.

1. Events wait some minutes and go into a log file of their account and Region, every five minutes.
2. Every hour a signed digest lists the log files delivered since the last one, even when there are none.
3. A stopped trail gets its remaining log files and a last, shorter digest; started again it begins a new chain.
4. Where the bucket or the key refuses, everything waits and is tried again (CloudTrail User Guide: for 30 days).
"""

from __future__ import annotations

from itertools import groupby

from trailkeep.lab.delivery.events import Event, delayed
from trailkeep.lab.delivery.ledger import Cell, Chain, Ledger, Line
from trailkeep.lab.delivery.objects import put_object
from trailkeep.lab.delivery.scope import hears, is_gone, is_over, obstacle, open_lines, place_of, reach
from trailkeep.lab.delivery.trail_files import File, digest_file, log_file
from trailkeep.lab.world import World

SLOT = 300
"""Seconds between log files of one account and Region."""
LATENCY = 120
"""Seconds from an event to the earliest log file that may hold it."""
HOUR = 3600
GIVES_UP_AFTER = 30 * 86_400
MOST_EVENTS = 4_000
"""Events in one log file; more make further files of the same slot."""


def keep(world: World, ledger: Ledger, event: Event) -> None:
    """Let every trail that records an event remember it until its log file is due."""
    cell = event.account, event.region
    late = ledger.holds.get(cell, 0)
    due = -(-(event.time + LATENCY + late) // SLOT) * SLOT
    event = delayed(event) if late else event
    for line in ledger.lines.values():
        if hears(world, line, event):
            line.pending[cell].append((due, event))


def deliver(world: World, ledger: Ledger, until: float) -> None:
    """Deliver everything that is due by `until`, seconds since the epoch."""
    for arn, line in tuple(ledger.lines.items()):
        if is_over(world, line):
            _finish(world, ledger, line, until)
            del ledger.lines[arn]
            if is_gone(world, line):
                ledger.forget(arn)
    open_lines(world, ledger, until)
    for line in ledger.lines.values():
        cells = list(reach(world, line))
        for cell in cells:
            _serve(world, ledger, line, cell, until)
        for gone in set(line.chains) - set(cells):
            del line.chains[gone]
        line.served = until
    ledger.last_run = until


def _serve(world: World, ledger: Ledger, line: Line, cell: Cell, until: float) -> None:
    chain = line.chains.get(cell)
    if chain is None:
        chain = line.chains[cell] = Chain(begins=float(int(max(line.since, line.served or 0))))
    due = [(slot, event) for slot, event in line.pending.get(cell, ()) if slot <= until]
    validating = bool(line.trail.log_validation)
    if due or (validating and chain.begins + HOUR <= until):
        outcome = ledger.outcomes[line.trail.arn, cell]
        outcome.error = obstacle(world, line, cell)
        if outcome.error:
            outcome.failed = until
            line.pending[cell] = [(s, e) for s, e in line.pending[cell] if e.time > until - GIVES_UP_AFTER]
            return
        line.pending[cell] = [(slot, event) for slot, event in line.pending[cell] if slot > until]
        _write_logs(world, ledger, line, cell, [(max(slot, outcome.failed or 0), event) for slot, event in due])
    if not validating:  # the chain is broken: validation begins a new one
        line.chains[cell] = Chain(begins=float(int(until)))
    while validating and chain.begins + HOUR <= until:
        _write_digest(world, ledger, line, cell, chain.begins + HOUR)


def _finish(world: World, ledger: Ledger, line: Line, until: float) -> None:
    """Everything that is left, and the last digests of a trail that stopped, was deleted, or changed its layout.

    What the bucket refuses at this moment is lost; AWS would go on trying.
    """
    stopped = getattr(line.trail.status, "stopped_at", None)
    end = stopped if stopped is not None and not line.trail.status.is_logging else until
    for cell in set(line.chains) | {cell for cell, waiting in line.pending.items() if waiting}:
        chain = line.chains.setdefault(cell, Chain(begins=float(int(line.since))))
        if obstacle(world, line, cell):
            continue
        _write_logs(world, ledger, line, cell, [(min(slot, end), event) for slot, event in line.pending.pop(cell, ())])
        if not line.trail.log_validation:
            continue
        while chain.begins + HOUR < end:
            _write_digest(world, ledger, line, cell, chain.begins + HOUR)
        if int(end) > chain.begins:
            _write_digest(world, ledger, line, cell, float(int(end)), everything=True)


def _write_logs(world: World, ledger: Ledger, line: Line, cell: Cell, due: list[tuple[float, Event]]) -> None:
    place, chain = place_of(world, line, cell), line.chains[cell]
    for moment, group in groupby(sorted(due, key=lambda one: (one[0], one[1].time)), key=lambda one: one[0]):
        events = [event for _, event in group]
        for start in range(0, len(events), MOST_EVENTS):
            part = events[start : start + MOST_EVENTS]
            times = [event.time for event in part]
            ledger.written += 1
            file, entry = log_file(
                place, [event.record for event in part], moment, f"{ledger.seed}/{line.trail.arn}/{ledger.written}",
                oldest=min(times), newest=max(times),
            )  # fmt: skip
            _put(world, line, file, moment)
            chain.files.append((moment, entry))
            ledger.outcomes[line.trail.arn, cell].delivered = moment


def _write_digest(
    world: World, ledger: Ledger, line: Line, cell: Cell, ends: float, *, everything: bool = False
) -> None:
    chain = line.chains[cell]
    covered = [log for moment, log in chain.files if everything or moment <= ends]
    file, chain.previous = digest_file(
        place_of(world, line, cell), ledger.keys, begins=chain.begins, ends=ends, files=covered, previous=chain.previous
    )
    _put(world, line, file, ends)
    chain.files = [] if everything else [one for one in chain.files if one[0] > ends]
    chain.begins = ends
    ledger.outcomes[line.trail.arn, cell].digested = ends


def _put(world: World, line: Line, file: File, moment: float) -> None:
    put_object(
        world, file.bucket, file.key, file.body,
        moment=moment, metadata=file.metadata, kms_key=line.trail.kms_key_id,
    )  # fmt: skip
