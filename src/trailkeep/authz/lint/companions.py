"""Guardrails that deny one way to the harm and leave another open, in all policies in force together."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from trailkeep.authz.lint import repair
from trailkeep.authz.lint.companion_table import GROUPS, Group
from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.scope import areas, binds_ordinarily, expand, reaches
from trailkeep.authz.patterns import Glob, encode

ID = "companions-missing"


def look(document: Document, around: Around) -> Iterator[Finding]:
    """One finding for each group of actions, at the first statement that denies one of them."""
    if document.form == "trust" or document.aws_managed or not document.clauses:
        return
    together: Sequence[Document] | None = None
    for group in GROUPS:
        clause = _first(document, group)
        if clause is None:
            continue
        together = together or around.together(document)
        if _is_said(document, clause, group, together):
            continue
        missing = [a for a in group.needs if not any(_covers(d, clause, a) for d in together)]
        if missing:
            yield _finding(document, clause, group, missing, around)


def _is_said(document: Document, clause: Clause, group: Group, together: Sequence[Document]) -> bool:
    """Whether a policy before this one protects the same, so that it is said there."""
    for earlier in together:
        if earlier is document:
            return False
        first = _first(earlier, group)
        if first is not None and _overlap(first, clause):
            return True
    return False


@lru_cache(maxsize=16384)
def _first(document: Document, group: Group) -> Clause | None:
    """The first live Deny of a trigger that binds an ordinary administrator."""
    wanted = [a for trigger in group.triggers for a in expand(trigger) or ()]
    for clause in document.readable:
        named = clause.meant.denies and not clause.meant.not_action  # NotAction is no guardrail of these actions
        live = named and any(reaches(clause, a, document.version) for a in wanted)
        if live and binds_ordinarily(clause):
            return clause
    return None


def _covers(document: Document, trigger: Clause, name: str) -> bool:
    """Whether a Deny of this policy closes the other way, at least on part of what the trigger is about."""
    return any(
        clause.meant.denies
        and all(reaches(clause, action, document.version) for action in expand(name) or ())
        and binds_ordinarily(clause)
        and _overlap(clause, trigger)
        for clause in document.readable
    )


def _overlap(clause: Clause, trigger: Clause) -> bool:
    if clause.meant.not_resource or trigger.meant.not_resource or clause.meant.resources is None:
        return True
    here, there = areas(clause.resources), areas(trigger.resources)
    return any(_meet(a, b) for a in here for b in there)


def _meet(one: str, other: str) -> bool:
    return one == other or Glob(encode(one)).matches(other) or Glob(encode(other)).matches(one)


def _finding(document: Document, clause: Clause, group: Group, missing: list[str], around: Around) -> Finding:
    reasons = "; ".join(f"{name} {group.needs[name]}" for name in missing)
    return document.finding(
        ID,
        Severity.WARNING,
        clause,
        what=f"{group.name} is protected, but not from {', '.join(missing)}",
        why=f"{reasons}. The statement beside would close this; exempt the role that deploys from Put and Update",
        source=group.source,
        corrected=(clause.written, _added(document, clause, missing, around)),
    )


def _added(document: Document, clause: Clause, missing: list[str], around: Around) -> dict[str, Any]:
    """One statement more. S3's part is never for every bucket, and never for the services that deliver."""
    actions = [a for name in missing for a in expand(name) or ()]
    is_s3 = actions[0].service == "s3"
    said = () if clause.meant.not_resource else clause.resources
    everywhere = not said or "*" in said
    changes: dict[str, Any] = {"Action": repair.one_or_all(missing), "NotAction": None, "NotResource": None}
    if clause.sid:
        changes["Sid"] = f"{clause.sid}More"
    if everywhere and is_s3:
        changes["Resource"] = repair.one_or_all(repair.resources(actions, around, "aws"))
    elif clause.meant.resources is not None:
        changes["Resource"] = repair.one_or_all(repair.fitting(actions, said, around))
    if document.form in {"resource", "rcp"} and is_s3:
        changes["Condition"] = repair.but_services(clause.written.get("Condition", {}))
    return clause.with_(**changes)
