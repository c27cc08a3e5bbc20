"""Guardrails keep the archive's accounts from destroying it."""

from collections import defaultdict
from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.guards import scp_denies
from trailkeep.audit.view import View
from trailkeep.model.ids import AccountId


def ask(view: View) -> Iterator[Answer]:
    """One answer an account that holds a bucket or a key of the archive."""
    asked: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for holder in view.holders:
        if holder.bucket:
            arn = f"arn:{view.organization.partition}:s3:::{holder.bucket.name}"
            asked[holder.bucket.account] += [("s3:DeleteObjectVersion", f"{arn}/x"), ("s3:DeleteBucket", arn)]
    for used in view.keys:
        if used.key:
            asked[used.key.account].append(("kms:ScheduleKeyDeletion", used.key.arn))
    for account, deeds in sorted(asked.items()):
        yield Answer(subject=view.account(account), said=_said(view, AccountId(account), deeds))


def _said(view: View, account: AccountId, deeds: list[tuple[str, str]]) -> Said:
    if account == view.organization.management:
        return bad("it is the management account, which no SCP binds")
    open_ = sorted({action for action, resource in deeds if not scp_denies(view, account, action, resource)})
    return bad(f"no SCP denies {', '.join(open_)}") if open_ else good("the SCPs above it deny what would destroy it")


CHECK = Check(
    id="archive-is-guarded",
    claim="Guardrails keep the archive's accounts from destroying it",
    why="The archive's own administrators and root user are bound by nothing but SCPs.",
    decided=(
        "An SCP denies deleting versions and the bucket to an administrator of the archive's account, "
        "and scheduling the key's deletion to one of the key's."
    ),
    unknown="No bucket and no key of the archive was seen.",
    severity=Severity.CRITICAL,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations attach-policy --policy-id POLICY --target-id {account}",
        cloudformation=(
            "Type: AWS::Organizations::Policy\nProperties:\n  Type: SERVICE_CONTROL_POLICY\n  TargetIds: [ACCOUNT]"
        ),
        console="Organizations, Policies, the policy, Targets: Attach",
    ),
    sources=(("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"),),
    controls=("CL-POL-01", "CL-POL-04", "CL-POL-05"),
    ask=ask,
)
