"""Policies that bind nobody because of where they are attached; needs a snapshot."""

from collections.abc import Iterator

from trailkeep.authz.lint.document import Document
from trailkeep.authz.lint.finding import Finding, Severity
from trailkeep.authz.lint.known import Around
from trailkeep.model.organization import Organization

ID = "attached-to-nobody"
SOURCE = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"
_TYPES = {"scp": "SERVICE_CONTROL_POLICY", "rcp": "RESOURCE_CONTROL_POLICY"}


def look(document: Document, around: Around) -> Iterator[Finding]:
    """At most one finding: the first reason why nobody is bound."""
    organization = around.organization
    if organization is None or document.attached is None or document.aws_managed:
        return
    if document.form == "identity":
        if not document.attached and any(c.meant.denies for c in document.clauses):
            yield _finding(document, Severity.WARNING, "is attached to no role, user or group", "attach it")
        return
    if document.form not in _TYPES:
        return
    kind = document.form.upper()
    if organization.policy_types.get(_TYPES[document.form]) != "ENABLED":
        yield _finding(
            document, Severity.ERROR, f"is an {kind}, and {kind}s are not enabled on the root", "enable the policy type"
        )
    elif not document.attached:
        yield _finding(document, Severity.WARNING, "is attached nowhere", "attach it, or delete it")
    elif set(document.attached) == {organization.management}:
        yield _finding(
            document,
            Severity.ERROR,
            "is attached only to the management account, which it does not bind",
            "attach it to the units whose accounts it is for",
        )
    elif not _reached(organization, document.attached):
        yield _finding(
            document, Severity.WARNING, "is attached only to units without any member account", "attach it elsewhere"
        )


def _reached(organization: Organization, targets: tuple[str, ...]) -> bool:
    wanted = set(targets)
    members = (a for a in organization.accounts if a != organization.management)
    return any(wanted & set(organization.chain(account)) for account in members)


def _finding(document: Document, severity: Severity, what: str, todo: str) -> Finding:
    why = f"a policy binds only whom it is attached to, and SCPs and RCPs never the management account; {todo}"
    return document.finding(ID, severity, None, what=f"the policy {what}", why=why, source=SOURCE)
