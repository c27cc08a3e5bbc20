"""The security account alone administers CloudTrail for the organization."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View

SERVICE = "cloudtrail.amazonaws.com"


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    yield Answer(subject=view.whole, said=_said(view))


def _said(view: View) -> Said:
    found = sorted(d.account for d in view.organization.delegations if d.service == SERVICE)
    said = f"delegated administrators: {', '.join(found) or 'none'}"
    if not view.promise.specified:
        return good(said) if len(found) < 2 else bad(said)
    if found == [view.promise.security]:
        return good(said)
    return bad(f"{said}; it should be {view.promise.security} alone")


CHECK = Check(
    id="delegated-administrator-is-the-security-account",
    claim="The security account alone administers CloudTrail for the organization",
    why=(
        "A delegated administrator can do with the organization trail what the management account can; "
        "each one too many is a way in."
    ),
    decided=(
        "CloudTrail's delegated administrators: the security account of the specification and nobody "
        "else; without a specification, one at most."
    ),
    unknown="Never: without the organization there is no audit.",
    severity=Severity.MEDIUM,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws cloudtrail register-organization-delegated-admin --member-account-id SECURITY_ACCOUNT",
        cloudformation="not in CloudFormation",
        console="CloudTrail, Settings, Organization delegated administrators",
    ),
    sources=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-delegated-administrator.html",),
    controls=("CL-ORG-02",),
    ask=ask,
)
