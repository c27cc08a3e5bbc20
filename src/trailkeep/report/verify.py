"""What a verification found, for people and for machines; however much it is, it is written as it is read."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from trailkeep.report.words import count, printable
from trailkeep.verify.summary import ChainSum, Summary
from trailkeep.verify.verdict import Cause, Finding, Kind, Verdict

SHOWN: Final = 100
"""So many findings a table names; more are counted, and are all in the other formats."""

_CHAINS = 40
_STYLE = {
    Verdict.VALID: "green",
    Verdict.TAMPERED: "bold red",
    Verdict.MISSING: "red",
    Verdict.UNREADABLE: "yellow",
    Verdict.UNCOVERED: "magenta",
}
_KIND = {Kind.LOG: "log file", Kind.DIGEST: "digest", Kind.BACKFILL: "backfill digest", Kind.HOURS: "range of hours"}
_KINDS = {
    Kind.LOG: "log files",
    Kind.DIGEST: "digests",
    Kind.BACKFILL: "backfill digests",
    Kind.HOURS: "ranges of hours",
}
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


def render_verified(verified: Summary, findings: Iterable[Finding]) -> RenderableType:
    """Totals, one row for each object and range of hours that is not VALID, and the chains."""
    return Group(*_totals(verified), *_rows(findings), _chains(verified.chains), *_notes(verified))


def _totals(verified: Summary) -> Iterator[Text]:
    totals, window = verified.totals, verified.window
    since = f"{window.since:%Y-%m-%d %H:%M}" if window.since else "the beginning"
    until = min(window.until or window.expected, window.expected)
    yield Text(f"{printable(verified.place)}, from {since} to {until:%Y-%m-%d %H:%M} UTC", style="bold")
    for kind in Kind:
        parts = [(v, totals.of(v, kind)) for v in Verdict]
        said = Text(f"  {_KINDS[kind]}: ")
        named = [Text(f"{n:,} {v}", style=_STYLE[v]) for v, n in parts if n]
        if named:
            yield said + Text(", ").join(named)
    if totals.attested:
        yield Text(f"  of these {totals.attested:,} were VALID before and are unchanged; they were not fetched again")
    if totals.in_flight:
        yield Text(f"  {count(totals.in_flight, 'log file')} wait for a digest that is still to come")


def _rows(findings: Iterable[Finding]) -> Iterator[RenderableType]:
    more = 0
    for number, f in enumerate(findings):
        if number >= SHOWN:
            more += 1
            continue
        line = Text(f"{f.verdict} {f.cause}", style=_STYLE[f.verdict])
        yield line + Text(f"  {_KIND[f.kind]}  {printable(_what(f), 600)}", style="default not bold")
        yield Text(f"    {printable(f.detail, 600)}", style="dim")
        for step in f.remedy:
            yield Text(f"    → {printable(step, 1200)}")
    if more:
        yield Text(f"and {more:,} more: -o jsonl has them all", style="bold")


def _what(f: Finding) -> str:
    if f.key and f.kind is not Kind.HOURS:
        return f.key
    trail = f" {f.trail}" if f.trail else ""
    start = f"{f.start:%Y-%m-%d %H:%M}" if f.start else "the beginning"
    end = f"{f.end:%Y-%m-%d %H:%M}" if f.end else "now"
    return f"{f.account} {f.region}{trail}, {start} to {end} UTC"


def _chains(chains: list[ChainSum]) -> RenderableType:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("account", "Region", "trail", "from", "to"):
        table.add_column(name, no_wrap=True)
    for name in ("digests", "log files", "not VALID"):
        table.add_column(name, justify="right")
    worst = sorted(chains, key=lambda c: (-c.bad, c.chain))
    for c in worst[:_CHAINS]:
        start, end = (f"{m:%Y-%m-%d %H:%M}" if m else "" for m in (c.start, c.end))
        who = (c.chain.base.account, c.chain.region, printable(c.chain.trail))
        table.add_row(*who, start, end, f"{c.digests:,}", f"{c.logs:,}", f"{c.bad:,}" if c.bad else "")
    if len(worst) > _CHAINS:
        return Group(table, Text(f"and {count(len(worst) - _CHAINS, 'more chain')}", style="dim"))
    return table if chains else Text("")


def _notes(verified: Summary) -> Iterator[Text]:
    return (Text(f"note: {printable(n, 600)}", style="dim") for n in verified.notes)


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
        "expected_until": _iso(window.expected),
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
        yield _xml("testcase", {"classname": f.account, "name": _what(f)}, (tag, f))
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
            yield f"{f.verdict}: {printable(_what(f), 600)}"
            continue
        what = "Log file" if f.kind is Kind.LOG else "Digest file"
        late = "(backfill) " if f.kind is Kind.BACKFILL else ""
        yield f"{what}\ts3://{printable(f.bucket)}/{printable(f.key, 2000)}\t{late}{_status(f)}"
    totals = verified.totals
    for kinds, noun in (((Kind.DIGEST,), "digest"), ((Kind.BACKFILL,), "backfill digest"), ((Kind.LOG,), "log")):
        valid = sum(totals.of(Verdict.VALID, k) for k in kinds)
        wrong = sum(totals.of(v, k) for k in kinds for v in (Verdict.TAMPERED, Verdict.MISSING))
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
