"""Statements whose conditions can never hold, so that a Deny binds nobody, and exemptions that exempt nobody."""

from collections.abc import Iterator
from typing import Any

from trailkeep.authz.conditions import Null
from trailkeep.authz.lint import keys
from trailkeep.authz.lint.document import WITHOUT_PRINCIPAL, Asked, Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.possible_value import impossible
from trailkeep.authz.lint.satisfiable import can_hold

ID = "deny-binds-nobody"
EXEMPTION = "exempts-nobody"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding a statement for the first reason, one for each exemption that exempts nobody."""
    for clause in document.readable:
        found = next(_reasons(document, clause), None)
        if found is not None:
            yield _finding(document, clause, *found)
        elif clause.meant.denies:
            yield from _exemptions(document, clause)


def _reasons(document: Document, clause: Clause) -> Iterator[tuple[str, str, Asked | None]]:
    for asked in clause.asked:
        key = asked.key.lower()
        if isinstance(asked.test, Null) and asked.test.absent and key in keys.ALWAYS:
            yield f"every request has {asked.key}, so Null true never holds", keys.SOURCE, None
        if document.form in WITHOUT_PRINCIPAL:
            yield from _of_services(document, asked)
        if asked.needs_key and not _negated(asked) and (reason := impossible(asked, document.version)):
            yield f"{asked} never holds: {reason}", SOURCE, asked
    by_key: dict[str, list[Asked]] = {}
    for asked in clause.asked:
        by_key.setdefault(asked.key.lower(), []).append(asked)
    for together in by_key.values():
        if not can_hold(together):
            yield f"{' and '.join(map(str, together))} contradict each other: no request satisfies all", SOURCE, None


def _of_services(document: Document, asked: Asked) -> Iterator[tuple[str, str, Asked | None]]:
    what = "an SCP" if document.form == "scp" else f"a policy of kind {document.form}"
    key = asked.key.lower()
    if key in keys.OF_SERVICES and asked.needs_key:
        yield f"only AWS's services bring {asked.key}, and {what} does not bind them", keys.SOURCE, None
    service = not isinstance(asked.test, Null) and asked.test.holds({key: ("false",)}) is False
    if key == "aws:principalisawsservice" and service and asked.needs_key:
        yield f"{what} does not bind AWS's services, so {asked.key} is never true", keys.SOURCE, None


def _negated(asked: Asked) -> bool:
    return not isinstance(asked.test, Null) and asked.test.operator.negated


def _finding(document: Document, clause: Clause, reason: str, source: str, asked: Asked | None) -> Finding:
    denies = clause.meant.denies
    return document.finding(
        ID if denies else "allow-never-holds",
        Severity.ERROR if denies else Severity.WARNING,
        clause,
        what=f"this {'Deny binds' if denies else 'Allow serves'} nobody: {reason}",
        why="a statement applies only where every test of its Condition holds",
        source=source,
        corrected=_corrected(clause, asked) if asked else (),
    )


def _exemptions(document: Document, clause: Clause) -> Iterator[Finding]:
    for asked in clause.asked:
        if _negated(asked) and (reason := impossible(asked, document.version)):
            yield document.finding(
                EXEMPTION,
                Severity.WARNING,
                clause,
                what=f"{asked} exempts nobody: {reason}",
                why="a negated operator holds wherever its opposite does not, so everybody is denied",
                source=SOURCE,
                corrected=_corrected(clause, asked),
            )


def _corrected(clause: Clause, asked: Asked) -> tuple[dict[str, Any], ...]:
    """Wildcards want StringLike or ArnLike; the ARN of a session stands for its role's."""
    values = [_role(v) for v in asked.values]
    operator = asked.operator
    if any("*" in v or "?" in v for v in values):
        operator = operator.replace("NotEquals", "NotLike") if "Not" in operator else operator.replace("Equals", "Like")
    if values == list(asked.values) and operator == asked.operator:
        return ()
    block: dict[str, dict[str, Any]] = {op: dict(tests) for op, tests in clause.written["Condition"].items()}
    del block[asked.operator][asked.key]
    block.setdefault(operator, {})[asked.key] = values[0] if len(values) == 1 else values
    return (clause.with_(Condition={op: tests for op, tests in block.items() if tests}),)


def _role(value: str) -> str:
    if ":sts:" not in value or ":assumed-role/" not in value:
        return value
    head, _, name = value.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:')}:role/{name.partition('/')[0]}"
