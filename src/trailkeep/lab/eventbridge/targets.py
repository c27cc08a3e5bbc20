"""Whether EventBridge may send to a target: as a role to another bus, as itself to a topic.

Sources: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trailkeep.lab.caller import Caller
from trailkeep.lab.decision import Ask, decide, service_may
from trailkeep.lab.eventbridge.state import Bus, Rule
from trailkeep.lab.keys import find_key, key_ask
from trailkeep.lab.policies_in_force import principal
from trailkeep.lab.request_context import Context, about_principal
from trailkeep.lab.sns_topics import find_topic, topic_ask
from trailkeep.lab.world import World

SERVICE = "events.amazonaws.com"


def why_not_bus(
    world: World, bus: Bus, rule: Rule, target: Mapping[str, Any], there: Bus, event: Mapping[str, Any]
) -> str | None:
    """Why a rule of `bus` cannot send an event to the bus `there`; None when it can."""
    arn = str(target.get("RoleArn") or "")
    if not arn:
        return None if (bus.account, bus.region) == (there.account, there.region) else "the target has no role"
    role = principal(world, arn)
    if role is None or arn.split(":")[4] != bus.account:
        return f"there is no role {arn} in the account of the rule"
    trust = Ask(
        action="sts:AssumeRole", resource=arn, owner=bus.account,
        policy=role.assume_role_policy_document, named=f"trust policy of {role.name}",
    )  # fmt: skip
    if not service_may(world, SERVICE, trust, source_arn=rule.arn, source_account=bus.account):
        return f"the trust policy of {arn} does not let {SERVICE} assume it"
    session = f"arn:aws:sts::{bus.account}:assumed-role/{role.name}/{rule.name[:64]}"
    caller = Caller(account=bus.account, arn=session, role=arn)
    wanted = Ask(
        action="events:PutEvents", resource=there.arn, owner=there.account,
        policy=there.policy, named=f"policy of event bus {there.name}",
    )  # fmt: skip
    decision = decide(world, caller, wanted, _context(world, caller, there, event))
    if decision.is_allowed:
        return None
    reason = decision.reasons[-1]
    place = " ".join(part for part in (reason.layer.value, reason.level, reason.policy) if part)
    return f"{arn} may not events:PutEvents on {there.arn}: {place} {reason.words}"


def why_not_topic(world: World, bus: Bus, rule: Rule, arn: str) -> str | None:
    """Why a rule of `bus` cannot publish to a topic; None when it can."""
    topic = find_topic(world, arn)
    if topic is None:
        return f"there is no topic {arn}"
    if arn.split(":")[3] != bus.region:
        return "a topic is reached only from rules in its own Region"
    ask = topic_ask(topic, "sns:Publish")
    if not service_may(world, SERVICE, ask, source_arn=rule.arn, source_account=bus.account):
        return f"the policy of {arn} does not let {SERVICE} publish for {rule.arn}"
    return _why_not_key(world, bus, rule, topic)


def _why_not_key(world: World, bus: Bus, rule: Rule, topic: Any) -> str | None:
    """Amazon SNS Developer Guide, key management: a service publishes to an encrypted topic as the key lets it."""
    name = str(topic.kms_master_key_id or "")
    if not name:
        return None
    if name.endswith("alias/aws/sns"):
        return "the topic is encrypted with the AWS managed key, whose policy lets no service in"
    key = find_key(world, name, account=topic.account_id, region=bus.region)
    if key is None or not key.enabled:
        return f"the key {name} of the topic is not there or disabled"
    about = key_ask(key)
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        ask = Ask(
            action=action, resource=about.resource, owner=about.owner, policy=about.policy, named=about.named,
            context={"kms:viaservice": (f"sns.{bus.region}.amazonaws.com",)},
        )  # fmt: skip
        if not service_may(world, SERVICE, ask, source_arn=rule.arn, source_account=bus.account):
            return f"the policy of the topic's key {name} does not let {SERVICE} {action}"
    return None


def _context(world: World, caller: Caller, there: Bus, event: Mapping[str, Any]) -> Context:
    """What AWS says of a PutEvents call made as a target's role."""
    return {
        "aws:securetransport": ("true",),
        "aws:requestedregion": (there.region,),
        "aws:currenttime": (world.clock.stamp(),),
        "aws:epochtime": (str(int(world.clock.now())),),
        "events:source": (str(event["source"]),),
        "events:detail-type": (str(event["detail-type"]),),
        **about_principal(caller, world),
    }
