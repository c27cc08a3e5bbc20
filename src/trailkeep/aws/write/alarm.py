"""Changes to the alarms on tampering: roles, bus, topic, subscriptions, event rules."""

import json
from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask_all, once, tagged
from trailkeep.errors import AwsError
from trailkeep.model.change import PutBus, PutEventRule, PutRole, PutTopic, SetSubscription
from trailkeep.model.change.alarm import DEFAULT_BUS
from trailkeep.model.identity import Role
from trailkeep.model.monitoring import EventTarget

AlarmChange = PutRole | PutBus | PutTopic | SetSubscription | PutEventRule

_SETTLING = 60.0
"""Seconds for a role or bus made a moment ago to be seen by EventBridge."""
_GONE = frozenset({"ResourceNotFoundException", "NotFound", "NotFoundException", "NoSuchEntity"})


def perform(cloud: Cloud, change: AlarmChange) -> None:
    """Make one change to the alarms. Raises AwsError."""
    match change:
        case PutRole(after=None):
            _delete_role(cloud, change, change.item)
        case PutRole():
            _put_role(cloud, change, change.item)
        case PutBus():
            _bus(cloud, change)
        case PutTopic():
            _topic(cloud, change)
        case SetSubscription():
            _subscription(cloud, change)
        case PutEventRule(after=None):
            _delete_rule(cloud, change)
        case PutEventRule():
            _put_rule(cloud, change)
        case _:
            assert_never(change)


def _put_role(cloud: Cloud, change: PutRole, role: Role) -> None:
    made = None
    boundary: dict[str, Any] = {"PermissionsBoundary": change.boundary} if change.boundary else {}
    if change.before is None:
        made = once(
            cloud,
            change,
            "iam",
            "create_role",
            so_already={"EntityAlreadyExists"},
            RoleName=role.name,
            Path=change.path or "/",
            AssumeRolePolicyDocument=role.trust,
            **boundary,
            **tagged("Tags", change.tags),
        )
    if made is None:
        once(cloud, change, "iam", "update_assume_role_policy", RoleName=role.name, PolicyDocument=role.trust)
    for name, content in role.inline:
        once(
            cloud,
            change,
            "iam",
            "put_role_policy",
            settling=_SETTLING,
            RoleName=role.name,
            PolicyName=name,
            PolicyDocument=content,
        )
    for stale in sorted({n for n, _ in change.before.inline} - {n for n, _ in role.inline}) if change.before else ():
        once(cloud, change, "iam", "delete_role_policy", so_already=_GONE, RoleName=role.name, PolicyName=stale)
    for arn in sorted(role.policies):
        once(cloud, change, "iam", "attach_role_policy", settling=_SETTLING, RoleName=role.name, PolicyArn=arn)


def _delete_role(cloud: Cloud, change: PutRole, role: Role) -> None:
    """IAM deletes a role only when nothing is attached to it (botocore model iam DeleteRole)."""
    for name, _ in role.inline:
        once(cloud, change, "iam", "delete_role_policy", so_already=_GONE, RoleName=role.name, PolicyName=name)
    for arn in sorted(role.policies):
        once(cloud, change, "iam", "detach_role_policy", so_already=_GONE, RoleName=role.name, PolicyArn=arn)
    once(cloud, change, "iam", "delete_role", so_already=_GONE, RoleName=role.name)


def _bus(cloud: Cloud, change: PutBus) -> None:
    name = change.item.name
    if change.after is None:
        once(cloud, change, "events", "delete_event_bus", so_already=_GONE, Name=name)
        return
    if change.before is None:
        once(cloud, change, "events", "create_event_bus", so_already={"ResourceAlreadyExistsException"}, Name=name)
    once(cloud, change, "events", "put_permission", EventBusName=name, Policy=change.after.policy)


def _topic(cloud: Cloud, change: PutTopic) -> None:
    topic = change.item
    if change.after is None:
        once(cloud, change, "sns", "delete_topic", so_already=_GONE, TopicArn=topic.arn)
        return
    if change.before is None:
        name = topic.arn.rpartition(":")[2]
        once(cloud, change, "sns", "create_topic", Name=name, **tagged("Tags", change.tags))
    once(
        cloud,
        change,
        "sns",
        "set_topic_attributes",
        TopicArn=topic.arn,
        AttributeName="Policy",
        AttributeValue=change.after.policy,
    )


def _subscription(cloud: Cloud, change: SetSubscription) -> None:
    if change.after:
        once(
            cloud,
            change,
            "sns",
            "subscribe",
            TopicArn=change.topic,
            Protocol=change.protocol,
            Endpoint=change.endpoint,
        )
        return
    listed = ask_all(cloud, change, "sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=change.topic)
    for found in listed:
        mine = (found["Protocol"], found["Endpoint"]) == (change.protocol, change.endpoint)
        if mine and found["SubscriptionArn"].startswith("arn:"):  # one that waits to be confirmed ends by itself
            once(cloud, change, "sns", "unsubscribe", so_already=_GONE, SubscriptionArn=found["SubscriptionArn"])


def _put_rule(cloud: Cloud, change: PutEventRule) -> None:
    rule = change.item
    on: dict[str, Any] = {} if rule.bus == DEFAULT_BUS else {"EventBusName": rule.bus}
    tags = tagged("Tags", change.tags) if change.before is None else {}  # PutRule refuses tags for a rule that is there
    once(
        cloud,
        change,
        "events",
        "put_rule",
        settling=_SETTLING,
        Name=rule.name,
        EventPattern=change.texts[1],
        State=rule.state,
        **on,
        **tags,
    )
    stale = sorted({t.id for t in change.before.targets} - {t.id for t in rule.targets}) if change.before else []
    if stale:
        once(cloud, change, "events", "remove_targets", Rule=rule.name, Ids=stale, **on)
    if not rule.targets:  # a rule that a killed run left behind, as it was
        return
    answer = once(
        cloud,
        change,
        "events",
        "put_targets",
        settling=_SETTLING,
        Rule=rule.name,
        Targets=[_target(t) for t in rule.targets],
        **on,
    )
    failed = (answer or {}).get("FailedEntries") or []
    if failed:
        said = "; ".join(f"{f.get('TargetId')}: {f.get('ErrorMessage') or f.get('ErrorCode')}" for f in failed)
        raise AwsError(
            f"could not put targets of {rule.name} in {change.account} {change.region}: {said}", code="Target"
        )


def _target(target: EventTarget) -> dict[str, Any]:
    told: dict[str, Any] = {"Id": target.id, "Arn": target.arn}
    if target.role:
        told["RoleArn"] = target.role
    if target.template:
        parts = json.loads(target.template)
        told["InputTransformer"] = {"InputPathsMap": parts["paths"], "InputTemplate": json.dumps(parts["text"])}
    return told


def _delete_rule(cloud: Cloud, change: PutEventRule) -> None:
    """EventBridge deletes a rule only when it has no targets (botocore model events DeleteRule)."""
    rule = change.item
    on: dict[str, Any] = {} if rule.bus == DEFAULT_BUS else {"EventBusName": rule.bus}
    if rule.targets:
        ids = [t.id for t in rule.targets]
        once(cloud, change, "events", "remove_targets", so_already=_GONE, Rule=rule.name, Ids=ids, **on)
    once(cloud, change, "events", "delete_rule", so_already=_GONE, Name=rule.name, **on)
