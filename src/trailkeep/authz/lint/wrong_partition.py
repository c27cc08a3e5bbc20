"""ARNs of a partition that does not exist, or is not the organization's: they match nothing there."""

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around

ID = "wrong-partition"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"
PARTITIONS = frozenset({
    "aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f",
})  # fmt: skip
"""Source: botocore's partitions data."""


def look(document: Document, around: Around) -> Iterator[Finding]:
    """A statement that names the right partition as well is left alone: it may be meant for several."""
    right = {around.partition} if around.partition else PARTITIONS
    for clause in document.readable:
        for where, values in _groups(clause):
            said = [v for v in values if v.startswith("arn:") and v.count(":") > 1]
            wrong = [v for v in said if _partition(v) not in right and not _is_open(v)]
            if wrong and len(wrong) == len(said):
                yield _finding(document, clause, where, wrong, around)


def _finding(document: Document, clause: Clause, where: str, wrong: list[str], around: Around) -> Finding:
    there = f"the organization is in partition {around.partition}" if around.partition else "there is no such partition"
    should = around.partition or "aws"
    renamed = {v: f"arn:{should}:{v.split(':', 2)[2]}" for v in wrong}
    return document.finding(
        ID,
        Severity.ERROR if clause.meant.denies else Severity.WARNING,
        clause,
        what=f"{where} {wrong[0][:120]!r} is of partition {_partition(wrong[0])!r}, so it matches nothing",
        why=f"{there}; the second part of an ARN is the partition (aws, aws-cn, aws-us-gov, …)",
        source=SOURCE,
        corrected=(_replaced(clause.written, renamed),),
    )


def _groups(clause: Clause) -> Iterator[tuple[str, list[str]]]:
    yield "Resource", list(clause.resources)
    for element in ("Principal", "NotPrincipal"):
        named = clause.written.get(element)
        if isinstance(named, Mapping):
            values = named.get("AWS", [])
            yield element, [v for v in (values if isinstance(values, list) else [values]) if isinstance(v, str)]
    for asked in clause.asked:
        yield asked.key, list(asked.values)


def _partition(arn: str) -> str:
    return arn.split(":", 2)[1]


def _is_open(arn: str) -> bool:
    return any(c in _partition(arn) for c in "*?$")


def _replaced(value: Any, renamed: Mapping[str, str]) -> Any:  # noqa: ANN401 JSON values
    if isinstance(value, Mapping):
        return {k: _replaced(v, renamed) for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(v, renamed) for v in value]
    return renamed.get(value, value) if isinstance(value, str) else value
