"""Findings of `policies lint` for people and machines: a list with the corrected statements, JSON, JUnit, SARIF."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.report.words import count, printable

_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_LONGEST = 6000


def render(
    documents: Sequence[Document], findings: Sequence[Finding], notes: Sequence[str], unread: Sequence[str]
) -> RenderableType:
    """Policy by policy: what is wrong, why, and the statements as they should be."""
    lines: list[Text] = []
    by_policy: dict[str, list[Finding]] = {}
    for finding in findings:
        by_policy.setdefault(finding.policy, []).append(finding)
    for policy, found in by_policy.items():
        lines.append(Text(printable(policy), style="bold"))
        for finding in found:
            lines += _lines(finding)
    lines += [Text(f"note: {printable(note)}", style="dim") for note in notes]
    lines += [Text(f"UNKNOWN, could not be read: {printable(u)}", style="yellow") for u in unread]
    return Group(*lines, _total(documents, findings))


def _lines(finding: Finding) -> Iterator[Text]:
    style = _STYLE[finding.severity]
    head = Text(f"  {finding.severity}", style=f"bold {style}") + Text(f"  {finding.id}", style=style)
    yield head + Text(f"  {place(finding)}")
    yield Text(f"    {printable(finding.what, 2000)}")
    yield Text(f"    why: {printable(finding.why, 3000)}", style="dim")
    yield Text(f"    {finding.source}", style="dim")
    if finding.corrected:
        replaced = "instead" if "<" not in _written(finding.corrected) else "instead, with your own names for <…>"
        yield Text(f"    {replaced}:", style="green")
        for statement in finding.corrected:
            text = printable(json.dumps(statement, ensure_ascii=False), _LONGEST)
            yield Text(f"      {text}", style="green")


def place(finding: Finding) -> str:
    """Which statement, as a person counts."""
    if not finding.number:
        return "the whole policy"
    named = f" ({printable(finding.statement)})" if finding.statement else ""
    return f"statement {finding.number}{named}"


def _written(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(statements, ensure_ascii=False)


def _total(documents: Sequence[Document], findings: Sequence[Finding]) -> Text:
    tally = {s: sum(f.severity is s for f in findings) for s in Severity}
    said = ", ".join(count(number, str(s)) for s, number in tally.items() if number)
    policies = count(len(documents), "policy", "policies")
    if not said:
        return Text(f"{policies}: nothing found", style="bold green")
    return Text(f"{policies}: {said}", style="bold red" if tally[Severity.ERROR] else "bold yellow")


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding as plain values; the corrected statements are JSON as a policy has them."""
    return {
        "id": finding.id,
        "severity": str(finding.severity),
        "policy": printable(finding.policy, 2000),
        "statement": printable(finding.statement, 2000),
        "number": finding.number,
        "what": printable(finding.what, 4000),
        "why": printable(finding.why, 4000),
        "source": finding.source,
        "corrected": [_clean(statement) for statement in finding.corrected],
    }


def all_json(
    documents: Sequence[Document], findings: Sequence[Finding], notes: Sequence[str], unread: Sequence[str]
) -> dict[str, Any]:
    """Everything as plain values."""
    return {
        "trailkeep_lint": 1,
        "policies": [{"name": printable(d.name, 2000), "kind": d.form} for d in documents],
        "findings": [finding_json(f) for f in findings],
        "notes": [printable(n, 2000) for n in notes],
        "unknown": [printable(u, 2000) for u in unread],
    }


def _clean(value: Any) -> Any:  # noqa: ANN401 JSON values
    if isinstance(value, Mapping):
        return {printable(str(k), 2000): _clean(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(v) for v in value]
    return printable(value, _LONGEST) if isinstance(value, str) else value


def junit(documents: Sequence[Document], findings: Sequence[Finding], unread: Sequence[str] = ()) -> str:
    """JUnit XML: a test case for each policy, a failure for each error; warnings and notes as its output.

    What could not be read is a test case that was skipped.
    """
    errors = [f for f in findings if f.severity is Severity.ERROR]
    suite = ET.Element(
        "testsuite",
        name="trailkeep policies lint",
        tests=str(len(documents) + len(unread)),
        failures=str(len({f.policy for f in errors})),
        skipped=str(len(unread)),
    )
    for document in documents:
        case = ET.SubElement(suite, "testcase", classname="policies", name=printable(document.name))
        of_this = [f for f in findings if f.policy == document.name]
        failing = [f for f in of_this if f.severity is Severity.ERROR]
        if failing:
            failure = ET.SubElement(case, "failure", message=printable(failing[0].what, 2000))
            failure.text = "\n".join(_line(f) for f in failing)
        if others := [f for f in of_this if f.severity is not Severity.ERROR]:
            ET.SubElement(case, "system-out").text = "\n".join(_line(f) for f in others)
    for lost in unread:
        case = ET.SubElement(suite, "testcase", classname="policies", name=printable(lost))
        ET.SubElement(case, "skipped", message="could not be read")
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def _line(finding: Finding) -> str:
    what = f"{printable(finding.what, 2000)}: {printable(finding.why, 3000)}"
    corrected = f" Instead: {printable(_written(finding.corrected), _LONGEST)}" if finding.corrected else ""
    return f"{finding.severity} {finding.id} {place(finding)}: {what} {finding.source}{corrected}"


def sarif(findings: Sequence[Finding], version: str) -> dict[str, Any]:
    """SARIF 2.1.0, as code-scanning services read it (https://docs.oasis-open.org/sarif/sarif/v2.1.0/)."""
    sources = {f.id: f.source for f in findings}
    driver = {
        "name": "trailkeep policies lint",
        "version": version,
        "rules": [{"id": id_, "helpUri": source} for id_, source in sorted(sources.items())],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [_result(f) for f in findings]}],
    }


def _result(finding: Finding) -> dict[str, Any]:
    uri = printable(finding.policy, 2000)
    return {
        "ruleId": finding.id,
        "level": _LEVEL[finding.severity],
        "message": {"text": _line(finding)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri}},
                "logicalLocations": [{"name": place(finding), "kind": "object"}],
            }
        ],
    }
