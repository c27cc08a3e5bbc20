"""The archive's account is active and in an organizational unit."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Severity, bad, good, unsure
from trailkeep.audit.view import View


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the account that holds the archive."""
    archive = view.promise.archive
    known = view.organization.accounts.get(archive) if archive else None
    if archive is None or known is None:
        because = unsure("which account holds the archive is not known")
        yield Answer(subject=view.account(archive) if archive else view.whole, said=because)
    elif not known.is_active:
        yield Answer(subject=view.account(archive), said=bad(f"the account is {known.state}"))
    elif known.parent == view.organization.root:
        yield Answer(subject=view.account(archive), said=bad("it is directly below the root"))
    else:
        yield Answer(subject=view.account(archive), said=good(f"active, in {view.organization.path(known.parent)}"))


CHECK = Check(
    id="archive-account-is-active-in-a-unit",
    claim="The archive's account is active and in an organizational unit",
    why=(
        "A closed account is deleted with all its logs after 90 days; directly below the root no "
        "guardrail of a unit reaches it."
    ),
    decided="Its state is ACTIVE and its parent is no root.",
    unknown="The archive's bucket was not seen, so that its account is not known.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws organizations move-account --account-id {account} --source-parent-id ROOT --destination-parent-id UNIT"
        ),
        cloudformation=(
            "Type: AWS::Organizations::Account\n"
            "Properties:\n"
            "  AccountName: Log Archive\n"
            "  Email: EMAIL\n"
            "  ParentIds: [UNIT]"
        ),
        console="Organizations, AWS accounts, the account: Move; a closed one: support, within 90 days",
    ),
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html",),
    controls=("CL-ORG-01",),
    ask=ask,
)
