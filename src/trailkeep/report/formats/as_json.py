"""JSON: one object with the totals, the checks with their remedies, and every finding; what `--baseline` reads."""

import json
from collections.abc import Iterator
from typing import Any

from trailkeep.audit.check import Check, on_page
from trailkeep.audit.finding import Status
from trailkeep.audit.frameworks import Framework
from trailkeep.report.findings import Report, array, finding_json, requirements, safe


def pieces(report: Report) -> Iterator[str]:
    """Written finding by finding; the schema is versioned by `trailkeep_audit`."""
    head = json.dumps({"trailkeep_audit": 1, **_head(report)}, indent=1)
    yield head.removesuffix("\n}") + ',\n "findings": [\n'
    yield from array(finding_json(report, f) for f in report.audited.findings)
    yield " ]\n}\n"


def _head(report: Report) -> dict[str, Any]:
    audited = report.audited
    tally = audited.tally()
    return {
        "version": report.version,
        "organization": safe(audited.organization),
        "taken": audited.taken.isoformat(),
        "audited": audited.now.isoformat(),
        "specified": audited.specified,
        "totals": {
            **{s.value: tally[s] for s in Status},
            "muted": sum(f.muted is not None for f in audited.findings),
        },
        "comparison": _comparison(report),
        "frameworks": [_framework(report, f) for f in report.frameworks],
        "checks": [_check(c) for c in audited.checks],
        "not_asked": [c.id for c in audited.idle],
    }


def _comparison(report: Report) -> dict[str, Any] | None:
    beside = report.audited.comparison
    if beside is None:
        return None
    sets = {name: sorted(map(safe, getattr(beside, name))) for name in ("new", "fixed", "unclear", "gone")}
    return {"since": safe(beside.since), **sets, "unchanged": len(beside.unchanged)}


def _check(check: Check) -> dict[str, Any]:
    fix = check.fix
    return {
        "id": check.id,
        "claim": check.claim,
        "severity": check.severity.value,
        "why": check.why,
        "remedy": {
            "trailkeep": fix.trailkeep,
            "cli": on_page(fix.cli),
            "cloudformation": fix.cloudformation,
            "console": fix.console,
        },
        "sources": list(check.sources),
        "requirements": list(requirements(check)),
    }


def _framework(report: Report, framework: Framework) -> dict[str, Any]:
    return {
        "id": framework.id,
        "name": framework.name,
        "version": framework.version,
        "requirements": [
            {
                "id": e.requirement.id,
                "title": e.requirement.title,
                "status": e.status.value if e.status else None,
                "checks": [c.id for c in e.checks],
                "partly": bool(e.unasked),
                "findings": {s.value: sum(f.status is s for f in e.findings) for s in Status},
                "muted": sum(f.muted is not None for f in e.findings),
            }
            for e in report.evidence(framework)
        ],
    }
