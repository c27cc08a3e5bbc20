"""Every account can send its alarms."""

from collections.abc import Iterator

from trailkeep.audit.asking import on_accounts
from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.guards import guard_class
from trailkeep.audit.sending import sends, trusts, why
from trailkeep.audit.view import View
from trailkeep.audit.watching import unwatched, wants, wished
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId


def ask(view: View) -> Iterator[Answer]:
    """One answer an account; senders that are alike below the same policies are asked once."""
    if blind := unwatched(view):
        yield Answer(subject=view.whole, said=blind)
        return
    name = wished(view).sender
    known = {r.account: r for r in view.snapshot.roles if r.name == name}
    answers: dict[object, Said] = {}

    def judge(account: AccountId) -> Said:
        role = known.get(account)
        if role is None:
            return bad(f"there is no role {name}")
        texts = (role.trust, role.inline)
        if account in str(texts):
            return _said(view, role)  # it is about itself, so about nobody else
        alike = (guard_class(view, account), texts, role.arn.replace(account, ""), _place(view, account))
        if alike not in answers:
            answers[alike] = _said(view, role)
        return answers[alike]

    yield from on_accounts(view, "roles", judge)


def _place(view: View, account: AccountId) -> str:
    return account if account in {view.organization.management, wished(view).security} else ""


def _said(view: View, role: Role) -> Said:
    alarms = wished(view).alarms
    assert alarms is not None
    assert alarms.bus is not None
    trusted = trusts(role, alarms.bus)
    if not trusted.is_allowed:
        return bad(f"EventBridge may not assume role {role.name}: {why(trusted)}")
    sent = sends(view, role, alarms.bus)
    if not sent.is_allowed:
        return bad(f"role {role.name} may not put events on bus {alarms.bus.name}: {why(sent)}")
    doubts = (*trusted.assumptions, *sent.assumptions)
    return (
        unsure(f"whether it can depends: {doubts[0].words}")
        if doubts
        else good("its role may put events on the alarms' bus")
    )


CHECK = Check(
    id="alarms-can-be-sent",
    claim="Every account can send its alarms",
    why=(
        "An event rule sends as a role of its account. Without the role, or below an SCP that denies it, the rule "
        "matches and nothing arrives; EventBridge tells nobody."
    ),
    decided=(
        "For each expected account: the sender's role lets EventBridge assume it, its inline policies allow "
        "events:PutEvents on the bus, and no SCP above it denies that. A permissions boundary of the role is not "
        "looked at, and the bus' own policy is another check."
    ),
    unknown=(
        "The account or its roles could not be read, a policy there cannot be read, or the snapshot does not say what "
        "watches."
    ),
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply; trailkeep policies explain shows the SCP that denies",
        cli=(
            "aws iam put-role-policy --role-name trailkeep-alarms --policy-name send --policy-document file://send.json"
        ),
        cloudformation=(
            "Type: AWS::IAM::Role\n"
            "Properties:\n"
            "  RoleName: trailkeep-alarms\n"
            "  AssumeRolePolicyDocument:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {Service: events.amazonaws.com}\n"
            "        Action: sts:AssumeRole\n"
            "  Policies:\n"
            "    - PolicyName: send\n"
            "      PolicyDocument: {Statement: [{Effect: Allow, Action: events:PutEvents, Resource: BUS_ARN}]}"
        ),
        console="IAM of that account, Roles, trailkeep-alarms: Trust relationships; Permissions",
    ),
    sources=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html",
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html",
    ),
    controls=("CL-MON-01",),
    ask=ask,
    applies=wants(lambda wish: wish.alarms is not None),
    optional=True,
)
