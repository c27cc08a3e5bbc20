"""Policies longer than AWS stores, and targets without a slot left."""

from collections.abc import Iterator

from trailkeep.authz.lint.document import Document, minified
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.limits import LIMITS, SLOTS, SLOTS_SOURCE

ID = "policy-too-long"
SLOT = "no-slot-left"
NEARLY = 0.95


def look(document: Document, around: Around) -> Iterator[Finding]:
    """At most one finding on the length, one for each target whose slots are used up."""
    if not document.aws_managed and not document.problem:
        yield from _length(document)
    yield from _slots(document, around)


def _length(document: Document) -> Iterator[Finding]:
    limit = LIMITS[document.form]
    if document.form == "resource" and not _is_bucket_policy(document):
        return
    long, short = limit.measure(document.text), limit.measure(minified(document.text))
    what = f"the policy has {long:,} {limit.unit}, AWS stores {limit.length:,}"
    why = f"the quota of {limit.day}; "
    if short > limit.length:
        can_grow = f"the quota can be raised to {limit.most:,}" if short <= limit.most else "divide it"
        severity = Severity.WARNING if short <= limit.most else Severity.ERROR
        yield document.finding(ID, severity, None, what=what, why=why + can_grow, source=limit.source)
    elif long > limit.length:
        yield document.finding(
            ID,
            Severity.WARNING,
            None,
            what=what,
            why=f"{why}white space counts when the API or the CLI saves it; without it, it has {short:,}",
            source=limit.source,
        )
    elif short > limit.length * NEARLY:
        left = limit.length - short
        what = f"{left:,} {limit.unit} are left of {limit.length:,}"
        yield document.finding(ID, Severity.NOTE, None, what=what, why=f"the quota of {limit.day}", source=limit.source)


def _is_bucket_policy(document: Document) -> bool:
    """Other services' resource policies have limits of their own."""
    return any(a.lower().startswith("s3:") for c in document.clauses for a in c.actions)


def _slots(document: Document, around: Around) -> Iterator[Finding]:
    most = SLOTS.get(document.form)
    for target in document.attached or () if most else ():
        attached = around.at(target, document.form)
        if most and len(attached) >= most and attached[0] is document:
            where = around.organization.path(target) if around.organization else target
            yield document.finding(
                SLOT,
                Severity.NOTE,
                None,
                what=f"{where} has {len(attached)} {document.form.upper()}s attached, and no slot for another",
                why=f"{most} of a kind can be attached to one root, unit or account, AWS's own included",
                source=SLOTS_SOURCE,
            )
