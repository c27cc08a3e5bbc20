"""The organization's tree: accounts, OUs and their paths, as the Organizations API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from trailkeep.lab.call import Call
from trailkeep.lab.pages import page
from trailkeep.lab.refusal import Refusal
from trailkeep.lab.world import World


def describe_account(world: World, account: Any) -> dict[str, Any]:
    """An account with its `State` and `Paths` (`o-…/r-…/ou-…/123456789012/`, botocore model organizations Path)."""
    return {**account.describe(), "Paths": [path_of(world, account)]}


def path_of(world: World, account: Any) -> str:
    """The account's place in the tree, from the organization down to itself."""
    units = {unit.id: unit for unit in world.organization.ou}
    steps = [str(account.id)]
    parent = account.parent_id
    while parent:
        steps.append(str(parent))
        parent = units[parent].parent_id
    return "/".join([world.organization_id, *reversed(steps)]) + "/"


def find_account(call: Call, world: World, member: str = "AccountId") -> Any:
    """The account a call names."""
    account = world.account(str(call.params.get(member, "")))
    if account is None:
        raise Refusal("AccountNotFoundException", "You specified an account that doesn't exist.")
    return account


def parent_unit(call: Call, world: World) -> Any:
    """The root or OU a call names as parent."""
    wanted = call.params.get("ParentId")
    unit = next((u for u in world.organization.ou if u.id == wanted), None)
    if unit is None:
        raise Refusal("ParentNotFoundException", "You specified parent that doesn't exist.")
    return unit


def list_accounts(call: Call, world: World) -> dict[str, Any]:
    """ListAccounts, 20 a page."""
    return page(call, "Accounts", list(world.members()), size=20, show=partial(describe_account, world))


def list_accounts_for_parent(call: Call, world: World) -> dict[str, Any]:
    """ListAccountsForParent, 20 a page."""
    parent = parent_unit(call, world)
    found = [a for a in world.members() if a.parent_id == parent.id]
    return page(call, "Accounts", found, size=20, show=partial(describe_account, world))


def show_account(call: Call, world: World) -> dict[str, Any]:
    """DescribeAccount."""
    return {"Account": describe_account(world, find_account(call, world))}


def list_roots(call: Call, world: World) -> dict[str, Any]:
    """ListRoots: the one root there is, with the status of its policy types."""
    return page(call, "Roots", world.organization.list_roots()["Roots"], size=20)


def list_children(call: Call, world: World) -> dict[str, Any]:
    """ListChildren, 20 a page."""
    parent = parent_unit(call, world)
    kind = call.params.get("ChildType")
    if kind not in {"ACCOUNT", "ORGANIZATIONAL_UNIT"}:
        raise Refusal("InvalidInputException", "You specified an invalid value.", Reason="INVALID_ENUM")
    pool = list(world.members()) if kind == "ACCOUNT" else list(world.organization.ou)
    children = [{"Id": child.id, "Type": kind} for child in pool if child.parent_id == parent.id]
    return page(call, "Children", children, size=20)


def list_units(call: Call, world: World) -> dict[str, Any]:
    """ListOrganizationalUnitsForParent, 20 a page."""
    parent = parent_unit(call, world)
    units = [u for u in world.organization.ou if u.parent_id == parent.id]
    found = [{"Id": u.id, "Arn": u.arn, "Name": u.name} for u in units]
    return page(call, "OrganizationalUnits", found, size=20)


def create_unit(call: Call, world: World) -> None:
    """Refuse a second OU of the same name in one parent; moto makes the others."""
    parent = parent_unit(call, world)
    name = call.params.get("Name")
    if any(u.parent_id == parent.id and u.name == name for u in world.organization.ou):
        raise Refusal("DuplicateOrganizationalUnitException", "An OU with the same name already exists.")


def move_account(call: Call, world: World) -> None:
    """Refuse a move from a parent the account is not in; moto does the others."""
    account = find_account(call, world)
    source, destination = call.params.get("SourceParentId"), call.params.get("DestinationParentId")
    if account.parent_id != source:
        raise Refusal("SourceParentNotFoundException", "You specified a source parent that the account is not in.")
    if not any(u.id == destination for u in world.organization.ou):
        raise Refusal("DestinationParentNotFoundException", "You specified a destination parent that doesn't exist.")


ANSWERS: Mapping[str, Any] = {
    "ListAccounts": list_accounts,
    "ListAccountsForParent": list_accounts_for_parent,
    "DescribeAccount": show_account,
    "ListRoots": list_roots,
    "ListChildren": list_children,
    "ListOrganizationalUnitsForParent": list_units,
    "CreateOrganizationalUnit": create_unit,
    "MoveAccount": move_account,
}
