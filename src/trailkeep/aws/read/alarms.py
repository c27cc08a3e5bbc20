"""The alarms on tampering: event rules of a cell, the bus and the topic they come together on."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.change.alarm import DEFAULT_BUS
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, Region
from trailkeep.model.monitoring import EventBus, EventRule, EventTarget, RuleState, Subscription, Topic, digest

Told = Mapping[str, Any]
Patterns = dict[str, str]

_GONE = frozenset({"ResourceNotFoundException", "NotFound", "NotFoundException"})


def read_event_rules(
    cloud: Cloud, account: AccountId, region: Region, prefix: str, patterns: Patterns, bus: str = DEFAULT_BUS
) -> tuple[EventRule, ...]:
    """Rules on a bus whose names begin with `prefix`, their patterns put into `patterns` by digest.

    One call where there are none, one more for each rule. Raises AwsError.
    """
    on: dict[str, Any] = {} if bus == DEFAULT_BUS else {"EventBusName": bus}
    found = cloud.pages(account, region, "events", "list_rules", "Rules", NamePrefix=f"{prefix}-", **on)
    return tuple(sorted((_rule(cloud, account, region, told, patterns, bus) for told in found), key=lambda r: r.name))


def read_bus(cloud: Cloud, account: AccountId, region: Region, name: str, patterns: Patterns) -> EventBus | None:
    """A custom bus and our rules on it, None where there is none. Raises AwsError."""
    try:
        told = cloud.call(account, region, "events", "describe_event_bus", Name=name)
    except AwsError as error:
        if error.code in _GONE:
            return None
        raise
    return EventBus(
        account=account,
        region=region,
        name=name,
        policy=canonical(told.get("Policy") or ""),
        rules=read_event_rules(cloud, account, region, name, patterns, bus=name),
    )


def read_topic(cloud: Cloud, account: AccountId, region: Region, arn: str) -> Topic | None:
    """A topic and whom it tells, None where there is none. Raises AwsError."""
    try:
        told = cloud.call(account, region, "sns", "get_topic_attributes", TopicArn=arn).get("Attributes") or {}
    except AwsError as error:
        if error.code in _GONE:
            return None
        raise
    return Topic(
        arn=arn,
        account=account,
        region=region,
        policy=canonical(told.get("Policy") or ""),
        subscriptions=tuple(sorted(_listeners(cloud, account, region, arn), key=lambda s: (s.endpoint, s.protocol))),
    )


def _listeners(cloud: Cloud, account: AccountId, region: Region, arn: str) -> Iterator[Subscription]:
    found = cloud.pages(account, region, "sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    for told in found:
        yield Subscription(
            protocol=told["Protocol"],
            endpoint=told["Endpoint"],
            # until it is confirmed the ARN reads PendingConfirmation (botocore model sns Subscribe)
            confirmed=str(told.get("SubscriptionArn", "")).startswith("arn:"),
        )


def _rule(cloud: Cloud, account: AccountId, region: Region, told: Told, patterns: Patterns, bus: str) -> EventRule:
    text = _pattern(told.get("EventPattern") or "")
    name = digest(text)
    patterns[name] = text
    on: dict[str, Any] = {} if bus == DEFAULT_BUS else {"EventBusName": bus}
    targets = cloud.pages(account, region, "events", "list_targets_by_rule", "Targets", Rule=told["Name"], **on)
    return EventRule(
        name=told["Name"],
        bus=bus,
        pattern=name,
        state=cast("RuleState", told.get("State") or "ENABLED"),
        targets=tuple(sorted(map(_target, targets), key=lambda t: t.id)),
    )


def _target(told: Told) -> EventTarget:
    transformer = told.get("InputTransformer") or {}
    return EventTarget(id=told["Id"], arn=told["Arn"], role=told.get("RoleArn") or "", template=_template(transformer))


def _template(told: Told) -> str:
    """The transformer as one text, in the form in which it is written (`setup.documents.alarm_patterns.template`)."""
    if not told:
        return ""
    text = told.get("InputTemplate") or ""
    try:
        said = json.loads(text)
    except ValueError:
        said = text
    paths = dict(sorted((told.get("InputPathsMap") or {}).items()))
    return json.dumps({"paths": paths, "text": said}, separators=(",", ":"), ensure_ascii=False)


def _pattern(text: str) -> str:
    """Keys sorted and white space left out, so that patterns that say the same are the same text."""
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
