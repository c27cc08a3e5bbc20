"""Changes to IAM: service-linked roles, the break-glass role, and the archive account's deny policy."""

from typing import Any, assert_never

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.write.once import ask, ask_all, once, tagged
from trailkeep.errors import AwsError
from trailkeep.model.change import AttachGuard, Change, CreateRole, CreateServiceLinkedRole, PutGuard
from trailkeep.model.document import canonical

IdentityChange = CreateServiceLinkedRole | CreateRole | PutGuard | AttachGuard

_SETTLING = 30.0
_MOST_VERSIONS = 5
_GONE = frozenset({"NoSuchEntity"})
_EXISTS = frozenset({"EntityAlreadyExists"})


def perform(cloud: Cloud, change: IdentityChange) -> None:
    """Make one change to IAM. Raises AwsError."""
    match change:
        case CreateServiceLinkedRole():
            _create_service_linked_role(cloud, change)
        case CreateRole():
            _create_role(cloud, change)
        case PutGuard(before=None):
            _create_guard(cloud, change)
        case PutGuard(after=None):
            _delete_guard(cloud, change)
        case PutGuard():
            _update_guard(cloud, change)
        case AttachGuard():
            _attach_guard(cloud, change)
        case _:
            assert_never(change)


def _create_service_linked_role(cloud: Cloud, change: CreateServiceLinkedRole) -> None:
    """A second one is refused as InvalidInput, "has been taken in this account": then the role must be there."""
    try:
        cloud.call(change.account, "", "iam", "create_service_linked_role", safe=True, AWSServiceName=change.service)
    except AwsError as error:
        if error.code not in {"InvalidInput", "InvalidInputException"} or not _role(cloud, change, change.role):
            raise


def _create_role(cloud: Cloud, change: CreateRole) -> None:
    role = change.role
    made = once(
        cloud,
        change,
        "iam",
        "create_role",
        so_already=_EXISTS,
        settling=_SETTLING,  # the trusted principal may have been made a moment ago
        RoleName=role.name,
        Path=change.path or "/",
        AssumeRolePolicyDocument=role.trust,
        **({"PermissionsBoundary": change.boundary} if change.boundary else {}),
        **tagged("Tags", change.tags),
    )
    if made is None:
        _require_same_trust(cloud, change)
    for policy in sorted(role.policies):
        once(
            cloud,
            change,
            "iam",
            "attach_role_policy",
            settling=_SETTLING,
            RoleName=role.name,
            PolicyArn=policy,
        )


def _require_same_trust(cloud: Cloud, change: CreateRole) -> None:
    found = _role(cloud, change, change.role.name) or {}
    if canonical(found.get("AssumeRolePolicyDocument", "")) != canonical(change.role.trust):
        raise AwsError(
            f"role {change.role.name} exists in {change.account} and trusts somebody else",
            code="EntityAlreadyExists",
            hint="give that role the wanted trust policy, or choose another name in the specification",
        )


def _role(cloud: Cloud, change: Change, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = ask(cloud, change, "iam", "get_role", RoleName=name)["Role"]
    except AwsError as error:
        if error.code in _GONE:
            return None
        raise
    return found


def _create_guard(cloud: Cloud, change: PutGuard) -> None:
    guard = change.guard
    made = once(
        cloud,
        change,
        "iam",
        "create_policy",
        so_already=_EXISTS,
        PolicyName=guard.name,
        Path=change.path or "/",
        PolicyDocument=guard.content,
        **tagged("Tags", change.tags),
    )
    if made is None and _content(cloud, change) != canonical(guard.content):
        raise AwsError(
            f"IAM policy {guard.name} exists in {change.account} and says something else",
            code="EntityAlreadyExists",
            hint="plan again: it was made after the organization was read",
        )


def _update_guard(cloud: Cloud, change: PutGuard) -> None:
    """A new default version; IAM keeps five (botocore model iam CreatePolicyVersion), so the oldest makes room."""
    guard = change.guard
    if _content(cloud, change) == canonical(guard.content):
        return
    versions = list(ask_all(cloud, change, "iam", "list_policy_versions", "Versions", PolicyArn=guard.arn))
    if len(versions) >= _MOST_VERSIONS:
        oldest = min((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: v["CreateDate"])
        _delete_version(cloud, change, oldest["VersionId"])
    # repeating it after a lost answer would fill the five places
    cloud.call(
        change.account,
        "",
        "iam",
        "create_policy_version",
        PolicyArn=guard.arn,
        PolicyDocument=guard.content,
        SetAsDefault=True,
    )


def _content(cloud: Cloud, change: PutGuard) -> str:
    arn = change.guard.arn
    version = ask(cloud, change, "iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = ask(cloud, change, "iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    return canonical(found["PolicyVersion"]["Document"])


def _delete_guard(cloud: Cloud, change: PutGuard) -> None:
    """IAM deletes a policy only when nothing uses it and one version is left (botocore model iam DeletePolicy)."""
    arn = change.guard.arn
    try:
        _detach_everywhere(cloud, change)
        for version in ask_all(cloud, change, "iam", "list_policy_versions", "Versions", PolicyArn=arn):
            if not version["IsDefaultVersion"]:
                _delete_version(cloud, change, version["VersionId"])
    except AwsError as error:
        if error.code in _GONE:
            return
        raise
    once(cloud, change, "iam", "delete_policy", so_already=_GONE, PolicyArn=arn)


def _detach_everywhere(cloud: Cloud, change: PutGuard) -> None:
    arn = change.guard.arn
    for role in _users_of(cloud, change, "Role"):
        once(cloud, change, "iam", "detach_role_policy", so_already=_GONE, RoleName=role, PolicyArn=arn)
    for user in _users_of(cloud, change, "User"):
        once(cloud, change, "iam", "detach_user_policy", so_already=_GONE, UserName=user, PolicyArn=arn)
    for group in _users_of(cloud, change, "Group"):
        once(cloud, change, "iam", "detach_group_policy", so_already=_GONE, GroupName=group, PolicyArn=arn)


def _users_of(cloud: Cloud, change: PutGuard, kind: str) -> list[str]:
    found = ask_all(
        cloud,
        change,
        "iam",
        "list_entities_for_policy",
        f"Policy{kind}s",
        PolicyArn=change.guard.arn,
        EntityFilter=kind,
    )
    return [entity[f"{kind}Name"] for entity in found]


def _delete_version(cloud: Cloud, change: PutGuard, version: str) -> None:
    once(
        cloud,
        change,
        "iam",
        "delete_policy_version",
        so_already=_GONE,
        PolicyArn=change.guard.arn,
        VersionId=version,
    )


def _attach_guard(cloud: Cloud, change: AttachGuard) -> None:
    where: dict[str, Any] = {"RoleName": change.principal, "PolicyArn": change.arn}
    if change.after:
        once(cloud, change, "iam", "attach_role_policy", settling=_SETTLING, **where)
    else:
        once(cloud, change, "iam", "detach_role_policy", so_already=_GONE, **where)
