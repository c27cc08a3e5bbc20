"""What arrives on the alarms' bus is passed on to the topic that tells people."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.sending import may_tell, why
from trailkeep.audit.view import View
from trailkeep.audit.watching import bus_of, drift, topic_of, unseen, wants, wished
from trailkeep.model.monitoring import ALARMS


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the security account, which owns bus and topic."""
    yield Answer(subject=view.account(wished(view).security), said=unseen(view, ALARMS) or _said(view))


def _said(view: View) -> Said:
    alarms = wished(view).alarms
    assert alarms is not None
    assert alarms.bus is not None
    bus, topic = bus_of(view), topic_of(view)
    if topic is None:
        return bad("there is no topic that tells people")
    if bus is None:
        return unsure("there is no bus for alarms")
    known = {r.name: r for r in bus.rules}
    wrong = [said for rule in alarms.bus.rules if (said := drift(rule, known.get(rule.name)))]
    if wrong:
        return bad("; ".join(wrong))
    start = f"arn:{view.organization.partition}:events:{bus.region}:{bus.account}:rule/{bus.name}"
    told = {rule.name: may_tell(topic, f"{start}/{rule.name}") for rule in alarms.bus.rules}
    refused = [f"{name}: {why(decision)}" for name, decision in told.items() if not decision.is_allowed]
    if refused:
        return bad(f"the topic does not let EventBridge publish for {'; '.join(refused)}")
    doubts = [d.assumptions[0].words for d in told.values() if d.assumptions]
    return unsure(f"whether it is depends: {doubts[0]}") if doubts else good(f"{', '.join(told)} publish to the topic")


CHECK = Check(
    id="alarms-are-passed-on",
    claim="What arrives on the alarms' bus is passed on to the topic that tells people",
    why="One rule switched off or one statement taken from the topic's policy silences every account at once.",
    decided=(
        "The bus' two rules are there, enabled, with their patterns, and their target is the topic; the topic's "
        "policy lets EventBridge publish for each of them (GetTopicAttributes)."
    ),
    unknown="Bus or topic could not be read, there is no bus, or the snapshot does not say what watches.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="trailkeep apply",
        cli="aws events enable-rule --event-bus-name trailkeep --name trailkeep-tell-tampering",
        cloudformation=(
            "Type: AWS::SNS::TopicPolicy\n"
            "Properties:\n"
            "  Topics: [TOPIC_ARN]\n"
            "  PolicyDocument:\n"
            "    Statement:\n"
            "      - Effect: Allow\n"
            "        Principal: {Service: events.amazonaws.com}\n"
            "        Action: sns:Publish\n"
            "        Resource: TOPIC_ARN\n"
            "        Condition: {ArnEquals: {aws:SourceArn: RULE_ARN}}"
        ),
        console="EventBridge of the security account, Rules, bus trailkeep; SNS, Topics, the topic: Access policy",
    ),
    sources=("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html",),
    controls=("CL-MON-01",),
    ask=ask,
    applies=wants(lambda wish: wish.alarms is not None),
    optional=True,
)
