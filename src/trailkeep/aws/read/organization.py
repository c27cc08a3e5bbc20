"""The organization from its management account: tree, accounts, policies, trusted access, delegations."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, get_args

from trailkeep.aws.cloud import Cloud
from trailkeep.aws.sweep import sweep
from trailkeep.errors import AwsError
from trailkeep.model.document import canonical
from trailkeep.model.ids import AccountId, UnitId
from trailkeep.model.organization import Account, Delegation, Organization, Policy, PolicyType, State, Unit

Told = Mapping[str, Any]

_LEGACY = {"ACTIVE": State.ACTIVE, "SUSPENDED": State.SUSPENDED, "PENDING_CLOSURE": State.PENDING_CLOSURE}


def read_organization(cloud: Cloud) -> Organization:
    """Everything Organizations says, with each account's `regions` still None.

    Raises AwsError when there is no organization, when the caller is not its management account (only that account
    may enter the others), or when something of it cannot be read: nothing can be judged without the tree.
    """
    told = _ask(cloud, "describe_organization")["Organization"]
    management = AccountId(told["MasterAccountId"])
    _expect_management(cloud, told["Id"], management)
    all_features = told.get("FeatureSet") == "ALL"
    root = next(_items(cloud, "list_roots", "Roots"))
    subjects: list[Callable[[], Any]] = [
        partial(_units, cloud, root),
        lambda: list(_items(cloud, "list_accounts", "Accounts")),
        partial(_policies, cloud),
        partial(_trusted_access, cloud, all_features=all_features),
        partial(_delegations, cloud, all_features=all_features),
    ]
    units, accounts, policies, trusted, delegations = _all(cloud, subjects)
    return Organization(
        id=told["Id"],
        partition=cloud.caller.partition,
        management=management,
        all_features=all_features,
        root=UnitId(root["Id"]),
        units=units,
        accounts=_accounts(cloud, accounts, units),
        policy_types={t["Type"]: t["Status"] for t in root.get("PolicyTypes", ())},
        policies=policies,
        trusted_access=trusted,
        delegations=delegations,
    )


def _expect_management(cloud: Cloud, organization: str, management: AccountId) -> None:
    if cloud.caller.account != management:
        raise AwsError(
            f"{cloud.caller.arn} belongs to account {cloud.caller.account}, a member of {organization}",
            code="NotManagementAccount",
            hint=f"use credentials of the management account {management}",
        )


def _ask(cloud: Cloud, operation: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 as Cloud.call
    return cloud.call(cloud.caller.account, "", "organizations", operation, **params)


def _items(cloud: Cloud, operation: str, key: str, **params: Any) -> Iterator[Any]:  # noqa: ANN401 as Cloud.pages
    return cloud.pages(cloud.caller.account, "", "organizations", operation, key, **params)


def _all(cloud: Cloud, subjects: list[Callable[[], Any]]) -> list[Any]:
    """Results of all; the first refusal is raised."""
    results = sweep(cloud, subjects, lambda subject: subject())
    for result in results:
        if isinstance(result, AwsError):
            raise result
    return results


def _units(cloud: Cloud, root: Told) -> dict[UnitId, Unit]:
    """Level by level, each level's units at once."""
    top = Unit(id=UnitId(root["Id"]), name=root.get("Name", "Root"), parent=None)
    units = {top.id: top}
    level = [top]
    while level:
        asked = [partial(_children, cloud, parent) for parent in level]
        level = [unit for found in _all(cloud, list(asked)) for unit in found if unit.id not in units]
        units |= {unit.id: unit for unit in level}
    return units


def _children(cloud: Cloud, parent: Unit) -> list[Unit]:
    found = _items(cloud, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent.id)
    return [Unit(id=UnitId(u["Id"]), name=u.get("Name", u["Id"]), parent=parent.id) for u in found]


def _accounts(cloud: Cloud, told: list[Told], units: Mapping[UnitId, Unit]) -> dict[AccountId, Account]:
    """Placed by their paths; where a path is missing or names a unit not seen, by asking each unit for its accounts."""
    parents = {a["Id"]: parent for a in told if (parent := _parent(a)) and parent in units}
    if len(parents) < len(told):
        parents |= _placed(cloud, units)
    root = next(u.id for u in units.values() if u.parent is None)
    return {
        AccountId(a["Id"]): Account(
            id=AccountId(a["Id"]),
            name=a.get("Name", ""),
            email=a.get("Email", ""),
            state=_state(a),
            parent=parents.get(a["Id"], root),
            joined=a.get("JoinedTimestamp"),
            invited=a.get("JoinedMethod") == "INVITED",
            regions=None,
        )
        for a in told
    }


def _parent(account: Told) -> UnitId | None:
    """The last unit of a path such as o-1/r-2/ou-2-3/111111111111/ (botocore model organizations Account)."""
    segments = next(iter(account.get("Paths") or ()), "").split("/")
    found = [s for s in segments if UnitId.pattern.fullmatch(s)]
    return UnitId(found[-1]) if found else None


def _placed(cloud: Cloud, units: Mapping[UnitId, Unit]) -> dict[str, UnitId]:
    def inside(unit: UnitId) -> list[tuple[str, UnitId]]:
        found = _items(cloud, "list_children", "Children", ParentId=unit, ChildType="ACCOUNT")
        return [(child["Id"], unit) for child in found]

    return {account: unit for pairs in _all(cloud, [partial(inside, u) for u in units]) for account, unit in pairs}


def _state(account: Told) -> State:
    """`State`, or what the retired `Status` meant by it (botocore model organizations Account)."""
    try:
        return (
            State(account["State"]) if account.get("State") else _LEGACY.get(account.get("Status", ""), State.UNKNOWN)
        )
    except ValueError:
        return State.UNKNOWN


def _policies(cloud: Cloud) -> tuple[Policy, ...]:
    told: list[tuple[PolicyType, Told]] = []
    for kind in get_args(PolicyType):
        try:
            told += [(kind, p) for p in _items(cloud, "list_policies", "Policies", Filter=kind)]
        except AwsError as error:
            if error.code not in {"PolicyTypeNotEnabledException", "UnsupportedAPIEndpointException"}:
                raise
    return tuple(_all(cloud, [partial(_policy, cloud, kind, summary) for kind, summary in told]))


def _policy(cloud: Cloud, kind: PolicyType, summary: Told) -> Policy:
    content = _ask(cloud, "describe_policy", PolicyId=summary["Id"])["Policy"].get("Content", "")
    targets = _items(cloud, "list_targets_for_policy", "Targets", PolicyId=summary["Id"])
    return Policy(
        id=summary["Id"],
        name=summary.get("Name", ""),
        type=kind,
        aws_managed=bool(summary.get("AwsManaged")),
        content=canonical(content),
        targets=frozenset(t["TargetId"] for t in targets),
    )


def _trusted_access(cloud: Cloud, *, all_features: bool) -> frozenset[str]:
    if not all_features:  # refused in consolidated-billing mode, where nothing can be trusted
        return frozenset()
    operation = "list_aws_service_access_for_organization"
    return frozenset(s["ServicePrincipal"] for s in _items(cloud, operation, "EnabledServicePrincipals"))


def _delegations(cloud: Cloud, *, all_features: bool) -> frozenset[Delegation]:
    if not all_features:
        return frozenset()
    services: dict[str, list[str]] = defaultdict(list)
    for account in _items(cloud, "list_delegated_administrators", "DelegatedAdministrators"):
        found = _items(cloud, "list_delegated_services_for_account", "DelegatedServices", AccountId=account["Id"])
        services[account["Id"]] += [s["ServicePrincipal"] for s in found]
    return frozenset(Delegation(account=AccountId(a), service=s) for a, found in services.items() for s in found)
