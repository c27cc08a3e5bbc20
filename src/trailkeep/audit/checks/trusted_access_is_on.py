"""Trusted access for CloudTrail is on."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good
from trailkeep.audit.view import View

SERVICE = "cloudtrail.amazonaws.com"


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    on = SERVICE in view.organization.trusted_access
    said = good(f"{SERVICE} has access") if on else bad(f"{SERVICE} has no access to the organization")
    yield Answer(subject=view.whole, said=said)


CHECK = Check(
    id="trusted-access-is-on",
    claim="Trusted access for CloudTrail is on",
    why="Without it an organization trail exists and looks fine, and logging of every member has stopped.",
    decided="cloudtrail.amazonaws.com is among the services with access to the organization.",
    unknown="Never: without the organization there is no audit.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations enable-aws-service-access --service-principal cloudtrail.amazonaws.com",
        cloudformation="not in CloudFormation",
        console="Organizations, Services, CloudTrail: Enable trusted access",
    ),
    sources=(
        ("https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-cloudtrail.html"),
    ),
    controls=("CL-ORG-02", "CL-CT-01"),
    ask=ask,
    applies=lambda view: view.promise.organization_trail,
)
