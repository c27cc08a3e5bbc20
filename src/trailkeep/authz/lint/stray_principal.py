"""Principal elements in policies that bind whom they are attached to: AWS refuses them."""

from collections.abc import Iterator, Mapping
from typing import Any

from trailkeep.authz.lint.document import WITHOUT_PRINCIPAL, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.repair import one_or_all

ID = "principal-not-allowed"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding a statement, with the Principal as a condition where that says the same."""
    if document.form not in WITHOUT_PRINCIPAL:
        return
    for clause in document.clauses:
        element = next((e for e in ("Principal", "NotPrincipal") if e in clause.written), None)
        if element is not None:
            yield document.finding(
                ID,
                Severity.ERROR,
                clause,
                what=f"a policy of kind {document.form} has no {element}; AWS refuses it",
                why="it binds the principals it is attached to; who is meant belongs into a condition on "
                "aws:PrincipalArn. If this is a resource policy, say so with --kind",
                source=SOURCE,
                corrected=_corrected(clause.written, element),
            )


def _corrected(written: Mapping[str, Any], element: str) -> tuple[dict[str, Any], ...]:
    named, block = written[element], written.get("Condition", {})
    left = {k: v for k, v in written.items() if k != element}
    if named in ("*", {"AWS": "*"}):
        return (left,) if element == "Principal" else ()
    arns = named.get("AWS") if isinstance(named, Mapping) and set(named) == {"AWS"} else None
    listed: list[Any] = arns if isinstance(arns, list) else [arns]
    if not isinstance(block, Mapping) or not all(isinstance(a, str) and ":iam:" in a for a in listed):
        return ()
    operator = "ArnLike" if element == "Principal" else "ArnNotLike"
    tests = block.get(operator, {})
    if not isinstance(tests, Mapping) or "aws:PrincipalArn" in tests:
        return ()
    return ({**left, "Condition": {**block, operator: {**tests, "aws:PrincipalArn": one_or_all(listed)}}},)
