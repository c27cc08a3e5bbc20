"""What Security Hub is to be told, beside what it holds: open findings, those that pass by now, those that are gone.

FAIL and UNKNOWN are imported, PASS only where an open finding is to be resolved: a PASS for every account and Region
would be millions of paid findings that nobody works on. A finding keeps the day it was created. Workflow, note and
user-defined fields belong to whoever investigates, and are never sent (botocore model securityhub BatchImportFindings).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trailkeep.audit.checks import CHECKS
from trailkeep.audit.finding import Finding, Status
from trailkeep.errors import UsageError
from trailkeep.report.findings import Report
from trailkeep.report.formats.asff import MARK, finding, finding_id, moment

Told = dict[str, Any]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_CUSTOMERS = ("Severity", "Types")
"""Providers say these in FindingProviderFields, so that what somebody set by hand stays."""
_OURS = (
    "SchemaVersion Id ProductArn GeneratorId AwsAccountId CreatedAt Title Description Remediation Resources Compliance "
    "FindingProviderFields"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Findings to import."""

    new: tuple[Told, ...]
    again: tuple[Told, ...]
    resolved: tuple[Told, ...]
    archived: tuple[Told, ...]

    @property
    def findings(self) -> tuple[Told, ...]:
        """All of them, what is new first: a run may be interrupted."""
        return (*self.new, *self.resolved, *self.archived, *self.again)


def to_import(report: Report, held: Iterable[Mapping[str, Any]]) -> Import:
    """What is to be imported, where `held` are the active findings that Security Hub has under our prefix.

    Raises UsageError where those are of a later moment than the report: they would be overwritten by what was.
    """
    audited = report.audited
    known = {str(h["Id"]): h for h in held if MARK in h.get("ProductFields", {})}
    latest = max(map(_when, known.values()), default=_LONG_AGO)
    if latest > audited.now:
        seconds = "%Y-%m-%d %H:%M:%S"
        raise UsageError(
            f"Security Hub was told of {latest:{seconds}} UTC, this snapshot is of {audited.now:{seconds}}",
            hint="take a new snapshot, or audit the organization itself",
        )
    new: list[Told] = []
    again: list[Told] = []
    resolved: list[Told] = []
    current: set[str] = set()
    for f in audited.findings:
        id_ = finding_id(audited, f)
        current.add(id_)
        before = known.get(id_)
        if not _is_worth(f, before):
            continue
        place = new if before is None else resolved if f.status is Status.PASS else again
        place.append(_told(report, f, before))
    gone = (h for i, h in known.items() if i not in current)
    return Import(
        new=tuple(new),
        again=tuple(again),
        resolved=tuple(resolved),
        archived=tuple(_archived(report, gone)),
    )


def _is_worth(f: Finding, before: Mapping[str, Any] | None) -> bool:
    if f.status is not Status.PASS:
        return True
    return before is not None and before.get("Compliance", {}).get("Status") != "PASSED"


def _told(report: Report, f: Finding, before: Mapping[str, Any] | None) -> Told:
    told = {name: value for name, value in finding(report, f).items() if name not in _CUSTOMERS}
    return told if before is None else {**told, "CreatedAt": before["CreatedAt"]}


def _archived(report: Report, gone: Iterable[Mapping[str, Any]]) -> Iterator[Told]:
    """What no check that was asked, or is still there to be asked, speaks of any more."""
    asked = {c.id for c in (*report.audited.checks, *report.audited.idle)}
    left_out = {c.id for c in CHECKS} - asked
    for h in gone:
        if h.get("GeneratorId") in left_out:
            continue
        fields = {name: value for name, value in h["ProductFields"].items() if name.startswith("trailkeep/")}
        told = {name: h[name] for name in _OURS if name in h}
        yield {**told, "ProductFields": fields, "UpdatedAt": moment(report.audited), "RecordState": "ARCHIVED"}


def _when(held: Mapping[str, Any]) -> datetime:
    """When a finding was last heard of; long ago where that cannot be read."""
    try:
        found = datetime.fromisoformat(str(held.get("UpdatedAt")))
    except ValueError:
        return _LONG_AGO
    return found if found.tzinfo else found.replace(tzinfo=UTC)
