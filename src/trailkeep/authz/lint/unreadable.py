"""Documents and statements that cannot be read: what they do nobody can say."""

from collections.abc import Iterator

from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around

ID = "unreadable"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding for the document, or one for each statement."""
    if document.problem:
        why = f"nothing in it was judged; {document.hint}" if document.hint else "nothing in it was judged"
        yield document.finding(ID, Severity.ERROR, None, what=document.problem, why=why, source=SOURCE)
    for clause in document.clauses:
        if not clause.is_readable:
            yield document.finding(
                ID,
                Severity.ERROR,
                clause,
                what=f"the statement cannot be read: {clause.meant.unreadable}",
                why="AWS refuses it, or reads it otherwise than it was meant; nothing else in it was judged",
                source=SOURCE,
            )
    if not document.problem and not document.clauses:
        yield document.finding(
            ID, Severity.WARNING, None, what="the policy has no statement", why="it does nothing", source=SOURCE
        )
