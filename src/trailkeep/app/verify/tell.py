"""What is said of an account and Region: findings, counts, and which hours nothing proves."""

from datetime import UTC, datetime

from trailkeep.app.verify.logs import Dark, Shelf
from trailkeep.app.verify.run import Tools, Unit, UnitResult
from trailkeep.ports import ReadError
from trailkeep.verify.chain import HOUR, Hole
from trailkeep.verify.judge import OBSTACLES, Fault
from trailkeep.verify.keys import Chain, Folder
from trailkeep.verify.verdict import Cause, Finding, Kind, Verdict, verdict_of


class Telling:
    """Findings go to the sink and are counted; hours without a digest to believe darken the shelf of log files."""

    def __init__(self, unit: Unit, tools: Tools, result: UnitResult, shelf: Shelf) -> None:
        self.unit = unit
        self.tools = tools
        self.result = result
        self.shelf = shelf
        self.missing: set[str] = set()
        """Digests that a link or an hour told to be missing."""
        self.is_blind = False
        """Whether the digests could not be listed."""

    def hole(self, chain: Chain, hole: Hole) -> None:
        """Tell what is missing or uncovered, as far as it lies in the window."""
        window = self.unit.window
        if (window.since and hole.end <= window.since) or (window.until and hole.start >= window.until):
            return
        cause = Cause.DELETED if hole.key else Cause.GAP
        self.darken(hole.start, hole.end, Fault(cause=cause, detail=hole.detail))
        if hole.key is None:
            start, end = max(hole.start, window.since or hole.start), min(hole.end, window.until or hole.end)
            self.gap(chain, start, end, hole.detail)
        else:
            self.missing.add(str(hole.key))
            kind = Kind.BACKFILL if hole.key.is_backfill else Kind.DIGEST
            self.find(Cause.DELETED, kind, str(hole.key), chain, hole.start, hole.end, hole.detail)

    def gap(self, chain: Chain, start: datetime, end: datetime, detail: str) -> None:
        """Tell hours that no digest speaks for."""
        self.darken(start, end, Fault(cause=Cause.GAP, detail=detail))
        self.find(Cause.GAP, Kind.HOURS, "", chain, start, end, detail)

    def darken(self, start: datetime, end: datetime, fault: Fault) -> Dark:
        """Nothing proves the log files of these hours; what was noted for them."""
        unreadable = verdict_of(fault.cause) is Verdict.UNREADABLE
        cause = fault.cause if unreadable else Cause.UNPROVEN
        why = "could not be read" if unreadable else "is gone or not to be believed"
        detail = f"the digest that would name it {why}"
        dark = Dark(start=start, end=end, cause=cause, detail=detail)
        self.shelf.dark.append(dark)
        return dark

    def lighten(self, dark: list[Dark]) -> None:
        """What was thought to speak for these hours does not belong there: the chain goes on without it."""
        while dark:
            self.shelf.dark.remove(dark.pop())

    def unlisted(self, error: ReadError) -> None:
        """Tell that the digests could not be listed."""
        self.is_blind = True
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

    def count(self, chain: Chain, verified: int) -> None:
        """Count log files that were verified before."""
        self.result.chain(chain).logs += verified
        self.result.totals.add(Kind.LOG, Verdict.VALID, verified)
        self.result.totals.attested += verified

    def is_expired(self, end: datetime, kind: Folder = Folder.DIGEST) -> bool:
        """Whether the bucket's lifecycle has taken what ended then."""
        oldest = self.tools.oldest(self.unit.base.folder(kind, self.unit.region))
        return oldest is not None and end <= oldest

    def find(
        self,
        cause: Cause,
        kind: Kind,
        key: str,
        chain: Chain | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        detail: str = "",
        version: str = "",
    ) -> None:
        """Tell one thing that is not VALID."""
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
            version=version,
        )
        self.result.totals.add(kind, finding.verdict)
        if chain:
            self.result.chain(chain).bad += 1
        self.tools.sink.add(finding)
