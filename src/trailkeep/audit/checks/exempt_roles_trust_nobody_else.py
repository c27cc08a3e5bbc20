"""The roles that guardrails exempt trust the management account alone."""

from collections import defaultdict
from collections.abc import Iterator

from trailkeep.audit.asking import on_accounts
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.view import View
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId
from trailkeep.setup.documents.trust import strangers


def ask(view: View) -> Iterator[Answer]:
    """One answer a member, for all of its exempt roles."""
    of_account: defaultdict[str, list[Role]] = defaultdict(list)
    for role in view.snapshot.roles:
        if role.name in view.promise.names:
            of_account[role.account].append(role)
    management = view.organization.management

    def judge(account: AccountId) -> Said | None:
        if account == management:
            return None
        for role in of_account[account]:
            others = strangers(role.trust, management)
            if others:
                return bad(f"role {role.name} trusts {', '.join(others[:3])}")
        return good("they trust the management account alone" if of_account[account] else "none of them exists here")

    return on_accounts(view, "roles", judge)


CHECK = Check(
    id="exempt-roles-trust-nobody-else",
    claim="The roles that guardrails exempt trust the management account alone",
    why="Who can become an exempt role is bound by no guardrail.",
    decided=("The trust policy of each exempt role in each member names principals of the management account only."),
    unknown="The account or its roles could not be read.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
        cloudformation=(
            "Type: AWS::IAM::Role\n"
            "Properties:\n"
            "  AssumeRolePolicyDocument:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {AWS: 'arn:aws:iam::MANAGEMENT_ACCOUNT:root'}\n"
            "        Action: sts:AssumeRole"
        ),
        console="IAM, Roles, the role, Trust relationships",
    ),
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",),
    controls=("CL-POL-04", "CL-POL-05"),
    ask=ask,
)
