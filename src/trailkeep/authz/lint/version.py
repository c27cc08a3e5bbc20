"""Policies without the Version that has policy variables: `${aws:username}` is then those very characters."""

from collections.abc import Iterator

from trailkeep.authz.lint.document import Clause, Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.template import VARIABLES

ID = "version-missing"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"
_KNOWN = ("", "2008-10-17", VARIABLES)


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding for each statement whose variables are literal text, or a note on the policy."""
    if document.version == VARIABLES or document.problem:
        return
    said = f"Version {document.version!r}" if document.version else "no Version"
    if document.version not in _KNOWN:
        yield document.finding(
            ID,
            Severity.ERROR,
            None,
            what=f"there is no {said[:60]}",
            why="AWS refuses it; write 2012-10-17",
            source=SOURCE,
        )
        return
    with_variables = [c for c in document.readable if _variable(c)]
    for clause in with_variables:
        yield document.finding(
            ID,
            Severity.ERROR if clause.meant.denies else Severity.WARNING,
            clause,
            what=f"{_variable(clause)!r} is literal text: the policy has {said}",
            why='only a policy with "Version": "2012-10-17" has variables',
            source=SOURCE,
        )
    if not with_variables:
        why = 'write "Version": "2012-10-17", so that a variable added later is one'
        yield document.finding(ID, Severity.NOTE, None, what=f"the policy has {said}", why=why, source=SOURCE)


def _variable(clause: Clause) -> str:
    values = [*clause.resources, *(v for asked in clause.asked for v in asked.values)]
    return next((v[:120] for v in values if "${" in v), "")
