"""Every guardrail fits into the size that AWS stores."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.setup.desired.guardrails import MAX_SIZE


def ask(view: View) -> Iterator[Answer]:
    """One answer a policy of the organization's own."""
    for policy in view.organization.policies:
        if policy.type in MAX_SIZE and not policy.aws_managed:
            size, most = len(policy.content), MAX_SIZE[policy.type]
            said = f"{size:,} of {most:,} characters"
            yield Answer(subject=view.policy_subject(policy), said=good(said) if size <= most else bad(said))


CHECK = Check(
    id="guardrails-fit",
    claim="Every guardrail fits into the size that AWS stores",
    why="A policy that is too long cannot be saved again: the next repair of it fails.",
    decided="Characters of each SCP (10,240) and RCP (5,120), white space included.",
    unknown="The organization has no policy of its own.",
    severity=Severity.LOW,
    fix=Fix(
        trailkeep="trailkeep policies lint",
        cli="aws organizations describe-policy --policy-id {policy}",
        cloudformation=(
            "Type: AWS::Organizations::Policy\nProperties:\n  Type: SERVICE_CONTROL_POLICY\n  Content: SHORTER"
        ),
        console="Organizations, Policies, the policy",
    ),
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",),
    controls=("CL-POL-05",),
    ask=ask,
)
