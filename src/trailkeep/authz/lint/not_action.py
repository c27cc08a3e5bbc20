"""Deny with NotAction: it denies every action AWS will ever add."""

from collections.abc import Iterator

from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.scope import exempts_only

ID = "not-action-deny"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """A warning, or a note where a condition on the request (a Region, say) narrows it."""
    for clause in document.readable:
        if clause.meant.denies and clause.meant.not_action:
            yield document.finding(
                ID,
                Severity.WARNING if exempts_only(clause) else Severity.NOTE,
                clause,
                what="a Deny with NotAction denies every action and service that AWS adds later",
                why="what is denied grows without anybody deciding it; list the actions that are to be denied",
                source=SOURCE,
            )
