"""An audit beside an earlier one: what is new, what is fixed, what is as it was, what can no longer be told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trailkeep.audit.finding import Finding, Status
from trailkeep.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Ids of findings. `fixed` pass now; `unclear` failed and are UNKNOWN now; `gone` are not asked about any more."""

    since: str
    new: frozenset[str]
    fixed: frozenset[str]
    unchanged: frozenset[str]
    unclear: frozenset[str]
    gone: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """An earlier audit: when it was, of which organization, and what failed then."""

    taken: str
    organization: str
    failed: frozenset[str]


def baseline(told: Any) -> Baseline:  # noqa: ANN401 a file of unknown origin
    """The JSON of an earlier `trailkeep audit -o json`. Raises UsageError for anything else."""
    if not isinstance(told, Mapping) or told.get("trailkeep_audit") != 1:
        raise UsageError("this is no earlier audit", hint="keep one with: trailkeep audit -o json --output-file FILE")
    try:
        failed = frozenset(str(f["id"]) for f in told["findings"] if f["status"] == Status.FAIL)
        return Baseline(taken=str(told["taken"]), organization=str(told["organization"]), failed=failed)
    except (KeyError, TypeError) as error:
        raise UsageError(f"this earlier audit cannot be read: {error}", hint="make it anew") from error


def compare(before: Baseline, findings: Iterable[Finding]) -> Comparison:
    """What became of what failed then, and what fails only now."""
    status: dict[str, Status] = {}
    new: set[str] = set()
    unchanged: set[str] = set()
    for finding in findings:
        if finding.status is Status.FAIL:
            (unchanged if finding.id in before.failed else new).add(finding.id)
        if finding.status is Status.FAIL or before.failed:
            status[finding.id] = finding.status
    rest = before.failed - unchanged
    return Comparison(
        since=before.taken,
        new=frozenset(new),
        fixed=frozenset(i for i in rest if status.get(i) is Status.PASS),
        unchanged=frozenset(unchanged),
        unclear=frozenset(i for i in rest if status.get(i) is Status.UNKNOWN),
        gone=frozenset(i for i in rest if i not in status),
    )
