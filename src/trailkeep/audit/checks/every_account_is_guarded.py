"""A guardrail keeps every member from stopping its logging."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_accounts
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.guards import guard_class, scp_denies
from trailkeep.audit.view import View
from trailkeep.model.ids import AccountId

ACTIONS = (
    ("cloudtrail:StopLogging", "arn:{partition}:cloudtrail:{region}:{account}:trail/x"),
    ("cloudtrail:DeleteTrail", "arn:{partition}:cloudtrail:{region}:{account}:trail/x"),
    ("cloudtrail:PutEventSelectors", "arn:{partition}:cloudtrail:{region}:{account}:trail/x"),
    ("config:StopConfigurationRecorder", "*"),
    ("config:DeleteDeliveryChannel", "*"),
    ("organizations:LeaveOrganization", "*"),
)


def ask(view: View) -> Iterator[Answer]:
    """One answer a member; accounts with the same policies above them are asked once."""
    known: dict[object, Said] = {}

    def judge(account: AccountId) -> Said | None:
        if account == view.organization.management:
            return None  # SCPs never bind it
        alike = guard_class(view, account)
        if alike not in known:
            known[alike] = _said(view, account)
        return known[alike]

    return on_accounts(view, "", judge)


def _said(view: View, account: AccountId) -> Said:
    open_ = []
    for action, shape in ACTIONS:
        region = view.promise.home or "us-east-1"
        resource = shape.format(partition=view.organization.partition, region=region, account=account)
        if not scp_denies(view, account, action, resource):
            open_.append(action)
    return bad(f"no SCP denies {', '.join(open_)}") if open_ else good("the SCPs above it deny each of these")


CHECK = Check(
    id="every-account-is-guarded",
    claim="A guardrail keeps every member from stopping its logging",
    why=(
        "What nothing forbids, a member's administrator can do: stop recorders, narrow trails, leave the organization."
    ),
    decided=(
        "For each expected account but the management account: the SCPs above it explicitly deny "
        "stopping and narrowing trails and recorders, and leaving, to an administrator of the account."
    ),
    unknown="Never: without the organization there is no audit.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws organizations attach-policy --policy-id POLICY --target-id {account}",
        cloudformation=(
            "Type: AWS::Organizations::Policy\nProperties:\n  Type: SERVICE_CONTROL_POLICY\n  TargetIds: [UNIT]"
        ),
        console="Organizations, Policies, the policy, Targets: Attach",
    ),
    sources=(("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"),),
    controls=("CL-POL-02", "CL-POL-03", "CL-POL-05", "CL-POL-07"),
    ask=ask,
)
