"""Resource control policies are switched on."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good
from trailkeep.audit.view import View

TYPE = "RESOURCE_CONTROL_POLICY"


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the organization."""
    status = view.organization.policy_types.get(TYPE, "off")
    said = f"{TYPE} is {status}"
    yield Answer(subject=view.whole, said=good(said) if status == "ENABLED" else bad(said))


CHECK = Check(
    id="rcps-are-on",
    claim="Resource control policies are switched on",
    why=(
        "Switching the type off detaches every such policy everywhere; switching it on again brings none of them back."
    ),
    decided="PolicyTypes of the root: RESOURCE_CONTROL_POLICY is ENABLED.",
    unknown="Never: without the organization there is no audit.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations enable-policy-type --root-id ROOT --policy-type RESOURCE_CONTROL_POLICY",
        cloudformation="not in CloudFormation",
        console="Organizations, Policies: Enable",
    ),
    sources=(("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_enable-disable.html"),),
    controls=("CL-POL-05",),
    ask=ask,
    applies=lambda view: view.promise.resource_policy,
)
