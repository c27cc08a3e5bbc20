"""Making and changing accounts of the embedded organization through moto's backends."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import SERVICE_NAME_CONVERSION, iam_backends
from moto.organizations import utils as organization_ids

from trailkeep.lab.world import PARTITION, World

ADMINISTRATOR = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
_FIRST_NEW_ID = 900_000_000_001

# moto names a service-linked role after the principal in lower case; AWS spells these so (IAM User Guide).
SERVICE_NAME_CONVERSION.update(
    {
        "cloudtrail": "CloudTrail",
        "config": "Config",
        "guardduty": "GuardDuty",
        "organizations": "Organizations",
        "securityhub": "SecurityHub",
    }
)


def add_account(
    world: World,
    *,
    name: str,
    email: str,
    account_id: str | None = None,
    ou: str = "",
    role: str = "OrganizationAccountAccessRole",
    tags: list[dict[str, str]] | None = None,
) -> Any:
    """Add an account that is there at once, with the access role that CreateAccount makes; moto's record of it."""
    wanted = account_id or _free_id(world)
    with world.lock, _DrawnIds(account_id=wanted):
        world.organization.create_account(AccountName=name, Email=email, RoleName=role, Tags=tags or [])
    account = world.account(wanted)
    assert account is not None
    account.parent_id = ou_id(world, ou)
    iam_backends[wanted][PARTITION].put_role_policy(role, "AdministratorAccess", ADMINISTRATOR)
    if has_organization_trail(world):
        ensure_service_role(world, wanted, "cloudtrail.amazonaws.com")
    return account


def add_organization(world: World) -> None:
    """Create the organization itself; the management account gets no access role of its own."""
    seed = world.scenario
    with _DrawnIds(account_id=world.management, organization_id=seed.organization_id):
        world.organization.create_organization(region="us-east-1", FeatureSet=seed.feature_set)
    world.iam(world.management).delete_role("OrganizationAccountAccessRole")
    account = world.account(world.management)
    assert account is not None
    account.name, account.email, account.joined_method = seed.management.name, seed.management.email, "INVITED"
    world.organization.org.master_account_email = seed.management.email


def ou_id(world: World, path: str) -> str:
    """The id of the OU at a path of names, the root's for an empty path or `Root`; ValueError when there is none."""
    current = str(world.organization.org.root_id)
    for name in (part for part in path.split("/") if part and part != "Root"):
        child = next((o for o in world.organization.ou if o.parent_id == current and o.name == name), None)
        if child is None:
            raise ValueError(f"there is no OU {path!r}")
        current = str(child.id)
    return current


def ensure_service_role(world: World, account_id: str, service_principal: str) -> None:
    """Make a service-linked role unless the account has it."""
    iam = world.iam(account_id)
    path = f"/aws-service-role/{service_principal}/"
    if not any(role.path == path for role in iam.roles.values()):
        iam.create_service_linked_role(service_principal, "", "")


def has_organization_trail(world: World) -> bool:
    """Whether the management account owns an organization trail."""
    backends = world.backend_of_all_regions("cloudtrail", world.management)
    return any(trail.is_org_trail for backend in backends for trail in backend.trails.values())


def _free_id(world: World) -> str:
    taken = {a.id for a in world.organization.accounts}
    return next(str(n) for n in range(_FIRST_NEW_ID, _FIRST_NEW_ID + 10**9) if str(n) not in taken)


class _DrawnIds:
    """While entered, moto draws these ids and not random ones, so that no role is made in a stranger's account."""

    def __init__(self, *, account_id: str, organization_id: str | None = None) -> None:
        self._wanted = {"make_random_account_id": account_id}
        if organization_id:
            self._wanted["make_random_org_id"] = organization_id
        self._before: dict[str, Any] = {}

    def __enter__(self) -> None:
        for name, value in self._wanted.items():
            self._before[name] = getattr(organization_ids, name)
            setattr(organization_ids, name, lambda value=value: value)

    def __exit__(self, *_: object) -> None:
        for name, function in self._before.items():
            setattr(organization_ids, name, function)
