"""No level above an account lacks an SCP that allows."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_accounts
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good
from trailkeep.audit.guards import allows_everything
from trailkeep.audit.view import View
from trailkeep.model.ids import AccountId


def ask(view: View) -> Iterator[Answer]:
    """One answer a member; each level is looked at once."""
    known: dict[str, bool] = {}

    def is_open(level: str) -> bool:
        if level not in known:
            known[level] = any(allows_everything(p) for p in view.attached.get(level, ()))
        return known[level]

    def judge(account: AccountId) -> Said | None:
        if account == view.organization.management:
            return None  # SCPs never bind it
        if view.organization.policy_types.get("SERVICE_CONTROL_POLICY") != "ENABLED":
            return good("SCPs are off, so none is needed")
        closed = [level for level in view.above(account) if not is_open(level)]
        if closed:
            return bad(f"no SCP at {', '.join(closed[:3])} allows everything that it does not deny")
        return good("each level has an SCP that allows")

    return on_accounts(view, "", judge)


CHECK = Check(
    id="nothing-cuts-an-account-off",
    claim="No level above an account lacks an SCP that allows",
    why="An SCP detached without another that allows is an outage of everything below, logging included.",
    decided=(
        "At each level from the root to the account an SCP allows every action on everything, such as FullAWSAccess."
    ),
    unknown="Never: without the organization there is no audit.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep policies explain shows the level that decides",
        cli="aws organizations attach-policy --policy-id p-FullAWSAccess --target-id TARGET",
        cloudformation=(
            "Type: AWS::Organizations::Policy\n"
            "Properties:\n"
            "  Type: SERVICE_CONTROL_POLICY\n"
            "  Content: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}\n"
            "  TargetIds: [UNIT]"
        ),
        console="Organizations, Policies, FullAWSAccess, Targets: Attach",
    ),
    sources=(("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html"),),
    controls=("CL-POL-05",),
    ask=ask,
)
