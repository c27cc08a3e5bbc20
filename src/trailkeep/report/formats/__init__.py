"""The output formats of an audit, one file each; a format is text in pieces, so that it need not fit into memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from trailkeep.report.findings import Report
from trailkeep.report.formats import as_json, asff, csv, jsonl, junit, markdown, ocsf, sarif, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format by name, with the ending of its files."""

    name: str
    suffix: str
    pieces: Callable[[Report], Iterator[str]]


FORMATS: Mapping[str, Format] = {
    f.name: f
    for f in (
        Format(name="table", suffix="txt", pieces=table.pieces),
        Format(name="json", suffix="json", pieces=as_json.pieces),
        Format(name="jsonl", suffix="jsonl", pieces=jsonl.pieces),
        Format(name="csv", suffix="csv", pieces=csv.pieces),
        Format(name="ocsf", suffix="ocsf.json", pieces=ocsf.pieces),
        Format(name="asff", suffix="asff.json", pieces=asff.pieces),
        Format(name="sarif", suffix="sarif", pieces=sarif.pieces),
        Format(name="junit", suffix="junit.xml", pieces=junit.pieces),
        Format(name="markdown", suffix="md", pieces=markdown.pieces),
    )
}
