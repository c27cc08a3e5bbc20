"""Sids that stand twice, or that AWS refuses."""

import re
from collections import Counter
from collections.abc import Iterator

from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around

ID = "invalid-sid"
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html"

_LETTERS = re.compile(r"[A-Za-z0-9]*")
_IAM = frozenset({"identity", "boundary", "session", "trust"})
_STRICT = _IAM | {"scp", "rcp"}
"""S3, KMS and VPC endpoints take other characters too."""


def look(document: Document, _around: Around) -> Iterator[Finding]:
    """One finding for each Sid after the first of its name, one for each with other characters."""
    times = Counter(c.sid for c in document.clauses if c.sid)
    seen: set[str] = set()
    severity = Severity.ERROR if document.form in _IAM else Severity.WARNING
    for clause in document.clauses:
        if clause.sid in seen:
            yield document.finding(
                ID,
                severity,
                clause,
                what=f"Sid {clause.sid[:60]!r} stands {times[clause.sid]} times",
                why="a Sid is unique within a policy; IAM refuses the policy otherwise",
                source=SOURCE,
                corrected=(clause.with_(Sid=f"{clause.sid}{clause.number}"),),
            )
        elif document.form in _STRICT and not _LETTERS.fullmatch(clause.sid):
            plain = re.sub(r"[^A-Za-z0-9]", "", clause.sid)
            yield document.finding(
                ID,
                severity,
                clause,
                what=f"Sid {clause.sid[:60]!r} has characters other than A-Z, a-z and 0-9",
                why="IAM refuses such a policy",
                source=SOURCE,
                corrected=(clause.with_(Sid=plain or f"Statement{clause.number}"),),
            )
        if clause.sid:
            seen.add(clause.sid)
