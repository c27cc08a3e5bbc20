"""Actions and resources of one statement that never meet: an object action on the bucket alone, a foreign service."""

from collections.abc import Iterator

from trailkeep.authz import catalogue
from trailkeep.authz.catalogue import Action
from trailkeep.authz.lint import repair
from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.resource_matches_nothing import OURS, fit_in
from trailkeep.authz.lint.scope import areas, expand, lands, named
from trailkeep.authz.lint.shape import Fit, best

ID = "action-never-meets-resource"
FOREIGN = "resource-of-another-service"
MOST = 5
"""So many actions are named in one finding."""


def look(document: Document, around: Around) -> Iterator[Finding]:
    """One finding for the actions that no resource fits, one for the resources that no action fits."""
    for clause in document.readable:
        if clause.meant.resources is None or clause.meant.not_resource or clause.meant.not_action:
            continue
        if any(fit_in(clause, r, document.version) is Fit.NO for r in clause.resources):
            continue  # said by resource-matches-nothing; the correction of that comes first
        lost = [p for p in clause.actions if _is_lost(clause, p, document.version)]
        if lost:
            yield _finding(document, clause, lost, around)
        else:
            yield from _resources(document, clause)


def _is_lost(clause: Clause, pattern: str, version: str) -> bool:
    found = expand(pattern)
    return bool(found) and not any(lands(clause, action, version) for action in found or ())


def _finding(document: Document, clause: Clause, lost: list[str], around: Around) -> Finding:
    actions = [a for p in lost for a in expand(p) or ()]
    foreign = not {r.split(":", 3)[2] for r in clause.resources if r.count(":") > 2} & _services(actions)
    shown = ", ".join(lost[:MOST]) + (f" and {len(lost) - MOST} more" if len(lost) > MOST else "")
    effect = "denied" if clause.meant.denies else "allowed"
    templates = list(dict.fromkeys(t for a in actions for t in a.templates))
    about = (
        f"about {', '.join(repair.shown(t) for t in templates[:3])}"
        if templates
        else "about no resource, so only Resource * covers it"
    )
    return document.finding(
        FOREIGN if foreign and templates else ID,
        Severity.ERROR if clause.meant.denies and {a.service for a in actions} <= OURS else Severity.WARNING,
        clause,
        what=f"never {effect} by this statement, whose resources they are not about: {shown}",
        why=f"{actions[0]} is {about} (AWS's reference of {catalogue.day()})",
        source=catalogue.REFERENCE,
        corrected=_corrected(clause, lost, actions, around),
    )


def _services(actions: list[Action]) -> set[str]:
    return {t.split(":", 3)[2] for a in actions for t in a.templates}


def _corrected(clause: Clause, lost: list[str], actions: list[Action], around: Around) -> tuple[dict[str, object], ...]:
    """The statement without these actions, and one more for them."""
    kept = [a for a in clause.actions if a not in lost]
    meant = repair.fitting(actions, clause.resources, around)
    sid = {"Sid": f"{clause.sid}More"} if clause.sid and kept else {}
    added = clause.with_(**sid, Action=repair.one_or_all(lost), Resource=repair.one_or_all(meant))
    return (clause.with_(Action=repair.one_or_all(kept)), added) if kept else (added,)


def _resources(document: Document, clause: Clause) -> Iterator[Finding]:
    actions = named(clause)
    if not actions or len(clause.resources) < 2:
        return
    templates = list(dict.fromkeys(t for a in actions for t in a.templates))
    idle = [r for r in clause.resources if r.strip("*") and best(r, templates, version=document.version) is Fit.NO]
    live = areas(r for r in clause.resources if r not in idle)
    idle = [r for r in idle if not areas([r]) & live]  # a bucket beside its objects is a habit that harms nobody
    if idle:
        kept = [r for r in clause.resources if r not in idle]
        yield document.finding(
            ID,
            Severity.NOTE,
            clause,
            what=f"no action of the statement can be about {', '.join(idle[:3])}",
            why=f"the actions are about {', '.join(repair.shown(t) for t in templates[:3])} "
            f"(AWS's reference of {catalogue.day()})",
            source=catalogue.REFERENCE,
            corrected=(clause.with_(Resource=repair.one_or_all(kept)),) if kept else (),
        )
