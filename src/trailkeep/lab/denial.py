"""How AWS says that a request is denied, and by which kind of policy.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from trailkeep.authz.request import Decision, Layer, Reason, Verdict
from trailkeep.lab.refusal import Refusal

if TYPE_CHECKING:
    from trailkeep.lab.call import Call
    from trailkeep.lab.decision import Ask
    from trailkeep.lab.world import World

_NAMES = {
    Layer.SCP: "service control policy",
    Layer.RCP: "resource control policy",
    Layer.RESOURCE: "resource-based policy",
    Layer.IDENTITY: "identity-based policy",
    Layer.BOUNDARY: "permissions boundary",
    Layer.SESSION: "session policy",
    Layer.VPC_ENDPOINT: "VPC endpoint policy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """What AWS's message does not tell: the statement, the policy and the level that denied a call."""

    request_id: str
    action: str
    resource: str
    explicit: bool
    layer: str
    level: str
    policy: str
    statement: str
    words: str

    def to_json(self) -> dict[str, Any]:
        """As the control API carries it."""
        return asdict(self)


def denial_of(call: Call, ask: Ask, decision: Decision) -> Denial:
    """The denial behind a decision that is not an allow."""
    reason = decision.reasons[-1]
    return Denial(
        request_id=call.request_id,
        action=ask.action,
        resource=ask.resource,
        explicit=decision.verdict is Verdict.EXPLICITLY_DENIED,
        layer=reason.layer.value,
        level=reason.level,
        policy=reason.policy,
        statement=reason.statement,
        words=reason.words,
    )


def refusal_of(call: Call, world: World, ask: Ask, decision: Decision) -> Refusal:
    """The service's own form of a denial."""
    reason = decision.reasons[-1]
    if reason.layer is Layer.AWS and ask.action.startswith("s3:") and "405" in reason.words:
        return Refusal("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
    if call.service == "s3" and not _is_told(call, world, ask):
        return Refusal("AccessDenied", "Access Denied", 403)
    quoted = f'"{ask.resource}"' if call.service == "s3" else ask.resource
    on = f" on resource: {quoted}" if ask.resource != "*" else ""
    message = f"User: {call.principal} is not authorized to perform: {ask.action}{on}{_because(world, ask, decision)}"
    return Refusal(code_for(call), message, 403 if call.protocol != "json" else 400)


def code_for(call: Call) -> str:
    """AWS's error code: by protocol."""
    return "AccessDenied" if call.protocol in {"query", "rest-xml"} else "AccessDeniedException"


def _is_told(call: Call, world: World, ask: Ask) -> bool:
    """S3 says why only to callers of the bucket's account or organization (Amazon S3 User Guide, access denied)."""
    same = {call.account, ask.owner}
    return len(same) == 1 or all(account and world.account(account) is not None for account in same)


def _because(world: World, ask: Ask, decision: Decision) -> str:
    reason = decision.reasons[-1]
    name = _NAMES.get(reason.layer)
    if name is None:
        return ""
    if reason.layer is Layer.RESOURCE and ask.action.startswith("sts:AssumeRole"):
        name = "role trust policy"
    if decision.verdict is not Verdict.EXPLICITLY_DENIED:
        return f" because no {name} allows the {ask.action} action"
    article = "an" if name[0] in "aeio" else "a"
    arn = _arn(world, reason)
    return f" with an explicit deny in {article} {name}{f': {arn}' if arn else ''}"


def _arn(world: World, reason: Reason) -> str:
    """The ARN of an SCP or RCP, which AWS names to callers of the same organization."""
    if reason.layer not in {Layer.SCP, Layer.RCP}:
        return ""
    return next((str(p.arn) for p in world.organization.policies if reason.policy.endswith(f"({p.id})")), "")
