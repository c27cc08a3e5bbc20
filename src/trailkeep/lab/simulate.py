"""IAM's simulator: what the identity policies of a user or role, and the faults in force, say about actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from trailkeep.authz.evaluate import evaluate
from trailkeep.authz.policy import Policy
from trailkeep.authz.principal import read_principal
from trailkeep.authz.request import Facts, Level, Policies, Request, Verdict
from trailkeep.lab.call import Call
from trailkeep.lab.caller import Caller
from trailkeep.lab.faults import Fault
from trailkeep.lab.policies_in_force import SCP, compiled, levels, of_principal, principal
from trailkeep.lab.refusal import Refusal, Reply
from trailkeep.lab.request_context import about_principal
from trailkeep.lab.world import World

_XMLNS = "https://iam.amazonaws.com/doc/2010-05-08/"
_DECISIONS: Mapping[Verdict, str] = {
    Verdict.ALLOWED: "allowed",
    Verdict.EXPLICITLY_DENIED: "explicitDeny",
    Verdict.IMPLICITLY_DENIED: "implicitDeny",
}


def simulate_principal_policy(call: Call, world: World) -> Reply:
    """One decision for each action and resource (botocore model iam SimulatePrincipalPolicy); `*` without resources.

    Raises NoSuchEntity for a principal that is not of the caller's account.
    """
    arn = str(call.params.get("PolicySourceArn", ""))
    if principal(world, arn) is None or arn.split(":")[4] != call.account:
        raise Refusal("NoSuchEntity", f"The principal {arn} cannot be found.", 404)
    who = Caller(account=call.account, arn=arn, role=arn if ":role/" in arn else "")
    policies = _policies(world, who)
    context = {**about_principal(who, world), **dict(_context(call.params))}
    results = "".join(
        _result(action, resource, _decide(world, who, policies, action, resource, context))
        for action in _members(call.params, "ActionNames")
        for resource in _members(call.params, "ResourceArns") or ["*"]
    )
    name = "SimulatePrincipalPolicy"
    inner = f"<IsTruncated>false</IsTruncated><EvaluationResults>{results}</EvaluationResults>"
    request = f"<ResponseMetadata><RequestId>{call.request_id}</RequestId></ResponseMetadata>"
    body = f'<{name}Response xmlns="{_XMLNS}"><{name}Result>{inner}</{name}Result>{request}</{name}Response>'
    return Reply(headers=(("Content-Type", "text/xml"),), body=body.encode())


def _policies(world: World, who: Caller) -> Policies:
    """Identity policies, boundary, and SCPs without their conditional statements (IAM User Guide, policy simulator)."""
    identity, boundary = of_principal(world, who)
    plain = tuple(
        Level(target=level.target, policies=tuple(_unconditional(p) for p in level.policies))
        for level in levels(world, who.account, SCP)
    )
    return Policies(identity=identity, boundary=boundary, scp=plain, resource=_leaving_it_to_iam(who.account))


def _unconditional(policy: Policy) -> Policy:
    return Policy(
        name=policy.name, kind=policy.kind, statements=tuple(s for s in policy.statements if not s.conditions)
    )


def _decide(
    world: World,
    who: Caller,
    policies: Policies,
    action: str,
    resource: str,
    context: Mapping[str, tuple[str, ...]],
) -> str:
    if any(_is_denied(fault, who.account, action) for fault in world.faults.faults):
        return "explicitDeny"
    request = Request(principal=read_principal(who.arn), action=action, resource=resource, context=context)
    facts = Facts(management_account=who.account == world.management)
    return _DECISIONS[evaluate(request, policies, facts).verdict]


def _leaving_it_to_iam(account: str) -> Policy:
    """The simulator asks no key and no trust policy: the principal's side alone decides."""
    document = {"Statement": {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*"}}
    return compiled(document, "the simulator", "resource")


def _is_denied(fault: Fault, account: str, action: str) -> bool:
    """Whether a fault stands for a policy: it refuses everywhere and always. The simulator knows no Region."""
    service, _, name = action.partition(":")
    is_policy = fault.kind == "deny" and fault.region == "*" and fault.times is None and fault.probability >= 1.0
    return is_policy and fault.matches(account=account, region="", service=service, action=name)


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
