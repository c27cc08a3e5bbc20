"""A Resource that no ARN can match, so that the statement holds for nothing."""

from collections.abc import Iterator

from trailkeep.authz import catalogue
from trailkeep.authz.lint import repair
from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.scope import named
from trailkeep.authz.lint.shape import Fit, best
from trailkeep.authz.patterns import encode, is_wild
from trailkeep.model.ids import PENDING

ID = "resource-matches-nothing"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"

OURS = frozenset("s3 cloudtrail config kms iam logs sns sqs events lambda organizations".split())
"""Services whose ARNs were compared with their own pages: no account or Region is ever left out, no form missing."""


def look(document: Document, around: Around) -> Iterator[Finding]:
    """One finding a statement, for all of its resources that are empty."""
    for clause in document.readable:
        fits = {r: fit_in(clause, r, document.version) for r in clause.resources}
        dead = [r for r in clause.resources if fits[r] is Fit.NO]
        if dead:
            yield _finding(document, clause, dead, around)
        elif doubtful := [r for r in clause.resources if fits[r] is Fit.DOUBTFUL]:
            yield document.finding(
                ID,
                Severity.WARNING,
                clause,
                what=f"{_quoted(doubtful)} matches only if AWS lets a wildcard stand for more than one part of an ARN",
                why="AWS advises a wildcard for each part between colons; that one reaches further is settled nowhere",
                source=SOURCE,
                corrected=_corrected(clause, doubtful, around),
            )


def fit_in(clause: Clause, resource: str, version: str) -> Fit:
    """How a Resource value meets any ARN; what is in doubt is asked again of what the actions are about."""
    found = fit_of(resource, version)
    actions = named(clause) if found is Fit.DOUBTFUL else None
    templates = [t for a in actions or () for t in a.templates]
    return best(resource, templates, version=version) if templates else found


def fit_of(resource: str, version: str) -> Fit:
    """How a Resource value meets the ARNs of its own service; services that are not known can have any."""
    if resource.startswith(("*", "?")) or PENDING.match(resource):
        return Fit.YES
    parts = resource.split(":", 3)
    if parts[0] != "arn" and not is_wild(encode(parts[0])):
        return Fit.NO
    service = parts[2] if len(parts) > 2 else ""
    if len(parts) < 3 or is_wild(encode(service)) or "${" in service:
        return Fit.YES
    known = catalogue.templates(service)
    if not known:
        return Fit.YES
    return best(resource, known, version=version, loosely=service not in OURS)


def _finding(document: Document, clause: Clause, dead: list[str], around: Around) -> Finding:
    nothing = len(dead) == len(clause.resources)
    effect = "denies" if clause.meant.denies else "allows"
    if clause.meant.not_resource:
        so = f"so nothing is excepted from what this statement {effect}"
    elif nothing:
        so = f"so this statement {effect} nothing"
    else:
        so = f"so this part of the statement {effect} nothing"
    severe = clause.meant.denies and not clause.meant.not_resource and all(map(_is_sure, dead))
    return document.finding(
        ID,
        Severity.ERROR if severe else Severity.WARNING,
        clause,
        what=f"{_quoted(dead)} can match no ARN, {so}",
        why=_why(clause, dead[0]),
        source=SOURCE,
        corrected=_corrected(clause, dead, around),
    )


def _is_sure(resource: str) -> bool:
    """Whether AWS's reference is complete enough for an error: outside of logging it leaves some ARNs out."""
    parts = resource.split(":", 3)
    return parts[0] != "arn" or len(parts) < 4 or parts[2] in OURS


def _why(clause: Clause, resource: str) -> str:
    parts = resource.split(":", 5)
    if parts[0] != "arn":
        return "an ARN begins with arn:<partition>:<service>"
    service = parts[2] if len(parts) > 2 else ""
    meant = [t for a in named(clause) or () for t in a.templates if f":{service}:" in t]
    forms = list(dict.fromkeys(meant)) or list(catalogue.templates(service))
    near = [t for t in forms if _kind(t) and _kind(t) == _kind(resource)] or sorted(forms, key=len)
    shown = ", ".join(repair.shown(t) for t in near[:2])
    return f"such ARNs look like {shown}; what stands in angle brackets is never empty"


def _kind(arn: str) -> str:
    last = arn.split(":", 5)[-1]
    return last.partition("/")[0] if "/" in last and not last.startswith(("/", "$")) else ""


def _corrected(clause: Clause, dead: list[str], around: Around) -> tuple[dict[str, object], ...]:
    actions = named(clause)
    if not actions or clause.meant.not_resource:
        return ()
    kept = [r for r in clause.resources if r not in dead]
    meant = repair.resources(actions, around, repair.partition_of(dead[0]))
    return (clause.with_(Resource=repair.one_or_all(list(dict.fromkeys([*kept, *meant])))),)


def _quoted(resources: list[str]) -> str:
    shown = ", ".join(repr(r[:120]) for r in resources[:3])
    return f"Resource {shown}{f' and {len(resources) - 3} more' if len(resources) > 3 else ''}"
