"""The audit itself: every check asked, every answer a finding, and what it comes to."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from trailkeep.audit.check import Check
from trailkeep.audit.checks import CHECKS
from trailkeep.audit.compare import Comparison
from trailkeep.audit.finding import Answer, Finding, Mute, Severity, Status, unsure
from trailkeep.audit.mutes import muting
from trailkeep.audit.view import View
from trailkeep.errors import ExitCode
from trailkeep.model.ids import leader

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What an audit came to. `idle` are checks that what was promised does not ask for."""

    organization: str
    partition: str
    reporter: str
    """The account that findings are reported from: the security account where there is one."""
    home: str
    taken: datetime
    now: datetime
    specified: bool
    checks: tuple[Check, ...]
    idle: tuple[Check, ...]
    findings: tuple[Finding, ...]
    comparison: Comparison | None = None

    def tally(self, findings: Iterable[Finding] | None = None) -> Counter[Status]:
        """How many of each status, muted ones left out."""
        return Counter(f.status for f in (self.findings if findings is None else findings) if f.muted is None)

    def exit_code(self, fail_on: Severity) -> ExitCode:
        """3 for a FAIL of that severity or above that nobody muted, 4 where only something is UNKNOWN.

        An informational finding never counts unless it is asked for.
        """
        open_ = [f for f in self.findings if f.counts]
        if any(f.status is Status.FAIL and f.check.severity.rank >= fail_on.rank for f in open_):
            return ExitCode.FAILS
        floor = min(fail_on.rank, Severity.LOW.rank)
        unknown = any(f.status is Status.UNKNOWN and f.check.severity.rank >= floor for f in open_)
        return ExitCode.INCOMPLETE if unknown else ExitCode.OK


def audit(view: View, checks: tuple[Check, ...] = CHECKS, *, progress: Progress = lambda _check: None) -> Audited:
    """Ask every check that applies. A check that finds nothing to ask about is UNKNOWN, never silent."""
    asked = tuple(c for c in checks if c.applies(view))
    found: list[Finding] = []
    mute = muting(view.mutes, view.now)
    for check in asked:
        progress(check.id)
        found.extend(_findings(check, view, mute))
    return Audited(
        organization=view.organization.id,
        partition=view.organization.partition,
        reporter=view.promise.security or view.organization.management,
        home=view.promise.home or leader(view.organization.partition),
        taken=view.snapshot.taken,
        now=view.now,
        specified=view.promise.specified,
        checks=asked,
        idle=tuple(c for c in checks if not c.applies(view)),
        findings=tuple(found),
    )


def _findings(check: Check, view: View, mute: Callable[[Finding], Mute | None]) -> Iterator[Finding]:
    silent = True
    for answer in check.ask(view):
        silent = False
        yield _finding(check, answer, mute)
    if silent:
        nothing = Answer(subject=view.whole, said=unsure("there is nothing that it could be asked about"))
        yield _finding(check, nothing, mute)


def _finding(check: Check, answer: Answer, mute: Callable[[Finding], Mute | None]) -> Finding:
    finding = Finding(check=check, subject=answer.subject, said=answer.said)
    if answer.said.status is Status.PASS:
        return finding
    by = mute(finding)
    return replace(finding, muted=by) if by else finding
