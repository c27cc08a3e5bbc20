"""Service control policies are switched on."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good
from trailkeep.audit.view import View

TYPE = "SERVICE_CONTROL_POLICY"


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    status = view.organization.policy_types.get(TYPE, "off")
    said = f"{TYPE} is {status}"
    yield Answer(subject=view.whole, said=good(said) if status == "ENABLED" else bad(said))


CHECK = Check(
    id="scps-are-on",
    claim="Service control policies are switched on",
    why=(
        "Switching the type off detaches every such policy everywhere; switching it on again brings none of them back."
    ),
    decided="PolicyTypes of the root: SERVICE_CONTROL_POLICY is ENABLED.",
    unknown="Never: without the organization there is no audit.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations enable-policy-type --root-id ROOT --policy-type SERVICE_CONTROL_POLICY",
        cloudformation="not in CloudFormation",
        console="Organizations, Policies: Enable",
    ),
    sources=(("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_enable-disable.html"),),
    controls=("CL-POL-05",),
    ask=ask,
)
