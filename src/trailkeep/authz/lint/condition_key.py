"""Condition keys that do not exist, or that no action of the statement ever has."""

import difflib
from collections.abc import Iterator
from typing import Any

from trailkeep.authz import catalogue
from trailkeep.authz.lint import keys
from trailkeep.authz.lint.document import Asked, Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around

ID = "condition-key-never-present"


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding for each such key of a statement."""
    for clause in document.readable:
        for asked in clause.asked:
            key = asked.key.lower()
            if keys.is_global(key) or keys.is_federated(key):
                continue
            if not keys.of_service(key):
                yield _unknown(document, clause, asked)
            elif not keys.of_actions(clause, key):
                yield _never(document, clause, asked)


def _unknown(document: Document, clause: Clause, asked: Asked) -> Finding:
    near = _near(asked.key)
    severity = Severity.ERROR if clause.meant.denies and asked.needs_key else Severity.WARNING
    return document.finding(
        ID,
        severity,
        clause,
        what=f"there is no condition key {asked.key[:80]!r}{f', did you mean {near}?' if near else ''}; "
        f"{consequence(clause, asked)}",
        why=f"no request has a key that does not exist (AWS's reference of {catalogue.day()})",
        source=keys.SOURCE if asked.key.lower().startswith("aws:") else catalogue.REFERENCE,
        corrected=(_renamed(clause, asked, near),) if near else (),
    )


def _never(document: Document, clause: Clause, asked: Asked) -> Finding:
    is_sure = asked.key.lower().partition(":")[0] in keys.TRUSTED
    severe = clause.meant.denies and asked.needs_key and is_sure
    return document.finding(
        ID,
        Severity.ERROR if severe else Severity.WARNING,
        clause,
        what=f"no action of this statement has the condition key {asked.key}; {consequence(clause, asked)}",
        why=f"AWS lists for every action the keys it has (AWS's reference of {catalogue.day()})",
        source=catalogue.REFERENCE,
    )


def consequence(clause: Clause, asked: Asked) -> str:
    """What a test of an absent key does to its statement."""
    if asked.needs_key:
        return "so the statement never denies" if clause.meant.denies else "so the statement never allows"
    return f"so {asked.operator} always holds, and changes nothing"


def _near(key: str) -> str:
    lower = key.lower()[:100]
    prefix = lower.partition(":")[0]
    known = dict(keys.GLOBAL)
    if prefix in catalogue.services():
        known = {**catalogue.keys(prefix), **(known if prefix == "aws" else {})}
    found = difflib.get_close_matches(lower, sorted(known), n=1, cutoff=0.8)
    return known[found[0]] if found else ""


def _renamed(clause: Clause, asked: Asked, near: str) -> dict[str, Any]:
    block = {
        operator: {(near if operator == asked.operator and key == asked.key else key): v for key, v in tests.items()}
        for operator, tests in clause.written["Condition"].items()
    }
    return clause.with_(Condition=block)
