"""Who may put events on the alarms' bus, publish to their topic, and send in an account's name."""

from trailkeep.setup.documents.statement import document, statement
from trailkeep.setup.places import Places

EVENTS = "events.amazonaws.com"


def service_trust(service: str) -> str:
    """The trust of a role that a service assumes, for whoever may pass that role to it in its account.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html
    """
    return document([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}])


def sender_policy(bus: str) -> str:
    """What an account's event rules may do: put events on the one bus."""
    return document([statement("Send", "Allow", ["events:PutEvents"], [bus])])


def bus_policy(places: Places, bus: str) -> str:
    """Every account of the organization may put events on the bus, nobody else.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
    """
    ours = {"StringEquals": {"aws:PrincipalOrgID": places.organization}}
    allow = statement("Organization", "Allow", ["events:PutEvents"], [bus], Principal="*", Condition=ours)
    return document([allow])


def topic_policy(topic: str, rules: tuple[str, ...], account: str) -> str:
    """Our event rules may publish, the account administers, and nothing goes over plain HTTP.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    administer = ["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Publish", "sns:Subscribe"]
    own = {"StringEquals": {"aws:SourceOwner": account}}
    return document(
        [
            statement(
                "Alarms",
                "Allow",
                ["sns:Publish"],
                [topic],
                Principal={"Service": EVENTS},
                Condition={"ArnEquals": {"aws:SourceArn": sorted(rules)}},
            ),
            statement("Owner", "Allow", administer, [topic], Principal={"AWS": "*"}, Condition=own),
            statement(
                "Encrypted",
                "Deny",
                ["sns:Publish"],
                [topic],
                Principal={"AWS": "*"},
                Condition={"Bool": {"aws:SecureTransport": "false"}},
            ),
        ]
    )
