"""What would be denied: IAM's simulator is asked about the actions that changes need, before any of them is made.

Simulation: botocore model iam SimulatePrincipalPolicy. Which action may be narrowed to resources: Service Authorization
Reference. An action that may be narrowed is asked about the resource of the change; where that does not exist yet, a
policy that does not name it proves nothing, and the answer is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.needs import ANY, operations_of, resource_of
from trailkeep.aws.permissions import IAM_ACTIONS
from trailkeep.errors import AwsError
from trailkeep.model.change import (
    Change,
    CreateBucket,
    CreateRole,
    CreateServiceLinkedRole,
    PutAggregator,
    PutEventRule,
    PutRecorder,
    PutRole,
    PutTrail,
)

WHOLE = frozenset(
    "organizations:CreateAccount organizations:DescribeOrganization "
    "organizations:DisableAWSServiceAccess organizations:EnableAWSServiceAccess organizations:EnableAllFeatures "
    "organizations:ListAWSServiceAccessForOrganization organizations:ListAccounts "
    "organizations:ListCreateAccountStatus cloudtrail:DeregisterOrganizationDelegatedAdmin "
    "cloudtrail:RegisterOrganizationDelegatedAdmin config:PutDeliveryChannel kms:CreateKey".split()
)
"""Actions that cannot be narrowed to a resource: a policy that does not allow them on `*` does not allow them."""

_TAGGING = frozenset("TagResource AddTags TagPolicy TagRole".split())
_LOCKING = frozenset("PutBucketObjectLockConfiguration PutBucketVersioning".split())


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ask:
    """One question for the simulator, whether this action may be done on this resource, with these context values."""

    resource: str
    context: tuple[tuple[str, str], ...]
    action: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Denial:
    """An action that is not allowed; `by_organization` when a service control policy is in the way."""

    action: str
    resource: str
    by_organization: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What the simulator says for one account: what is denied, and what it could not say."""

    denied: tuple[Denial, ...]
    unknown: tuple[str, ...]


def forecast(cloud: Cloud, account: str, changes: Iterable[Change]) -> Forecast:
    """What of these changes would be denied in `account`, which is the caller's own or one that has the access role.

    Raises AwsError when simulating is not allowed or not supported.
    """
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], set[str]] = {}
    for ask in {a for change in changes for a in asks(change)}:
        groups.setdefault((ask.resource, ask.context), set()).add(ask.action)
    principal = _principal(cloud, account) if groups else ""
    denied: set[Denial] = set()
    unknown: set[str] = set()
    for (resource, context), actions in sorted(groups.items()) if principal else ():
        for result in _simulated(cloud, account, principal, sorted(actions), resource, context):
            match _judged(result, resource):
                case Denial() as denial:
                    denied.add(denial)
                case str(text):
                    unknown.add(text)
                case None:
                    pass
    return Forecast(denied=tuple(sorted(denied)), unknown=tuple(sorted(unknown)))


def asks(change: Change) -> Iterator[Ask]:
    """The questions that one change raises; none for a step that only a person can make."""
    resource = resource_of(change)
    for operation in operations_of(change):
        for action in IAM_ACTIONS[operation]:
            if _is_needed(action, change):
                own = action.partition(":")[0] == operation[0] and action not in WHOLE
                place, context = _exactly(action, change) or (resource if own else ANY, ())
                yield Ask(resource=place, context=context, action=action)


def _is_needed(action: str, change: Change) -> bool:
    name = action.partition(":")[2]
    if name in _TAGGING:
        return bool(getattr(change, "tags", ()))
    match change:
        case CreateBucket():
            return name not in _LOCKING or change.bucket.lock is not None
        case CreateRole() | PutRole():
            return name != "PutRolePermissionsBoundary" or bool(change.boundary)
        case PutTrail():
            return action.startswith("cloudtrail:") or change.trail.is_organization
        case _:
            return True


def _exactly(action: str, change: Change) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The resource and context of actions that policies narrow by context (IAM User Guide, PassRole)."""
    if isinstance(change, PutRecorder) and action == "iam:PassRole":
        return change.after.role, (("iam:PassedToService", "config.amazonaws.com"),)
    if isinstance(change, PutAggregator) and action == "iam:PassRole" and change.after:
        return change.after.role, (("iam:PassedToService", "config.amazonaws.com"),)
    if isinstance(change, PutEventRule) and action == "iam:PassRole":
        roles = [t.role for t in change.item.targets if t.role]
        return (roles or [ANY])[0], (("iam:PassedToService", "events.amazonaws.com"),)
    if isinstance(change, CreateServiceLinkedRole):
        return ANY, (("iam:AWSServiceName", change.service),)
    return None


def _principal(cloud: Cloud, account: str) -> str:
    """Whose policies are simulated: a user or role ARN, "" for the root user, whom no policy of its account limits.

    The ARN of a session does not hold the role's path, so that IAM is asked for the role.
    """
    own = account == cloud.caller.account
    kind, _, rest = cloud.caller.arn.split(":", 5)[5].partition("/") if own else ("assumed-role", "", cloud.access_role)
    match kind:
        case "root":
            return ""
        case "user":
            return cloud.caller.arn
        case "assumed-role":
            role = rest.split("/")[0]
            return str(cloud.call(account, "", "iam", "get_role", RoleName=role)["Role"]["Arn"])
        case _:
            raise AwsError(f"IAM cannot simulate what {cloud.caller.arn} may do", code="NotSimulated")


def _simulated(
    cloud: Cloud,
    account: str,
    principal: str,
    actions: list[str],
    resource: str,
    context: tuple[tuple[str, str], ...],
) -> Iterator[Mapping[str, Any]]:
    entries = [{"ContextKeyName": k, "ContextKeyValues": [v], "ContextKeyType": "string"} for k, v in context]
    yield from cloud.pages(
        account,
        "",
        "iam",
        "simulate_principal_policy",
        "EvaluationResults",
        PolicySourceArn=principal,
        ActionNames=actions,
        ResourceArns=[resource],
        ContextEntries=entries,
    )


def _judged(result: Mapping[str, Any], resource: str) -> Denial | str | None:
    decision, action = str(result["EvalDecision"]), str(result["EvalActionName"])
    if decision == "allowed":
        return None
    if result.get("MissingContextValues"):
        return f"{action}: it depends on {', '.join(result['MissingContextValues'])}"
    if decision == "implicitDeny" and resource == ANY and action not in WHOLE:
        return f"{action}: no policy allows it on every resource"
    organization = result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True)
    return Denial(action=action, resource=resource, by_organization=not organization)
