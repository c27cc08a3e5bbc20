"""Exempt roles with their trust, service-linked roles, and the archive's guard policies."""

from collections.abc import Iterable
from dataclasses import replace

from trailkeep.aws.cloud import Cloud
from trailkeep.errors import AwsError
from trailkeep.model.document import canonical
from trailkeep.model.identity import GuardPolicy, Role
from trailkeep.model.ids import AccountId

_LINKED = "/aws-service-role/"
_NOT_OURS = (_LINKED, "/aws-reserved/")


def read_roles(cloud: Cloud, account: AccountId, names: Iterable[str]) -> tuple[Role, ...]:
    """Those of `names` that exist in the account, with the managed policies attached to them. Raises AwsError."""
    found = (_role(cloud, account, name) for name in dict.fromkeys(n.rpartition("/")[2] for n in names if n))
    return tuple(role for role in found if role)


def read_role_with_inline(cloud: Cloud, account: AccountId, name: str) -> tuple[Role, ...]:
    """One role with the policies inside it, nothing where there is none. Raises AwsError."""
    role = _role(cloud, account, name)
    if role is None:
        return ()
    names = cloud.pages(account, "", "iam", "list_role_policies", "PolicyNames", RoleName=name)
    inline = ((n, cloud.call(account, "", "iam", "get_role_policy", RoleName=name, PolicyName=n)) for n in names)
    return (replace(role, inline=tuple(sorted((n, canonical(told["PolicyDocument"])) for n, told in inline))),)


def read_own_roles(cloud: Cloud, account: AccountId, names: Iterable[str]) -> tuple[Role, ...]:
    """Every role that the account itself made, and its trust; attached policies only for those of `names`.

    Roles of services and of IAM Identity Center, which the account cannot change, are left out
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html, role paths). Raises AwsError.
    """
    named = read_roles(cloud, account, names)
    known = {role.name for role in named}
    told = cloud.pages(account, "", "iam", "list_roles", "Roles", MaxItems=1000)
    others = (
        Role(
            account=account,
            name=role["RoleName"],
            arn=role["Arn"],
            trust=canonical(role.get("AssumeRolePolicyDocument") or ""),
            policies=frozenset(),
        )
        for role in told
        if role["RoleName"] not in known and not role.get("Path", "/").startswith(_NOT_OURS)
    )
    return (*named, *others)


def read_service_linked(cloud: Cloud, account: AccountId) -> frozenset[str]:
    """Names of the account's service-linked roles. Raises AwsError."""
    found = cloud.pages(account, "", "iam", "list_roles", "Roles", PathPrefix=_LINKED, MaxItems=1000)
    return frozenset(role["RoleName"] for role in found if role.get("Path", _LINKED).startswith(_LINKED))


def read_guards(cloud: Cloud, account: AccountId, prefix: str) -> tuple[GuardPolicy, ...]:
    """Customer-managed policies whose name begins with `prefix`, and whom they bind. Raises AwsError."""
    told = list(cloud.pages(account, "", "iam", "list_policies", "Policies", Scope="Local", MaxItems=1000))
    return tuple(
        _guard(cloud, account, p["PolicyName"], p["Arn"], p["DefaultVersionId"])
        for p in told
        if p["PolicyName"].startswith(prefix)
    )


def _role(cloud: Cloud, account: AccountId, name: str) -> Role | None:
    try:
        told = cloud.call(account, "", "iam", "get_role", RoleName=name)["Role"]
    except AwsError as error:
        if error.code in {"NoSuchEntity", "NoSuchEntityException"}:
            return None
        raise
    attached = cloud.pages(account, "", "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    return Role(
        account=account,
        name=name,
        arn=told["Arn"],
        trust=canonical(told.get("AssumeRolePolicyDocument") or ""),
        policies=frozenset(p["PolicyArn"] for p in attached),
    )


def _guard(cloud: Cloud, account: AccountId, name: str, arn: str, version: str) -> GuardPolicy:
    told = cloud.call(account, "", "iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    bound: dict[str, set[str]] = {"PolicyRoles": set(), "PolicyUsers": set(), "PolicyGroups": set()}
    for key, field in (("PolicyRoles", "RoleName"), ("PolicyUsers", "UserName"), ("PolicyGroups", "GroupName")):
        kind = {"PolicyRoles": "Role", "PolicyUsers": "User", "PolicyGroups": "Group"}[key]
        found = cloud.pages(account, "", "iam", "list_entities_for_policy", key, PolicyArn=arn, EntityFilter=kind)
        bound[key] |= {entity[field] for entity in found}
    return GuardPolicy(
        account=account,
        name=name,
        arn=arn,
        content=canonical(told["PolicyVersion"].get("Document") or ""),
        roles=frozenset(bound["PolicyRoles"]),
        users=frozenset(bound["PolicyUsers"]),
        groups=frozenset(bound["PolicyGroups"]),
    )
