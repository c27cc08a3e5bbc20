"""IAM's simulator: what the identity policies of a user or role, and the faults in force, say about actions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from trailkeep.lab import permits
from trailkeep.lab.call import Call
from trailkeep.lab.faults import Fault
from trailkeep.lab.refusal import Refusal, Reply
from trailkeep.lab.world import World

_XMLNS = "https://iam.amazonaws.com/doc/2010-05-08/"
_DECISIONS: Mapping[str, str] = {"allow": "allowed", "deny": "explicitDeny", "none": "implicitDeny"}


def simulate_principal_policy(call: Call, world: World) -> Reply:
    """One decision for each action and resource (botocore model iam SimulatePrincipalPolicy); `*` without resources.

    Raises NoSuchEntity for a principal that is not of the caller's account.
    """
    arn = str(call.params.get("PolicySourceArn", ""))
    documents = tuple(_documents(world.iam(call.account), arn))
    context = dict(_context(call.params))
    results = "".join(
        _result(action, resource, _decide(call, world, documents, arn, action, resource, context))
        for action in _members(call.params, "ActionNames")
        for resource in _members(call.params, "ResourceArns") or ["*"]
    )
    name = "SimulatePrincipalPolicy"
    inner = f"<IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>"
    request = f"<ResponseMetadata><RequestId>{call.request_id}</RequestId></ResponseMetadata>"
    body = f'<{name}Response xmlns="{_XMLNS}"><{name}Result>{inner}</{name}Result>{request}</{name}Response>'
    return Reply(headers=(("Content-Type", "text/xml"),), body=body.encode())


def _decide(
    call: Call,
    world: World,
    documents: tuple[Mapping[str, Any], ...],
    arn: str,
    action: str,
    resource: str,
    context: Mapping[str, tuple[str, ...]],
) -> str:
    if any(_is_denied(fault, call.account, action) for fault in world.faults.faults):
        return "explicitDeny"
    request = permits.Request(
        action=action,
        resource=resource,
        arns=(arn,),
        account=call.account,
        context={"aws:principalarn": (arn,), **context},
    )
    said = {permits.decide(document, request) for document in documents}
    return _DECISIONS["deny" if "deny" in said else "allow" if "allow" in said else "none"]


def _is_denied(fault: Fault, account: str, action: str) -> bool:
    """Whether a fault stands for a policy: it refuses everywhere and always. The simulator knows no Region."""
    service, _, name = action.partition(":")
    is_policy = fault.kind == "deny" and fault.region == "*" and fault.times is None and fault.probability >= 1.0
    return is_policy and fault.matches(account=account, region="", service=service, action=name)


def _documents(iam: Any, arn: str) -> Iterator[Mapping[str, Any]]:
    """The identity policies of a principal, in the form of resource policies that name everybody."""
    principal = next((p for p in (*iam.roles.values(), *iam.users.values()) if p.arn == arn), None)
    if principal is None:
        raise Refusal("NoSuchEntity", f"The principal {arn} cannot be found.", 404)
    for text in _texts(iam, principal):
        document = json.loads(text) if isinstance(text, str) else text
        statements = document.get("Statement", [])
        listed = statements if isinstance(statements, list) else [statements]
        yield {"Statement": [{**statement, "Principal": "*"} for statement in listed]}


def _texts(iam: Any, principal: Any) -> Iterator[Any]:
    groups = [group for group in iam.groups.values() if principal in group.users]
    for holder in (principal, *groups):
        yield from dict(holder.policies).values()
        for policy in holder.managed_policies.values():
            yield next(version.document for version in policy.versions if version.is_default)


def _context(params: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    number = 1
    while (name := params.get(f"ContextEntries.member.{number}.ContextKeyName")) is not None:
        yield str(name).lower(), tuple(_members(params, f"ContextEntries.member.{number}.ContextKeyValues"))
        number += 1


def _members(params: Mapping[str, Any], name: str) -> list[str]:
    found: list[str] = []
    while (value := params.get(f"{name}.member.{len(found) + 1}")) is not None:
        found.append(str(value))
    return found


def _result(action: str, resource: str, decision: str) -> str:
    return (
        f"<member><EvalActionName>{escape(action)}</EvalActionName>"
        f"<EvalResourceName>{escape(resource)}</EvalResourceName>"
        f"<EvalDecision>{decision}</EvalDecision><MatchedStatements/><MissingContextValues/></member>"
    )


ANSWERS: Mapping[str, Any] = {"SimulatePrincipalPolicy": simulate_principal_policy}
