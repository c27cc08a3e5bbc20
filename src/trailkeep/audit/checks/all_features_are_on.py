"""The organization has all features."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    on = view.organization.all_features
    yield Answer(subject=view.whole, said=good("all features are on") if on else bad("consolidated billing only"))


CHECK = Check(
    id="all-features-are-on",
    claim="The organization has all features",
    why="Without them there are no SCPs, no RCPs and no organization trail.",
    decided="FeatureSet of DescribeOrganization is ALL.",
    unknown="Never: without the organization there is no audit.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations enable-all-features",
        cloudformation=("Type: AWS::Organizations::Organization\nProperties:\n  FeatureSet: ALL"),
        console="Organizations, Settings, Begin process to enable all features",
    ),
    sources=(("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html"),),
    controls=("CL-ORG-02", "CL-POL-05"),
    ask=ask,
)
