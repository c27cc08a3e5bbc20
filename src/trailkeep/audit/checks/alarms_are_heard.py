"""Somebody hears the alarms."""

from collections.abc import Iterator

from trailkeep.audit.check import Check, Fix
from trailkeep.audit.finding import Answer, Said, Severity, bad, good, unsure
from trailkeep.audit.view import View
from trailkeep.audit.watching import topic_of, unseen, wants, wished
from trailkeep.model.monitoring import ALARMS


def ask(view: View) -> Iterator[Answer]:
    """One answer, for the security account, which owns the topic."""
    yield Answer(subject=view.account(wished(view).security), said=unseen(view, ALARMS) or _said(view))


def _said(view: View) -> Said:
    alarms, topic = wished(view).alarms, topic_of(view)
    assert alarms is not None
    if topic is None:
        return unsure("there is no topic that tells people")
    wanted = {(s.protocol, s.endpoint) for s in alarms.topic.subscriptions} if alarms.topic else set()
    there = {(s.protocol, s.endpoint): s.confirmed for s in topic.subscriptions}
    missing = sorted(to for protocol, to in wanted if (protocol, to) not in there)
    deaf = sorted(to for protocol, to in wanted if there.get((protocol, to)) is False)
    hearing = sorted(to for (_, to), confirmed in there.items() if confirmed)
    wrong = [
        *([f"not subscribed: {', '.join(missing[:5])}"] if missing else []),
        *([f"not confirmed, so hears nothing: {', '.join(deaf[:5])}"] if deaf else []),
        *([] if hearing else ["nobody hears it"]),
    ]
    if wrong:
        return bad("; ".join(wrong))
    return good(f"confirmed listeners: {len(hearing)}, {hearing[0]} among them")


CHECK = Check(
    id="alarms-are-heard",
    claim="Somebody hears the alarms",
    why="An address that was subscribed and never confirmed gets nothing, and looks like a listener in every list.",
    decided=(
        "ListSubscriptionsByTopic: everybody that `monitoring.alarms.notify` names is subscribed and has confirmed, "
        "and at least one listener has."
    ),
    unknown="The topic could not be read, there is none, or the snapshot does not say what watches.",
    severity=Severity.HIGH,
    fix=Fix(
        trailkeep="write who is told into `monitoring.alarms.notify`; trailkeep apply; open the link that AWS sends",
        cli="aws sns subscribe --topic-arn TOPIC_ARN --protocol email --notification-endpoint ADDRESS",
        cloudformation=(
            "Type: AWS::SNS::Subscription\nProperties:\n  TopicArn: TOPIC_ARN\n  Protocol: email\n  Endpoint: ADDRESS"
        ),
        console="SNS of the security account, Topics, the topic, Subscriptions: Request confirmation",
    ),
    sources=("https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html",),
    controls=("CL-MON-01", "CL-MON-07"),
    ask=ask,
    applies=wants(lambda wish: wish.alarms is not None),
    optional=True,
)
