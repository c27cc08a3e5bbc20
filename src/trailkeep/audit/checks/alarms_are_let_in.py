"""The alarms' bus lets every account of the organization in, and nobody else."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.sending import STRANGER, lets_in, named
from trailkeep.audit.view import View
from trailkeep.audit.watching import bus_of, unseen, wants, wished
from trailkeep.model.ids import AccountId
from trailkeep.model.monitoring import ALARMS, EventBus


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the security account, which owns the bus."""
    yield Answer(subject=view.account(wished(view).security), said=unseen(view, ALARMS) or _said(view))


def _said(view: View) -> Said:
    bus, sender = bus_of(view), wished(view).sender
    if bus is None:
        return bad("there is no bus for alarms")
    asked = {a: lets_in(view, bus, a, sender) for a in _different(view, bus)}
    shut = [a for a, decision in asked.items() if not decision.is_allowed]
    if shut:
        alike = [a for a in view.promise.accounts if a not in named(bus.policy) and a != bus.account]
        many = len(alike) if set(alike) & set(shut) else len(shut)
        return bad(f"bus {bus.name} does not let {many} accounts in, {shut[0]} among them")
    stranger = lets_in(view, bus, STRANGER, sender)
    doubts = [d.assumptions[0].words for d in (*asked.values(), stranger) if d.assumptions]
    if doubts:
        return unsure(f"whether bus {bus.name} lets them in depends: {doubts[0]}")
    if stranger.is_allowed:
        return bad(f"bus {bus.name} lets accounts of other organizations in")
    return good(f"bus {bus.name} lets the organization in, alone")


def _different(view: View, bus: EventBus) -> Iterator[AccountId]:
    """The accounts that the policy names, and one of all the others; the bus' own account needs no policy."""
    others = [a for a in view.promise.accounts if a != bus.account]
    mine = named(bus.policy)
    yield from (a for a in others if a in mine)
    yield from [a for a in others if a not in mine][:1]


CHECK = Check(
    id="alarms-are-let-in",
    claim="The alarms' bus lets every account of the organization in, and nobody else",
    why=(
        "What the bus does not let in is dropped where it was sent. Who lets everybody in lets a stranger ring every "
        "alarm until nobody listens."
    ),
    decided=(
        "DescribeEventBus of the security account: the bus is there, its policy allows events:PutEvents to a role of "
        "each expected account, and not to one of another organization."
    ),
    unknown="The bus or its policy could not be read, or the snapshot does not say what watches.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli=(
            "aws events put-permission --event-bus-name trailkeep --action events:PutEvents --principal '*' "
            "--statement-id Organization --condition Type=StringEquals,Key=aws:PrincipalOrgID,Value=ORGANIZATION"
        ),
        cloudformation=(
            "Type: AWS::Events::EventBusPolicy\n"
            "Properties:\n"
            "  EventBusName: trailkeep\n"
            "  StatementId: Organization\n"
            "  Statement:\n"
            "    Effect: Allow\n"
            "    Principal: '*'\n"
            "    Action: events:PutEvents\n"
            "    Resource: BUS_ARN\n"
            "    Condition: {StringEquals: {aws:PrincipalOrgID: ORGANIZATION}}"
        ),
        console="EventBridge of the security account, Event buses, trailkeep: Manage permissions",
    ),
    sources=("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html",),
    controls=("CL-MON-01",),
    ask=ask,
    applies=wants(lambda wish: wish.alarms is not None),
    optional=True,
)
