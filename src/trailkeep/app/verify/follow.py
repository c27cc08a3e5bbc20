"""Chains that go on in another bucket, because a trail's bucket was changed: verified there, as far as it may be read.

Only a digest that CloudTrail signed can name such a bucket. Anybody's trail has signed digests, though, so a name alone
is no reason to knock there with our credentials: the person, the snapshot, or the bucket's owner must vouch for it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from trailkeep.app.pool import each, fetch
from trailkeep.app.verify.run import Lead, Tools, Unit, UnitResult
from trailkeep.ports import Obstacle, ReadError, Store
from trailkeep.verify.content import LARGEST_DIGEST
from trailkeep.verify.judge import OBSTACLES, Judged, judge
from trailkeep.verify.keys import DigestKey, parse_digest
from trailkeep.verify.summary import Summary, Window
from trailkeep.verify.verdict import Cause, Finding, Kind, Verdict

if TYPE_CHECKING:
    from trailkeep.app.verify.attest import Ledger


class NotVouchedError(Exception):
    """Nobody has said that this bucket may be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another bucket of the same trails, opened: `why` it may be read, `oldest` as in Tools."""

    store: Store
    why: str
    ledger: "Ledger | None"
    oldest: Callable[[str], datetime | None]


Opening = Callable[[str], Other]
"""Opens a bucket by its name. Raises NotVouchedError where it must not be read, ReadError where it cannot be."""

Verify = Callable[[list[Unit], Tools], Iterator[UnitResult]]


def follow_leads(leads: Iterable[Lead], opening: Opening, run: Verify, tools: Tools, verified: Summary) -> list[Other]:
    """Verify what came before in other buckets, as often as the bucket was changed; the buckets that were read.

    Every step leads to earlier hours, so it ends. What leads back to the first bucket was verified there.
    """
    left, opened = list(leads), dict[str, Other]()
    while left := [lead for lead in left if lead.link.bucket != tools.store.bucket]:
        bucket = left[0].link.bucket
        here = [lead for lead in left if lead.link.bucket == bucket]
        left = [lead for lead in left if lead.link.bucket != bucket]
        try:
            other = opening(bucket)
        except NotVouchedError as refused:
            _unread(here, Cause.ELSEWHERE, str(refused), tools, verified)
        except ReadError as error:
            _unread(here, OBSTACLES[error.why], error.detail, tools, verified)
        else:
            if bucket not in opened:
                verified.notes.append(
                    f"{count_of(here)} on in the bucket {bucket}, which was read too: digests signed by CloudTrail "
                    f"name it, and {other.why}"
                )
            opened[bucket] = other
            left += _there(here, other, run, tools, verified)
            if other.ledger is not None:  # one writer at a time
                other.ledger.close()
    return list(opened.values())


def count_of(leads: list[Lead]) -> str:
    """So many chains go."""
    return "1 chain goes" if len(leads) == 1 else f"{len(leads):,} chains go"


def _there(leads: list[Lead], other: Other, run: Verify, tools: Tools, verified: Summary) -> list[Lead]:
    """Verify some chains in the bucket they go on in; where they go on from there."""
    sink = _Named(tools, other.store.bucket)
    there = replace(tools, store=other.store, sink=sink, ledger=other.ledger, inventory=None, oldest=other.oldest)
    found: list[Lead] = []
    known: dict[Unit, tuple[Lead, DigestKey]] = {}
    for lead in leads:
        named = parse_digest(lead.link.key)
        if named is None:
            _unread([lead], Cause.OTHER, f"{lead.link.key}, which is named there, is no digest", tools, verified)
            continue
        window = Window(since=lead.since, until=lead.until, expected=lead.until)
        unit = Unit(base=named.chain.base, region=named.chain.region, window=window, trail=named.chain.trail)
        known[unit] = lead, named
    for result in run(list(known), there):
        verified.totals.merge(result.totals)
        verified.chains.extend(replace(c, bucket=other.store.bucket) for c in result.chains.values())
        found += result.onward
    for lead, judged in each(tools.pool, lambda it: (it[0], _read(*it, there)), known.values()):
        _check_link(lead, judged, there, sink, verified)
    return found


def _read(lead: Lead, named: DigestKey, there: Tools) -> Judged | ReadError:
    found = fetch(there.store, lead.link.key, keep=LARGEST_DIGEST, stored=False)
    if isinstance(found, ReadError):
        return found
    return judge(named, there.store.bucket, found.content, found.found.metadata, there.keys)


def _check_link(lead: Lead, found: Judged | ReadError, there: Tools, sink: "_Named", verified: Summary) -> None:
    """Hold the digest that a link names against the link: hash and signature, as `chain` does inside one bucket."""
    bucket, link = there.store.bucket, lead.link
    if isinstance(found, ReadError):
        if link.key not in sink.keys:
            cause = Cause.DELETED if found.why is Obstacle.OTHER else OBSTACLES[found.why]
            detail = f"{lead.by} names it as the digest before it"
            _tell(_finding(lead, cause, Kind.DIGEST, bucket, link.key, detail), replace(there, sink=sink), verified)
        return
    wrong = found.sha256 != link.hash.lower() or bool(found.signature and found.signature != link.signature.lower())
    if found.is_proved and wrong:
        verified.totals.add(Kind.DIGEST, Verdict.VALID, -1)
        detail = f"it names another hash or signature than {bucket}/{link.key} has"
        _tell(_finding(lead, Cause.BAD_LINK, Kind.DIGEST, lead.bucket, str(lead.by), detail), there, verified)


@dataclass(slots=True)
class _Named:
    """A Sink that names the other bucket in what it is told, and remembers the digests it was told of."""

    tools: Tools
    bucket: str
    keys: set[str] = field(default_factory=set)

    def add(self, finding: Finding) -> None:
        """See Sink."""
        if finding.kind is Kind.DIGEST:
            self.keys.add(finding.key)
        if finding.bucket == self.bucket:
            finding = replace(finding, detail=f"{finding.detail} (in the bucket {self.bucket})")
        self.tools.sink.add(finding)


def _unread(leads: Iterable[Lead], cause: Cause, why: str, tools: Tools, verified: Summary) -> None:
    for lead in leads:
        bucket = lead.link.bucket
        said = f"before, the trail wrote to the bucket {bucket}, which was not read: {why}"
        finding = _finding(lead, cause, Kind.HOURS, bucket, lead.link.key, said)
        remedy = f"let it be read: --follow s3://{bucket}; or verify that bucket by itself"
        _tell(replace(finding, remedy=(remedy,)), tools, verified)


def _finding(lead: Lead, cause: Cause, kind: Kind, bucket: str, key: str, detail: str) -> Finding:
    chain = lead.by.chain
    return Finding(
        cause=cause,
        kind=kind,
        bucket=bucket,
        key=key,
        account=chain.base.account,
        region=chain.region,
        trail=chain.trail,
        start=lead.since,
        end=lead.until,
        detail=detail,
    )


def _tell(finding: Finding, tools: Tools, verified: Summary) -> None:
    verified.totals.add(finding.kind, finding.verdict)
    tools.sink.add(finding)
