"""What a verification found, for machines: JSON, JSON Lines, CSV, JUnit, and lines as the AWS CLI writes them.

However much it is, it is written as it is read.
"""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from trailkeep.report.words import printable
from trailkeep.verify.summary import Summary
from trailkeep.verify.verdict import Cause, Finding, Kind, Verdict

_COLUMNS = (
    "verdict",
    "cause",
    "kind",
    "account",
    "region",
    "trail",
    "start",
    "end",
    "bucket",
    "key",
    "version",
    "detail",
)


def what(f: Finding) -> str:
    """An object by its key, hours by whose they are."""
    if f.key and f.kind is not Kind.HOURS:
        return f.key
    trail = f" {f.trail}" if f.trail else ""
    start = f"{f.start:%Y-%m-%d %H:%M}" if f.start else "the beginning"
    end = f"{f.end:%Y-%m-%d %H:%M}" if f.end else "now"
    return f"{f.account} {f.region}{trail}, {start} to {end} UTC"


def finding_json(f: Finding) -> dict[str, Any]:
    """A finding as plain JSON values, keys as they are."""
    return {
        "verdict": f.verdict.value,
        "cause": f.cause.value,
        "kind": f.kind.value,
        "bucket": f.bucket,
        "key": f.key,
        "account": f.account,
        "region": f.region,
        "trail": f.trail,
        "start": _iso(f.start),
        "end": _iso(f.end),
        "detail": f.detail,
        "version": f.version,
        "remedy": list(f.remedy),
    }


def json_lines(verified: Summary, findings: Iterable[Finding]) -> Iterator[str]:
    """One JSON object a finding, then one with the totals."""
    for f in findings:
        yield json.dumps(finding_json(f))
    yield json.dumps({"trailkeep_verify": 1, **_head(verified)})


def json_pieces(verified: Summary, findings: Iterable[Finding]) -> Iterator[str]:
    """One JSON object, written line by line; escapes keep it harmless on a terminal."""
    head = json.dumps({"trailkeep_verify": 1, **_head(verified)}, indent=2)
    yield head.removesuffix("\n}") + ',\n  "findings": ['
    before = ""
    for f in findings:
        if before:
            yield before + ","
        before = "    " + json.dumps(finding_json(f))
    yield from ([before] if before else [])
    yield "  ]\n}"


def _head(verified: Summary) -> dict[str, Any]:
    totals, window = verified.totals, verified.window
    return {
        "place": verified.place,
        "since": _iso(window.since),
        "until": _iso(window.until),
        "expected_until": _iso(min(window.until or window.expected, window.expected)),
        "totals": {kind.value: {v.value: n for v in Verdict if (n := totals.of(v, kind))} for kind in Kind},
        "attested": totals.attested,
        "in_flight": totals.in_flight,
        "stored_bytes": totals.read_bytes,
        "raw_bytes": totals.raw_bytes,
        "chains": [
            {
                "account": c.chain.base.account,
                "region": c.chain.region,
                "trail": c.chain.trail,
                "home_region": c.chain.home_region,
                "organization": c.chain.base.organization,
                "prefix": c.chain.base.prefix,
                "start": _iso(c.start),
                "end": _iso(c.end),
                "digests": c.digests,
                "log_files": c.logs,
                "not_valid": c.bad,
                **({"bucket": c.bucket} if c.bucket else {}),
            }
            for c in verified.chains
        ],
        "notes": list(verified.notes),
    }


def csv_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """A header, and one line a finding."""
    yield ",".join(_COLUMNS)
    for f in findings:
        told = finding_json(f)
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([_cell(str(told[c] or "")) for c in _COLUMNS])
        yield line.getvalue()


def _cell(text: str) -> str:
    clean = printable(text, 4000)
    return f"'{clean}" if clean.startswith(("=", "+", "-", "@")) else clean  # a spreadsheet would run it


def junit_pieces(verified: Summary, findings: Iterable[Finding]) -> Iterator[str]:
    """JUnit XML: a test case for each finding, and one for each chain without any."""
    totals = verified.totals
    bad = sum(totals.of(v) for v in Verdict if v not in {Verdict.VALID, Verdict.UNREADABLE})
    unread = totals.of(Verdict.UNREADABLE)
    good = [c for c in verified.chains if not c.bad]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (f'<testsuite name="trailkeep verify" tests="{bad + unread + len(good)}" failures="{bad}" errors="{unread}">')
    for c in good:
        yield _xml("testcase", {"classname": c.chain.base.account, "name": f"{c.chain.region} {c.chain.trail}"}, None)
    for f in findings:
        tag = "error" if f.verdict is Verdict.UNREADABLE else "failure"
        yield _xml("testcase", {"classname": f.account, "name": what(f)}, (tag, f))
    yield "</testsuite>"


def _xml(tag: str, attributes: Mapping[str, str], inside: tuple[str, Finding] | None) -> str:
    made = ET.Element(tag, {k: printable(v, 2000) for k, v in attributes.items()})
    if inside is not None:
        kind, f = inside
        ET.SubElement(made, kind, message=f"{f.verdict} {f.cause}").text = printable(f.detail, 2000)
    return ET.tostring(made, encoding="unicode")


_AWS_CLI: Final[Mapping[Cause, str]] = {
    Cause.DELETED: "INVALID: not found",
    Cause.HASH: "INVALID: hash value doesn't match",
    Cause.FORMAT: "INVALID: invalid format",
    Cause.SIGNATURE: "INVALID: signature verification failed",
    Cause.MOVED: "INVALID: has been moved from its original location",
}


def aws_cli_lines(verified: Summary, findings: Iterable[Finding]) -> Iterator[str]:
    """Lines as `aws cloudtrail validate-logs` writes them, so that what reads those reads these.

    What it has no word for is said in ours: UNREADABLE and UNCOVERED are not INVALID.
    """
    for f in findings:
        if f.kind is Kind.HOURS:
            yield f"{f.verdict}: {printable(what(f), 600)}"
            continue
        noun = "Log file" if f.kind is Kind.LOG else "Digest file"
        late = "(backfill) " if f.kind is Kind.BACKFILL else ""
        yield f"{noun}\ts3://{printable(f.bucket)}/{printable(f.key, 2000)}\t{late}{_status(f)}"
    totals = verified.totals
    for kind, noun in ((Kind.DIGEST, "digest"), (Kind.BACKFILL, "backfill digest"), (Kind.LOG, "log")):
        valid = totals.of(Verdict.VALID, kind)
        wrong = totals.of(Verdict.TAMPERED, kind) + totals.of(Verdict.MISSING, kind)
        if valid + wrong:
            bad = f", {wrong}/{valid + wrong} {noun} files INVALID" if wrong else ""
            yield f"{valid}/{valid + wrong} {noun} files valid{bad}"


def _status(f: Finding) -> str:
    if f.cause is Cause.TRAILING and f.kind is Kind.LOG:
        return "INVALID: unexpected data after end of compressed stream"
    if f.cause in _AWS_CLI:
        return _AWS_CLI[f.cause]
    word = "INVALID" if f.verdict is Verdict.TAMPERED else f.verdict.value
    return f"{word}: {f.cause}"


def _iso(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
