"""Every role and user of the organization with its policies: one listing an account."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import unquote

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.read.blind import blind
from trailkeep.aws.read.scope import Progress, Scope, Unwatched
from trailkeep.aws.sweep import sweep
from trailkeep.errors import AwsError
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId
from trailkeep.model.organization import Organization
from trailkeep.model.principals import AttachedPolicy, IamPrincipal, Principals
from trailkeep.model.snapshot import Unreachable

Told = Mapping[str, Any]

_WHAT = "roles and users"
_LISTS = ("RoleDetailList", "UserDetailList", "GroupDetailList", "Policies")
_FILTER = ["Role", "User", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
_PAGE = 1000


def read_principals(
    cloud: Cloud,
    organization: Organization,
    scope: Scope,
    *,
    taken: datetime,
    progress: Progress | None = None,
) -> Principals:
    """Roles and users of every active account in `scope`; an account that refuses is `unreachable`. Never raises.

    Source: botocore model iam GetAccountAuthorizationDetails.
    """
    watch = progress or Unwatched()
    excluded = scope.excluded(organization) if scope.excluded else frozenset()
    left_out = {account for account, region in excluded if region is None}
    accounts = [a.id for _, a in sorted(organization.accounts.items()) if a.is_active and a.id not in left_out]
    library = _Library()
    watch.start(_WHAT, len(accounts))
    found = sweep(cloud, accounts, partial(_account, cloud, library), partial(watch.step, _WHAT))
    watch.end(_WHAT)
    seen = {account: result for account, result in zip(accounts, found, strict=True) if isinstance(result, _Seen)}
    refused = [blind(r, a) for a, r in zip(accounts, found, strict=True) if isinstance(r, AwsError)]
    return Principals(
        taken=taken,
        organization=organization.id,
        accounts=frozenset(seen),
        principals=tuple(p for one in seen.values() for p in one.principals),
        unreachable=(*refused, *(u for one in seen.values() for u in one.unreachable)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    principals: tuple[IamPrincipal, ...]
    unreachable: tuple[Unreachable, ...]


@dataclass(slots=True)
class _Library:
    """Texts, and AWS's own policies, that thousands of accounts have in common: each is kept once."""

    texts: dict[str, str] = field(default_factory=dict)
    managed: dict[tuple[str, str], AttachedPolicy] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def text(self, document: Told | object) -> str:
        """Canonical text. botocore decodes documents that are JSON, and leaves others percent-encoded."""
        made = canonical(document) if isinstance(document, Mapping) else unquote(str(document))
        with self.lock:
            return self.texts.setdefault(made, made)

    def inline(self, told: Told) -> AttachedPolicy:
        """A policy that is part of a role, a user or a group."""
        return AttachedPolicy(name=told["PolicyName"], arn="", content=self.text(told.get("PolicyDocument") or ""))

    def of(self, told: Told) -> AttachedPolicy:
        """A managed policy, in its default version."""
        arn, default = told["Arn"], told.get("DefaultVersionId") or ""
        known = self.managed.get((arn, default))
        if known is None:
            versions = told.get("PolicyVersionList") or ()
            document = next((v.get("Document") for v in versions if v.get("VersionId") == default), None) or ""
            known = AttachedPolicy(name=_name(arn), arn=arn, content=self.text(document))
            if ":iam::aws:" in arn and known.content:
                self.managed[arn, default] = known
        return known


def _account(cloud: Cloud, library: _Library, account: AccountId) -> _Seen:
    """Raises AwsError when the account cannot be entered or listed."""
    cloud.enter(account)
    told = _listed(cloud, account)
    policies = {p["Arn"]: library.of(p) for p in told["Policies"]}
    lost = list(_complete(cloud, library, account, policies, told))
    groups = {g["GroupName"]: _policies(g, "GroupPolicyList", policies, library) for g in told["GroupDetailList"]}
    principals = (
        *(_role(account, r, policies, library) for r in told["RoleDetailList"]),
        *(_user(account, u, policies, library, groups) for u in told["UserDetailList"]),
    )
    return _Seen(principals=principals, unreachable=tuple(lost))


def _listed(cloud: Cloud, account: AccountId) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {name: [] for name in _LISTS}
    marker, seen = "", set[str]()
    while True:
        more: dict[str, Any] = {"Marker": marker} if marker else {}
        page = cloud.call(
            account, "", "iam", "get_account_authorization_details", Filter=_FILTER, MaxItems=_PAGE, **more
        )
        for name in _LISTS:
            found[name] += page.get(name) or ()
        marker = page.get("Marker") or ""
        if not page.get("IsTruncated") or not marker:
            return found
        if marker in seen:
            raise AwsError(f"could not list roles and users of {account}: AWS repeats a page", code="Pagination")
        seen.add(marker)


def _complete(
    cloud: Cloud, library: _Library, account: AccountId, policies: dict[str, AttachedPolicy], told: Mapping[str, Any]
) -> Iterator[Unreachable]:
    """Fetch the policies that are in force but not in the listing; yield those that cannot be had, left empty."""
    for arn in sorted(_named(told)):
        if arn in policies and policies[arn].content:
            continue
        try:
            policies[arn] = _fetched(cloud, library, account, arn)
        except AwsError as error:
            policies[arn] = AttachedPolicy(name=_name(arn), arn=arn, content="")
            yield blind(error, account, what=f"policy {arn}")


def _fetched(cloud: Cloud, library: _Library, account: AccountId, arn: str) -> AttachedPolicy:
    policy = cloud.call(account, "", "iam", "get_policy", PolicyArn=arn)["Policy"]
    default = policy["DefaultVersionId"]
    known = library.managed.get((arn, default))
    if known is not None:
        return known
    version = cloud.call(account, "", "iam", "get_policy_version", PolicyArn=arn, VersionId=default)["PolicyVersion"]
    return library.of({**policy, "Arn": arn, "PolicyVersionList": [{**version, "VersionId": default}]})


def _named(told: Mapping[str, Any]) -> set[str]:
    """ARNs of the managed policies that are attached to somebody or bound somebody."""
    everybody = [*told["RoleDetailList"], *told["UserDetailList"], *told["GroupDetailList"]]
    attached = {p["PolicyArn"] for who in everybody for p in who.get("AttachedManagedPolicies") or ()}
    return attached | {_boundary_arn(who) for who in everybody} - {""}


def _role(account: AccountId, told: Told, managed: Mapping[str, AttachedPolicy], library: _Library) -> IamPrincipal:
    return IamPrincipal(
        account=account,
        kind="role",
        arn=told["Arn"],
        name=told["RoleName"],
        trust=library.text(told.get("AssumeRolePolicyDocument") or ""),
        policies=_policies(told, "RolePolicyList", managed, library),
        boundary=managed.get(_boundary_arn(told)),
    )


def _user(
    account: AccountId,
    told: Told,
    managed: Mapping[str, AttachedPolicy],
    library: _Library,
    groups: Mapping[str, Iterable[AttachedPolicy]],
) -> IamPrincipal:
    by_groups = (policy for name in told.get("GroupList") or () for policy in groups.get(name, ()))
    return IamPrincipal(
        account=account,
        kind="user",
        arn=told["Arn"],
        name=told["UserName"],
        trust="",
        policies=tuple(dict.fromkeys((*_policies(told, "UserPolicyList", managed, library), *by_groups))),
        boundary=managed.get(_boundary_arn(told)),
    )


def _policies(
    told: Told, inline: str, managed: Mapping[str, AttachedPolicy], library: _Library
) -> tuple[AttachedPolicy, ...]:
    own = [library.inline(p) for p in told.get(inline) or ()]
    return (*own, *(managed[p["PolicyArn"]] for p in told.get("AttachedManagedPolicies") or ()))


def _boundary_arn(told: Told) -> str:
    return str((told.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") or "")


def _name(arn: str) -> str:
    """A policy's name, the end of its ARN, wherever AWS tells only the ARN."""
    return arn.rpartition("/")[2]
