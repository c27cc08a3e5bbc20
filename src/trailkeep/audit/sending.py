"""Questions to the evaluator about alarms: who may send them, whom their bus lets in, and who may tell people."""

import re
from functools import lru_cache

from trailkeep.audit.view import View
from trailkeep.authz import chain
from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import Kind, Policy, parse, unreadable
from trailkeep.authz.principal import Principal, read_principal
from trailkeep.authz.request import Decision, Facts, Policies, Request
from trailkeep.errors import PolicyError
from trailkeep.model.identity import Role
from trailkeep.model.ids import AccountId
from trailkeep.model.monitoring import EventBus, Topic
from trailkeep.setup.documents.alarm_policies import EVENTS

SEND = "events:PutEvents"
STRANGER = AccountId("999999999999")
"""Stands for every account outside of the organization."""
_FOREIGN = "o-somebodyelse"
_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ALLOW = {"Effect": "Allow", "Action": SEND, "Resource": "*"}
_MAY_SEND = parse({"Statement": [_ALLOW]}, name="sends", kind="identity")
_LET_IN = parse({"Statement": [{**_ALLOW, "Principal": "*"}]}, name="lets in", kind="resource")


def bus_arn(partition: str, bus: EventBus) -> str:
    """The ARN of an event bus."""
    return f"arn:{partition}:events:{bus.region}:{bus.account}:event-bus/{bus.name}"


def trusts(role: Role, bus: EventBus) -> Decision:
    """Whether a role lets EventBridge assume it, for an alarm of the role's own account in the home Region."""
    partition = role.arn.split(":")[1]
    rule = f"arn:{partition}:events:{bus.region}:{role.account}:rule/{bus.name}-logging"
    request = Request(
        principal=read_principal(EVENTS),
        action="sts:AssumeRole",
        resource=role.arn,
        resource_account=role.account,
        context={**_as_service(), "aws:sourceaccount": (role.account,), "aws:sourcearn": (rule,)},
    )
    return evaluate(request, Policies(resource=_compiled(role.trust, "its trust", "resource")), Facts())


def sends(view: View, role: Role, bus: EventBus) -> Decision:
    """Whether a role may put events on a bus that lets it in: by its own policies, and by the SCPs above it."""
    scp = chain.levels(view.organization, role.account, "SERVICE_CONTROL_POLICY")
    identity = tuple(_compiled(text, name, "identity") for name, text in role.inline)
    resource = None if role.account == bus.account else _LET_IN
    request = _sending(view, role.account, role.arn, bus)
    facts = chain.facts(view.organization, request.principal, bus.account)
    return evaluate(request, Policies(identity=identity, resource=resource, scp=scp), facts)


def lets_in(view: View, bus: EventBus, account: AccountId, sender: str) -> Decision:
    """Whether a bus lets an account's sender in, who may send as far as its own account goes."""
    role = f"arn:{view.organization.partition}:iam::{account}:role/{sender}"
    policy = _compiled(bus.policy, "the policy of the bus", "resource") if bus.policy else None
    request = _sending(view, account, role, bus)
    return evaluate(request, Policies(identity=(_MAY_SEND,), resource=policy), Facts())


def named(policy: str) -> frozenset[str]:
    """The accounts that a policy names: all others are alike to it."""
    return frozenset(_ACCOUNT.findall(policy))


def may_tell(topic: Topic, rule: str) -> Decision:
    """Whether a topic lets EventBridge publish for a rule, by its ARN."""
    request = Request(
        principal=read_principal(EVENTS),
        action="sns:Publish",
        resource=topic.arn,
        resource_account=topic.account,
        context={**_as_service(), "aws:sourcearn": (rule,), "aws:sourceaccount": (topic.account,)},
    )
    policy = _compiled(topic.policy, "the policy of the topic", "resource") if topic.policy else None
    return evaluate(request, Policies(resource=policy), Facts())


def why(decision: Decision) -> str:
    """What decides, the last word of it, for evidence."""
    if not decision.reasons:
        return "no policy allows it"
    last = decision.reasons[-1]
    said = " ".join(filter(None, (last.policy, last.statement and f"statement {last.statement}")))
    at = f" at {last.level}" if last.level else ""
    return f"{last.layer}{f' {said}' if said else ''}{at} {last.words}"


def _sending(view: View, account: AccountId, role: str, bus: EventBus) -> Request:
    partition, name = view.organization.partition, role.rpartition("/")[2]
    session = f"arn:{partition}:sts::{account}:assumed-role/{name}/alarm"
    organization = _FOREIGN if account == STRANGER else view.organization.id
    return Request(
        principal=Principal(kind="session", id=session, account=account, role=role),
        action=SEND,
        resource=bus_arn(partition, bus),
        resource_account=bus.account,
        context={
            "aws:principalarn": (role,),
            "aws:principalaccount": (account,),
            "aws:principalorgid": (organization,),
            "aws:requestedregion": (bus.region,),
            "aws:securetransport": ("true",),
            "aws:principalisawsservice": ("false",),
        },
    )


def _as_service() -> dict[str, tuple[str, ...]]:
    return {
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (EVENTS,),
        "aws:securetransport": ("true",),
    }


@lru_cache(maxsize=4096)
def _compiled(text: str, name: str, kind: Kind) -> Policy:
    try:
        return parse(text, name=name, kind=kind)
    except PolicyError as error:
        return unreadable(name, kind, error.message)
