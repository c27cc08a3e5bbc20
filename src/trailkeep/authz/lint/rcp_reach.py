"""RCPs that reach nothing: actions of services they do not cover, and statements that allow."""

from collections.abc import Iterator

from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.authz.lint.repair import one_or_all
from trailkeep.authz.patterns import encode, is_wild
from trailkeep.authz.services import RCP_SERVICES

ID = "rcp-does-not-reach"
SOURCE = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding a statement; AWS's own RCPFullAWSAccess is what allows."""
    if document.form != "rcp" or document.aws_managed:
        return
    for clause in document.readable:
        outside = [a for a in clause.actions if not _is_covered(a)]
        if not clause.meant.denies:
            yield document.finding(
                ID,
                Severity.ERROR,
                clause,
                what="an RCP of your own can only deny; AWS refuses this Allow",
                why="RCPFullAWSAccess, which stands at every level, is what allows",
                source=SOURCE,
            )
        elif outside and not clause.meant.not_action:
            kept = [a for a in clause.actions if a not in outside]
            yield document.finding(
                ID,
                Severity.WARNING,
                clause,
                what=f"RCPs do not reach {', '.join(outside[:5])}{' …' if len(outside) > 5 else ''}",
                why=f"they cover {', '.join(sorted(RCP_SERVICES))} (AWS's sample, March 2026); an SCP binds callers",
                source=SOURCE,
                corrected=(clause.with_(Action=one_or_all(kept)),) if kept else (),
            )


def _is_covered(action: str) -> bool:
    service, colon, _ = action.lower().partition(":")
    return not colon or is_wild(encode(service)) or service in RCP_SERVICES
